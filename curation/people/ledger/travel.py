"""A whole ledger on its way between machines: every entry as it stands, and two that grew apart
made one, in which no entry is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.database import Database, append, renumber
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.people.ledger.last_seen import LastSeen
from inksift.curation.people.ledger.ledger import OWN_LEDGER


class TravellingLedger:
    """The ledger in a workspace's own file, as `store.shared` shares it."""

    name = "ledger.jsonl"
    files: tuple[str, ...] = (
        OWN_LEDGER,
        f"{OWN_LEDGER}-journal",
        f"{OWN_LEDGER}-wal",
        f"{OWN_LEDGER}-shm",
    )

    def __init__(self, workspace: Path) -> None:
        self._file = workspace / OWN_LEDGER

    def packed(self) -> bytes:
        """Every entry, a line each; nothing where nobody decided anything."""
        if not self._file.is_file():
            return b""
        return lines_of(_database(self._file).entries())

    def take_in(self, theirs: bytes) -> None:
        """Make this ledger theirs, followed by what was added here since the two were one."""
        shared = entries_in(theirs)
        if not shared:
            return
        database = _database(self._file)
        with database.writing() as connection:  # whoever decides meanwhile waits, and is not lost
            mine = database.entries_within(connection)
            whole, same = joined(mine, shared), _common(mine, shared)
            if same == len(mine):
                append(connection, whole[same:])
            elif same < len(shared):
                renumber(connection, whole[same:])
        LastSeen(self._file.parent, "").at_least(len(whole))


def lines_of(entries: Sequence[Entry]) -> bytes:
    """Entries as JSON, one a line, in ASCII."""
    return "".join(f"{json.dumps(entry)}\n" for entry in entries).encode()


def entries_in(data: bytes) -> list[Entry]:
    """The entries in such lines; LedgerError where they are none."""
    try:
        entries = [Entry(*json.loads(line)) for line in data.splitlines()]
    except (ValueError, TypeError) as error:
        raise LedgerError(f"the shared ledger cannot be read ({error}): share it anew") from error
    if [entry.entry for entry in entries] != list(range(1, len(entries) + 1)):
        raise LedgerError("the shared ledger has lost entries: bring back a copy of its workspace")
    return entries


def joined(mine: Sequence[Entry], theirs: Sequence[Entry]) -> list[Entry]:
    """Theirs, followed by mine from where the two part, under new numbers."""
    same = _common(mine, theirs)
    shift = len(theirs) - same

    def moved(entry: Entry) -> Entry:
        undoes = entry.undoes + shift if entry.undoes > same else entry.undoes
        return entry._replace(entry=entry.entry + shift, undoes=undoes)

    return [*theirs, *map(moved, mine[same:])]


def _common(mine: Sequence[Entry], theirs: Sequence[Entry]) -> int:
    """How many entries both begin with."""
    pairs = enumerate(zip(mine, theirs, strict=False))
    parted = (n for n, (one, other) in pairs if one != other)
    return next(parted, min(len(mine), len(theirs)))


def _database(file: Path) -> Database:
    return Database(f"sqlite:///{file}")
