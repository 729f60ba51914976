"""Pictures in a Qt resource file (.rcc), in which programs keep what they show.

The layout is Qt's `QResource`: a header, a tree of nodes, their names in UTF-16 and the contents,
all numbers big-endian; contents packed with zstd are passed over."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

_ZLIB, _FOLDER, _ZSTD = 1, 2, 4
_NODE = struct.Struct(">IH")
_PLACE = struct.Struct(">II")
_LENGTH = struct.Struct(">I")


class _Layout(NamedTuple):
    """Where the parts of a file begin, in bytes."""

    node_bytes: int
    tree: int
    contents: int
    names: int


def resources(data: bytes) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The path and the content of each file in a resource file; ValueError where it is none."""
    magic, version, tree, contents, names = struct.unpack_from(">4siiii", data)
    if magic != b"qres":
        raise ValueError("not a Qt resource file")
    # version 2 adds a date to each node
    layout = _Layout(14 if version < 2 else 22, tree, contents, names)
    yield from _below(data, layout, 0, PurePosixPath())


def _below(
    data: bytes, layout: _Layout, node: int, folder: PurePosixPath
) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files at and below a node; node 0 is the root, which has no name."""
    place = layout.tree + node * layout.node_bytes
    name, flags = _NODE.unpack_from(data, place)
    path = folder / _name(data, layout.names + name) if node else folder
    if flags & _FOLDER:
        count, first = _PLACE.unpack_from(data, place + _NODE.size)
        for child in range(first, first + count):
            yield from _below(data, layout, child, path)
    elif not flags & _ZSTD:
        # a territory of four bytes stands before the offset of a file
        (offset,) = _LENGTH.unpack_from(data, place + _NODE.size + 4)
        yield path, _content(data, layout.contents + offset, flags)


def _name(data: bytes, place: int) -> str:
    """A name; a length in characters and a hash of four bytes stand before it."""
    (length,) = struct.unpack_from(">H", data, place)
    return data[place + 6 : place + 6 + 2 * length].decode("utf-16-be")


def _content(data: bytes, place: int, flags: int) -> bytes:
    """The bytes of a file, unpacked where zlib packed them after their length."""
    (length,) = _LENGTH.unpack_from(data, place)
    content = data[place + 4 : place + 4 + length]
    return zlib.decompress(content[4:]) if flags & _ZLIB else content
