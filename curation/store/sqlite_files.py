"""SQLite files as they are found: whether one is damaged, or only out of reach for now."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

BESIDE_SQLITE = ("-wal", "-shm", "-journal")
"""What lies beside a database while somebody writes, and after a writer was killed."""

_OUT_OF_REACH = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
)
"""What SQLite says where it cannot get at a file, which tells nothing about its bytes."""


def sqlite_damage(file: Path, table: str) -> str:
    """What is wrong with a SQLite file that should hold this table; "" where nothing is, and where
    the file cannot be reached now."""
    try:
        with closing(read_only(file)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found == "ok":
                connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        return "" if is_out_of_reach(error) else str(error)
    return "" if found == "ok" else " ".join(found.split())


def read_only(file: Path) -> sqlite3.Connection:
    """A database that is there, for one who changes nothing in it."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def is_out_of_reach(error: sqlite3.Error) -> bool:
    """Whether an error tells that a file cannot be got at, and nothing about its bytes."""
    return getattr(error, "sqlite_errorcode", -1) & 0xFF in _OUT_OF_REACH


def with_what_lies_beside(file: Path) -> list[Path]:
    """A database, and what belongs to it, as far as it is there."""
    beside = [file.with_name(f"{file.name}{ending}") for ending in BESIDE_SQLITE]
    return [path for path in (file, *beside) if path.exists()]
