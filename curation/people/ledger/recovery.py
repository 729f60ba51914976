"""What can still be read of a damaged ledger in a SQLite file.

Every entry carries a digest, so what is read is as it was written, or it is not taken. Entries tell
of one another by their numbers, so only those up to the first gap can go on as a ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.database import (
    BUSY_S,
    Database,
    append,
    entry_digest,
    is_format,
)
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.store.sqlite_files import is_out_of_reach, sqlite_damage

_COLUMNS = ", ".join((*Entry._fields, "digest"))


class Recovered(NamedTuple):
    """The entries that can go on as a ledger, and others that were read behind a gap."""

    entries: list[Entry]
    apart: list[Entry]
    generation: int


def is_damaged(file: Path) -> bool:
    """Whether a ledger that is there lacks what was written into it. One that cannot be reached, or
    that another version of inksift wrote, is none."""
    if sqlite_damage(file, "inksift_ledger") or sqlite_damage(file, "inksift_ledger_format"):
        return True
    try:
        with closing(_opened(file)) as connection:
            formats = connection.execute("SELECT format FROM inksift_ledger_format").fetchall()
            (last,) = connection.execute("SELECT max(entry) FROM inksift_ledger").fetchone()
    except sqlite3.DatabaseError as error:
        return not is_out_of_reach(error)
    if not is_format([number for (number,) in formats]):
        return not formats
    return [entry.entry for entry in _sound(file)] != list(range(1, (last or 0) + 1))


def recovered(file: Path) -> Recovered:
    """All that can be read of a damaged ledger."""
    known = {entry.entry: entry for entry in _sound(file)}
    gap = next(number for number in range(1, len(known) + 2) if number not in known)
    apart = [known[number] for number in sorted(known) if number > gap]
    return Recovered([known[number] for number in range(1, gap)], apart, _generation(file))


def begin_again(file: Path, entries: Sequence[Entry], *, generation: int) -> None:
    """A new ledger of these entries, where there is none; pages that show the numbers of the one
    before are refused, as of another generation. Nothing is made of no entries."""
    if not entries:
        return
    with Database(f"sqlite:///{file}").writing() as connection:
        append(connection, entries)
        connection.exec_driver_sql(f"PRAGMA user_version = {generation + 1}")


def _sound(file: Path) -> list[Entry]:
    """The entries that are as they were written, from both ends: reading ends at a damaged page."""
    found: dict[int, Entry] = {}
    for order in ("ASC", "DESC"):
        found |= {entry.entry: entry for entry in _read(file, order)}
    return [found[number] for number in sorted(found)]


def _read(file: Path, order: str) -> Iterator[Entry]:
    query = f"SELECT {_COLUMNS} FROM inksift_ledger ORDER BY entry {order}"
    with suppress(sqlite3.DatabaseError), closing(_opened(file)) as connection:
        for *values, digest in connection.execute(query):
            entry = Entry._make(values)
            with suppress(LedgerError, TypeError, ValueError):
                if entry_digest(entry) == digest:
                    yield entry


def _generation(file: Path) -> int:
    with suppress(sqlite3.DatabaseError), closing(_opened(file)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    return 0


def _opened(file: Path) -> sqlite3.Connection:
    """Written to as well, as SQLite then takes back what a killed writer had begun. Text that is
    none is read too: its digest tells."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_S)
    connection.text_factory = lambda data: data.decode(errors="replace")
    return connection
