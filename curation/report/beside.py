"""The tiles of a report that is too large for one file: in files beside it, which its script loads
when they are looked at.

A script may not read other files of a page that was opened from disk, but it may run them. So each
holds one call of a function of the page, with plain data. Tiles come as HTML, without thumbnails:
those lie in files of their own, which stay as they are while the words around them change."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol
from zlib import crc32

import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.vectors import blocks_of
from inksift.curation.report.gallery import THUMBNAIL_QUALITY, shown_pictures, small_jpegs
from inksift.curation.report.packed import packed, packed_tiles
from inksift.curation.report.tiles import Facts

TILES = 240
"""Tiles of a file."""

ENTRIES = 20_000
"""Entries of the index in a file."""

_CUT, _MOST = 64, 128
"""Thumbnails of a file: about so many, and no more than that."""

_NAME_CHARS = 32
"""Hexadecimal digits of a name."""


class Shelf(Protocol):
    """Where the files beside a page are put, each under the name of what it holds."""

    def holds(self, name: str) -> bool:
        """Whether the file is there, as it was put there; it then stays."""

    def put(self, name: str, data: bytes) -> None:
        """Keep this file."""


def tiles_beside(
    rows: pd.DataFrame,
    images: pd.DataFrame,
    facts: Facts,
    read: Callable[[str], Rgb],
    shelf: Shelf,
    *,
    side_px: int,
    version: str,
    part_of: Mapping[str, str],
) -> dict[str, list[str]]:
    """Put the tiles of these DECISIONS rows on the shelf, `TILES` of them a file, and their
    thumbnails: the names of the files of either, in order. `version` is of what `read` gives, and
    those of one part of `part_of` lie side by side."""
    shown = shown_pictures([rows], images, facts)
    runs = list(_runs(sorted(shown, key=lambda one: part_of.get(one, ""))))
    made = f"{version} {side_px} {THUMBNAIL_QUALITY}"
    thumbnails = [_thumbnails_on(shelf, run, read, side_px, made) for run in runs]
    places = dict(_places(runs))
    blocks = blocks_of(len(rows), TILES)
    tiles = (facts.tiles(rows.iloc[block], places.__getitem__) for block in blocks)
    return {"tiles": put_packed(shelf, map(packed_tiles, tiles)), "thumbnails": thumbnails}


def index_beside(columns: dict[str, list[object]], shelf: Shelf) -> list[str]:
    """Put the columns of an index on the shelf, `ENTRIES` a file: the names of the files."""
    blocks = blocks_of(len(columns["path"]), ENTRIES)
    return put_packed(shelf, (packed(_entries(columns, block)) for block in blocks))


def _entries(columns: dict[str, list[object]], block: slice) -> dict[str, list[object]]:
    return {name: column[block] for name, column in columns.items()}


def put_packed(shelf: Shelf, contents: Iterable[str]) -> list[str]:
    """Put each of these on the shelf, under a name made of what it holds."""
    return [_put(shelf, _name_of(content), content) for content in contents]


def _thumbnails_on(
    shelf: Shelf, image_ids: Sequence[str], read: Callable[[str], Rgb], side_px: int, made: str
) -> str:
    """The name is made of what the thumbnails are made of: none is drawn that lies there."""
    name = _name_of(" ".join([made, *image_ids]))
    if not shelf.holds(name):
        jpegs = small_jpegs(image_ids, read, side_px)
        _put(shelf, name, [base64.b64encode(one).decode() for one in jpegs])
    return name


def _places(runs: Iterable[Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Every picture, and what a tile calls its thumbnail: by its file and its place there."""
    for number, run in enumerate(runs):
        for place, image_id in enumerate(run):
            yield image_id, f"thumbnail:{number}.{place}"


def _put(shelf: Shelf, name: str, content: object) -> str:
    shelf.put(name, f'arrived("{name}",{json.dumps(content)});\n'.encode())
    return name


def _name_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_NAME_CHARS]


def _runs(image_ids: Sequence[str]) -> Iterator[list[str]]:
    """Pictures side by side, cut where an image_id says so: a picture that comes or goes changes
    its own run alone."""
    run: list[str] = []
    for image_id in image_ids:
        run.append(image_id)
        if len(run) == _MOST or crc32(image_id.encode()) % _CUT == 0:
            yield run
            run = []
    if run:
        yield run
