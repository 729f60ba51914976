"""What can still be read of a damaged ledger in a SQLite file.

Every entry carries a digest, so what is read is as it was written, or it is not taken. Entries tell
of one another by their numbers, so only those up to the first gap can go on as a ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.database import (
    BUSY_S,
    Database,
    append,
    entry_digest,
    is_format,
)
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.store.files import put_in_place, temporary_beside
from inksift.curation.store.sqlite_files import is_out_of_reach

_COLUMNS = ", ".join((*Entry._fields, "digest"))


class Recovered(NamedTuple):
    """The entries that can go on as a ledger, and others that were read behind a gap."""

    entries: list[Entry]
    apart: list[Entry]
    generation: int


def is_damaged(file: Path) -> bool:
    """Whether a ledger that is there lacks what was written into it. One that cannot be reached, or
    that another version of inksift wrote, is none."""
    try:
        with closing(_opened(file)) as connection:
            connection.execute("BEGIN")  # all that is asked is of one state
            return _lacks(connection)
    except sqlite3.DatabaseError as error:
        return not is_out_of_reach(error)


def recovered(file: Path) -> Recovered:
    """All that can be read of a damaged ledger; LedgerError where it cannot be reached."""
    with _reached(file) as connection:
        connection.execute("BEGIN")
        sound, generation = _sound(connection), _generation(connection)
    known = {entry.entry: entry for entry in sound}
    gap = next(number for number in range(1, len(known) + 2) if number not in known)
    apart = [known[number] for number in sorted(known) if number > gap]
    return Recovered([known[number] for number in range(1, gap)], apart, generation)


@contextmanager
def nobody_writing(file: Path) -> Iterator[None]:
    """Nothing is written into a ledger during the block, as far as it can be locked at all;
    LedgerError where somebody writes now."""
    with _reached(file) as connection:
        with _despite_damage():
            connection.execute("BEGIN IMMEDIATE")
        yield


def begin_again(file: Path, entries: Sequence[Entry], *, generation: int) -> None:
    """A new ledger of these entries in place of what `file` is, which stays until the new one is
    whole; pages that show the numbers of the one before are refused, as of another generation."""
    with temporary_beside(file) as temporary:
        new = Database(sa.URL.create("sqlite", database=str(temporary.absolute())))
        with new.writing() as connection:
            append(connection, entries)
            connection.exec_driver_sql(f"PRAGMA user_version = {generation + 1}")
        put_in_place(temporary, file)


def _lacks(connection: sqlite3.Connection) -> bool:
    (pages,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if pages != "ok":
        return True
    formats = connection.execute("SELECT format FROM inksift_ledger_format").fetchall()
    (last,) = connection.execute("SELECT max(entry) FROM inksift_ledger").fetchone()
    if not is_format([number for (number,) in formats]):
        return not formats
    return [entry.entry for entry in _sound(connection)] != list(range(1, (last or 0) + 1))


def _sound(connection: sqlite3.Connection) -> list[Entry]:
    """The entries that are as they were written, from both ends: reading ends at a damaged page."""
    found: dict[int, Entry] = {}
    for order in ("ASC", "DESC"):
        found |= {entry.entry: entry for entry in _read(connection, order)}
    return [found[number] for number in sorted(found)]


def _read(connection: sqlite3.Connection, order: str) -> Iterator[Entry]:
    query = f"SELECT {_COLUMNS} FROM inksift_ledger ORDER BY entry {order}"
    with _despite_damage():
        for *values, digest in connection.execute(query):
            entry = Entry._make(values)
            with suppress(LedgerError, TypeError, ValueError):
                if entry_digest(entry) == digest:
                    yield entry


def _generation(connection: sqlite3.Connection) -> int:
    with _despite_damage():
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    return 0


@contextmanager
def _despite_damage() -> Iterator[None]:
    """Damage ends the block; what tells of no damage is raised."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_out_of_reach(error):
            raise


@contextmanager
def _reached(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(_opened(file)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise LedgerError(
            f"cannot use the ledger {file} ({error}): check that nobody else writes into it, and "
            "that it can be read and written"
        ) from error


def _opened(file: Path) -> sqlite3.Connection:
    """Written to as well, as SQLite then takes back what a killed writer had begun. Text that is
    none is read too: its digest tells."""
    name = f"{file.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(name, uri=True, timeout=BUSY_S, isolation_level=None)
    connection.text_factory = lambda data: data.decode(errors="replace")
    return connection
