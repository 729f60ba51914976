"""Where a ledger lies: two tables in any database that SQLAlchemy reaches, by default one SQLite
file.

    inksift_ledger          the entries; SQLite refuses to change, replace or remove one
    inksift_ledger_format   one row, the format; on a server, writers queue for it

Every entry carries a digest, so that one which damage has changed is refused, never believed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.address import EXAMPLES, file_of, parsed, shown
from inksift.curation.people.ledger.decisions import ACTIONS
from inksift.curation.people.ledger.entries import LEDGER_ENTRIES, Entry
from inksift.curation.store.files import sync_folder, temporary_beside

_FORMAT = 1
"""Raised whenever an older ledger could not be read as it is."""

BUSY_S = 30
"""Seconds to wait for another writer before giving up."""

_REMEDY = (
    "check that it can be reached, read and written. A damaged one is left as it is: "
    "move it away and bring back a copy, or import your last export with `inksift ledger import`"
)
_TYPES = {"int64": sa.Integer, "str": sa.Text}
_META = sa.MetaData()
_FORMATS = sa.Table(
    "inksift_ledger_format", _META, sa.Column("format", sa.Integer, primary_key=True)
)
_ENTRIES = sa.Table(
    "inksift_ledger",
    _META,
    *(
        sa.Column(
            name,
            _TYPES[dtype],
            primary_key=name in LEDGER_ENTRIES.key,
            nullable=False,
            autoincrement=False,
        )
        for name, dtype in LEDGER_ENTRIES.columns.items()
    ),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Index("inksift_ledger_pictures", "image_id"),
)
_REFUSED = {
    "update": "UPDATE ON inksift_ledger",
    "delete": "DELETE ON inksift_ledger",
    # INSERT OR REPLACE removes the row in its way without firing the trigger on DELETE.
    "replace": "INSERT ON inksift_ledger WHEN NEW.entry <= (SELECT max(entry) FROM inksift_ledger)",
}


class Database:
    """One ledger in the database at `url`. Nothing is opened or made before it is read or written.

    `name` is the URL without a password, `file` the path of an SQLite file and None for a server.

    LedgerError when the URL is wrong here, and when the database cannot be used later.
    """

    def __init__(self, url: str | sa.URL) -> None:
        self._url = parsed(url)
        self.name = shown(self._url)
        self.file = file_of(self._url)
        self._engine = _engine(self._url)

    def entries(self) -> list[Entry]:
        """All entries in order; none where there is no ledger yet."""
        with self._explained():
            if self._absent():
                return []
            with self._engine.begin() as connection:
                self._check_format(connection, sa.select(_FORMATS.c.format))
                return self.entries_within(connection)

    def entries_within(self, connection: sa.Connection) -> list[Entry]:
        """All entries in order, as a transaction on this ledger sees them."""
        self._check_pages(connection)
        entries = known_entries(connection)
        if [entry.entry for entry in entries] != list(range(1, len(entries) + 1)):
            raise LedgerError(f"the ledger {self} has lost entries: {_REMEDY}")
        return entries

    def last(self) -> int:
        """The number of the last entry, 0 for none."""
        with self._explained():
            if self._absent():
                return 0
            with self._engine.begin() as connection:
                self._check_format(connection, sa.select(_FORMATS.c.format))
                return last_number(connection)

    def generation(self) -> int:
        """How often entries were given new numbers; 0 for a server's, which never are."""
        with self._explained():
            if self._absent():
                return 0
            with self._engine.begin() as connection:
                return generation_of(connection)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that no other writer's overlaps, on a ledger that is made if need be."""
        with self._explained():
            if self._absent():
                self._create()
            opened = self._inode()
            with self._engine.execution_options(inksift_writes=True).begin() as connection:
                self._check_format(connection, sa.select(_FORMATS.c.format).with_for_update())
                if self._inode() != opened:  # `inksift repair` has set aside what was opened here
                    raise LedgerError(
                        f"the ledger {self} was replaced meanwhile: nothing was recorded; do it "
                        "again"
                    )
                yield connection

    def _absent(self) -> bool:
        """Whether there is no ledger yet; FileNotFoundError where its folder is gone, and perhaps
        the ledger too."""
        if self.file:
            self.file.parent.stat()
            return not self.file.exists()
        with self._engine.begin() as connection:
            return not sa.inspect(connection).has_table(_FORMATS.name)

    def _inode(self) -> int:
        return self.file.stat().st_ino if self.file else 0

    def _create(self) -> None:
        if self.file:
            return _create_file(self._url, self.file)
        try:
            with self._engine.begin() as connection:
                _create_tables(connection)
        except DBAPIError:
            if self._absent():  # else another process was first
                raise

    def _check_pages(self, connection: sa.Connection) -> None:
        if self.file and connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
            raise LedgerError(f"the ledger {self} is damaged: {_REMEDY}")

    def _check_format(self, connection: sa.Connection, query: sa.Select[int]) -> None:
        found = list(connection.scalars(query))
        if not found:
            raise LedgerError(f"the ledger {self} does not tell its format: {_REMEDY}")
        if not is_format(found):
            raise LedgerError(
                f"the ledger {self} is of format {', '.join(map(str, found))}, which a later "
                f"inksift wrote; this one knows format {_FORMAT}, and changed nothing: install the "
                "later inksift"
            )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            raise LedgerError(
                f"cannot use the ledger {self} ({_first_line(cause)}): {_REMEDY}"
            ) from error

    def __str__(self) -> str:
        return str(self.file or self.name)


def is_format(told: Sequence[int]) -> bool:
    """Whether a ledger that tells these formats is one that this version can read."""
    return list(told) == [_FORMAT]


def known_entries(connection: sa.Connection, image_ids: Iterable[str] | None = None) -> list[Entry]:
    """The entries on some pictures, or all of them, in order; LedgerError names one that is not as
    it was written."""
    everything = sa.select(_ENTRIES).order_by(_ENTRIES.c.entry)
    if image_ids is None:
        return [_entry(row) for row in connection.execute(everything)]
    some = everything.where(_ENTRIES.c.image_id == sa.bindparam("picture"))
    entries: list[Entry] = []
    for image_id in image_ids:
        entries += map(_entry, connection.execute(some, {"picture": image_id}))
    return entries


def entry_numbered(connection: sa.Connection, number: int) -> Entry:
    """That entry; LedgerError when there is none."""
    last = last_number(connection)
    if not 0 < number <= last:
        raise LedgerError(f"there is no entry {number}: the last one is {last}")
    return _entry(connection.execute(sa.select(_ENTRIES).where(_ENTRIES.c.entry == number)).one())


def last_number(connection: sa.Connection) -> int:
    """The number of the last entry, 0 for none."""
    return connection.scalar(sa.select(sa.func.max(_ENTRIES.c.entry))) or 0


def append(connection: sa.Connection, entries: Sequence[Entry]) -> None:
    """Add entries to those that are there."""
    if entries:
        connection.execute(
            sa.insert(_ENTRIES),
            [entry._asdict() | {"digest": entry_digest(entry)} for entry in entries],
        )


def generation_of(connection: sa.Connection) -> int:
    """How often entries were given new numbers: SQLite keeps a number of ours with every file."""
    if connection.dialect.name != "sqlite":
        return 0
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def renumber(connection: sa.Connection, entries: Sequence[Entry]) -> None:
    """Put these entries in place of those of a SQLite ledger from the first one's number on, among
    which each of the latter must be: what else is append-only changes in this one way."""
    connection.exec_driver_sql("DROP TRIGGER IF EXISTS inksift_ledger_delete")
    connection.execute(sa.delete(_ENTRIES).where(_ENTRIES.c.entry >= entries[0].entry))
    append(connection, entries)
    _refuse(connection, "delete")
    connection.exec_driver_sql(f"PRAGMA user_version = {generation_of(connection) + 1}")


def _entry(row: sa.Row[*tuple[Any, ...]]) -> Entry:
    *values, digest = row
    entry = Entry._make(values)
    if entry_digest(entry) != digest:
        raise LedgerError(f"entry {entry.entry} of the ledger is not as it was written: {_REMEDY}")
    if entry.action not in ACTIONS:
        raise LedgerError(
            f"entry {entry.entry} has an action of a newer inksift, {entry.action!r}: update "
            "inksift"
        )
    return entry


def entry_digest(entry: Entry) -> str:
    """What is stored with an entry, so that one that has changed is noticed."""
    return hashlib.sha256(json.dumps(entry, default=repr).encode()).hexdigest()


def _engine(url: sa.URL) -> sa.Engine:
    options = {"timeout": BUSY_S} if file_of(url) else {}
    try:
        # A connection lives for one call: no thread or forked process ever meets another's.
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=options)
    except (SQLAlchemyError, ImportError, ValueError, TypeError) as error:
        cause = _first_line(error)
        raise LedgerError(
            f"cannot use {shown(url)} ({cause}): expected, for example, {EXAMPLES}"
        ) from error
    if options:
        sa.event.listen(engine, "connect", _durable)
        sa.event.listen(engine, "begin", _begin)
    return engine


def _durable(connection: DBAPIConnection, _: object) -> None:
    """EXTRA also syncs the folder once the journal is gone: without that, power loss can bring the
    old state back."""
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = EXTRA")


def _begin(connection: sa.Connection) -> None:
    """Python's own BEGIN comes too late: between what a writer reads and what it writes, another
    could write."""
    writes = connection.get_execution_options().get("inksift_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _create_tables(connection: sa.Connection) -> None:
    _META.create_all(connection, checkfirst=False)
    connection.execute(sa.insert(_FORMATS), {"format": _FORMAT})
    for name in _REFUSED if connection.dialect.name == "sqlite" else ():
        _refuse(connection, name)


def _refuse(connection: sa.Connection, name: str) -> None:
    refusal = "SELECT RAISE(ABORT, 'the ledger is append-only')"
    connection.exec_driver_sql(
        f"CREATE TRIGGER inksift_ledger_{name} BEFORE {_REFUSED[name]} BEGIN {refusal}; END"
    )


def _create_file(url: sa.URL, file: Path) -> None:
    """Make an empty ledger appear whole or not at all, so that a file without tables is always a
    damaged one."""
    with temporary_beside(file) as temporary:
        with _engine(url.set(database=str(temporary))).begin() as connection:
            _create_tables(connection)
        with suppress(FileExistsError):  # another process was first
            os.link(temporary, file)
        sync_folder(file.parent)


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
