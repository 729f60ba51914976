"""A PNG as its chunks: what is shown is kept as it is, and what is only said about it cannot do
harm."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
"""Kinds that hold words, which no decoder reads."""

HEEDED = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP")
"""Kinds of remarks that change what is shown, and that Pillow does not heed, or not safely."""

HEADER_BYTES = 13
"""Of IHDR."""

PROFILE_BYTES = 4 * 2**20
"""Of a colour profile after decompression: room for real ones, none for bombs."""

MOST_CHUNKS = 200_000
"""Of a picture of 1.6 GB, as the usual encoder divides it."""

FRAME_CONTROL_BYTES = 26
"""Of fcTL: number, size, place, delay, and how the frame is laid on the canvas."""


class Chunk(NamedTuple):
    """Where a chunk starts (at its length) and ends (behind its checksum)."""

    kind: bytes
    start: int
    end: int

    def body(self, data: bytes) -> bytes:
        """What it holds."""
        return data[self.start + 8 : self.end - 4]


class Png(NamedTuple):
    """A PNG that is safe to read: `data` without words and broken remarks; `remarks` those that
    count, by kind; `bits` of a sample; `place` where the first frame lies on its canvas, for one
    that does not fill it. Where an animation hides a picture before its first frame, `data` is that
    frame alone and `film` all of them, behind the hidden one."""

    data: bytes
    remarks: dict[bytes, bytes]
    bits: int
    canvas: tuple[int, int]
    place: tuple[int, int] | None
    note: str
    film: bytes = b""


def read_png(data: bytes) -> Png:
    """Take a PNG apart; ValueError where a chunk that holds pixels is damaged."""
    chunks = list(_chunks(data))
    odd = {one for one in chunks if _is_remark(one.kind) and not _is_sound(one, data)}
    sound = [one for one in chunks if one not in odd]
    remarks = {one.kind: one.body(data) for one in sound if one.kind in HEEDED}
    left = [one for one in sound if one.kind not in (*TEXTS, b"iCCP")]
    header = chunks[0].body(data).ljust(HEADER_BYTES, b"\0") if chunks else b""
    if len(header) != HEADER_BYTES or chunks[0].kind != b"IHDR":
        raise ValueError("a PNG without a header")
    bits, canvas = header[8], _size(header)
    note = "odd_checksum" if odd else ""
    first = _hidden_start(left)
    kept = data if len(left) == len(chunks) else _joined(data, left, chunks)
    if first is None:
        return Png(kept, remarks, bits, canvas, None, note)
    still, place = _first_frame(data, left, first)
    return Png(still, remarks, bits, canvas, place, note, film=kept)


def _chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks up to the end, or up to one that is cut off."""
    place = len(SIGNATURE)
    for _ in range(MOST_CHUNKS):
        if place + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data) or not kind.isalpha():
            return
        yield Chunk(kind, place, end)
        if kind == b"IEND":
            return
        place = end
    raise ValueError(f"more than {MOST_CHUNKS} chunks")


def text_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of every chunk of words, packed as they are."""
    for one in _chunks(data):
        if one.kind in TEXTS:
            yield one.kind, one.body(data)


def _is_remark(kind: bytes) -> bool:
    """Whether a decoder may do without it: the fifth bit of the first letter says so. Frames of an
    animation are no remarks."""
    return kind[:1].islower() and kind not in (b"fcTL", b"fdAT", b"acTL")


def _is_sound(chunk: Chunk, data: bytes) -> bool:
    (said,) = struct.unpack_from(">I", data, chunk.end - 4)
    return bool(zlib.crc32(memoryview(data)[chunk.start + 4 : chunk.end - 4]) == said)


def _size(header: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", header)
    return width, height


def _joined(data: bytes, kept: list[Chunk], every: list[Chunk]) -> bytes:
    """The chunks that are kept, and whatever follows the last one that could be told."""
    parts = [data[one.start : one.end] for one in kept]
    return b"".join((data[: len(SIGNATURE)], *parts, data[every[-1].end :]))


def _hidden_start(chunks: list[Chunk]) -> int | None:
    """The index of the first frame's control, where an animation starts behind a picture that only
    viewers without animations show."""
    kinds = [one.kind for one in chunks]
    if b"acTL" not in kinds or b"IDAT" not in kinds or b"fdAT" not in kinds:
        return None
    pixels = kinds.index(b"IDAT")
    if b"fcTL" in kinds[:pixels] or kinds.index(b"acTL") > pixels or b"fcTL" not in kinds:
        return None
    return kinds.index(b"fcTL")


def _first_frame(
    data: bytes, chunks: list[Chunk], first: int
) -> tuple[bytes, tuple[int, int] | None]:
    """The first frame of an animation as a picture of its own, and its place on the canvas."""
    control = chunks[first].body(data)
    if len(control) != FRAME_CONTROL_BYTES:
        raise ValueError("the first frame of the animation has no size")
    _, width, height, left, top = struct.unpack_from(">IIIII", control)
    header = chunks[0].body(data)
    body = struct.pack(">II", width, height) + header[8:]
    before = [one for one in chunks[1:first] if one.kind in (b"PLTE", b"tRNS")]
    frames = [one.body(data)[4:] for one in _until_next(chunks[first + 1 :])]
    parts = [_written(b"IHDR", body), *(data[one.start : one.end] for one in before)]
    parts += [*(_written(b"IDAT", one) for one in frames), _written(b"IEND", b"")]
    fills = (width, height, left, top) == (*_size(header), 0, 0)
    return SIGNATURE + b"".join(parts), None if fills else (left, top)


def _until_next(chunks: list[Chunk]) -> Iterator[Chunk]:
    for one in chunks:
        if one.kind == b"fcTL":
            return
        if one.kind == b"fdAT":
            yield one


def _written(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def unpacked_profile(chunk: bytes) -> bytes:
    """The colour profile in an iCCP chunk; ValueError or zlib.error for one that is damaged or
    unfolds without end."""
    _, _, rest = chunk.partition(b"\0")
    unfolded = zlib.decompressobj()
    found = unfolded.decompress(rest[1:], PROFILE_BYTES)
    if rest[:1] != b"\0" or unfolded.unconsumed_tail or not unfolded.eof:
        raise ValueError("not a packed profile of a sensible size")
    return found
