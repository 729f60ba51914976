"""Clip Studio Paint files by their preview, a PNG in the SQLite database that they carry.

The database is a stranger's too: it is opened from memory, and one table of it may be read."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing

from inksift.curation.gather.gate.drawn.archives import PREVIEW
from inksift.curation.gather.gate.drawn.found import Check, Inside, unsupported

CLIP_HEADER = struct.Struct(">8s8s8s")
CLIP_CHUNK = struct.Struct(">8sQ")
DATABASE = b"CHNKSQLi"
PREVIEW_TABLE = "CanvasPreview"
QUERY = f"SELECT ImageData FROM {PREVIEW_TABLE} LIMIT 1"
SQL_STEPS = 10_000_000
"""Of SQLite's machine for one query: a sound file needs some dozens."""

MOST_PARTS = 100_000
"""Of a file: every layer has a few."""


def read_clip(data: bytes, check: Check) -> Inside:
    """The preview; UndecodableError for a file without one."""
    start, end = _database(data)
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(data[start:end])
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(end - start, 1))
        database.set_authorizer(_authorise)
        database.set_progress_handler(_give_up, SQL_STEPS)
        row = database.execute(QUERY).fetchone()
    if row is None or not isinstance(row[0], bytes) or not row[0]:
        raise unsupported("Clip Studio Paint file without a preview")
    return Inside(row[0], "PNG", PREVIEW)


def _database(data: bytes) -> tuple[int, int]:
    for kind, start, end in _chunks(data):
        if kind == DATABASE:
            return start, end
    raise unsupported("Clip Studio Paint file without a preview")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the body of every chunk."""
    place = CLIP_HEADER.size
    for _ in range(MOST_PARTS):
        if place + CLIP_CHUNK.size > len(data):
            return
        kind, size = CLIP_CHUNK.unpack_from(data, place)
        start = place + CLIP_CHUNK.size
        yield kind, start, min(start + size, len(data))
        place = start + size


def _authorise(action: int, table: str | None, *_: str | None) -> int:
    """Reading the one table; no view, no function, no setting."""
    allowed = action == sqlite3.SQLITE_SELECT or (
        action == sqlite3.SQLITE_READ and table == PREVIEW_TABLE
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _give_up() -> int:
    """Asked after so many steps, and never content to go on."""
    return 1
