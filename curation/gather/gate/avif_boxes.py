"""What an AVIF says about its colours in its boxes, which Pillow does not tell."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

PATH = (b"meta", b"iprp", b"ipco", b"colr")
"""Where the colours of a still picture stand; an animation has such a picture too."""

VERSION_BYTES = 4
"""Version and flags, which `meta` has before its boxes."""

MOST_BOXES = 1000
"""Looked at in one box: a real file has some dozens."""


def colour_numbers(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer of the first description by numbers (nclx); None without one.

    A file whose boxes are damaged has none."""
    for body in _bodies(data, (0, len(data)), PATH):
        if data[body[0] : body[0] + 4] == b"nclx" and body[1] - body[0] >= 8:
            primaries, transfer = struct.unpack_from(">HH", data, body[0] + 4)
            return primaries, transfer
    return None


def _bodies(
    data: bytes, place: tuple[int, int], path: Sequence[bytes]
) -> Iterator[tuple[int, int]]:
    """Start and end of every box that lies at the end of the path."""
    for kind, start, end in boxes(data, *place):
        if kind != path[0]:
            continue
        inside = (start + VERSION_BYTES * (kind == b"meta"), end)
        if len(path) == 1:
            yield inside
        else:
            yield from _bodies(data, inside, path[1:])


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the body of the boxes between two places."""
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        size = size or end - start
        if size < 8 or start + size > end:
            return
        yield kind, start + 8, start + size
        start += size
