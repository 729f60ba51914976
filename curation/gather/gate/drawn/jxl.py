"""JPEG XL by libjxl. The size is read here first, since the library decodes at once."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from typing import Any

from PIL import Image

from inksift.curation.gather.gate.avif_boxes import boxes
from inksift.curation.gather.gate.drawn.found import Check, Inside, Whole, library, unsupported

CONTAINER = b"\x00\x00\x00\x0cJXL "
CODESTREAM = b"\xff\x0a"
PART_BYTES = 4
"""Of the number in front of a part of a codestream (jxlp)."""

START_BYTES = 64
"""Enough for all that is read of a header."""

SIZE_BITS = (9, 13, 18, 30)
"""Of the four lengths in which a side may be written."""

RATIOS = ("0", "1", "6/5", "4/3", "3/2", "16/9", "5/4", "2")
"""Of width to height, by their numbers; 0 means that the width is written."""

JXL_MODES = {"RGB", "RGBA", "L", "LA", "I;16", "F"}


class _Bits:
    """A header read bit by bit, the lowest first; zeros behind its end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        taken = self._value & ((1 << count) - 1)
        self._value >>= count
        return taken


def read_jxl(data: bytes, check: Check) -> Whole | Inside:
    """The picture, turned as the file says; the JPEG that a file was made of, where it keeps it."""
    library("pillow_jxl", extra="jxl", name="JPEG XL")  # or say so before anything else
    size, animated = jxl_header(data)
    check(size)
    if animated:
        raise unsupported("JPEG XL animation")
    is_jpeg, info, pixels, profile, _ = _decoded(data)
    if is_jpeg and _has_sides(bytes(pixels), (info.width, info.height)):
        return Inside(bytes(pixels), "JPEG")
    if is_jpeg:
        return read_jxl(_without_jpeg(data), check)
    found = (info.width, info.height)
    check(found)
    if info.mode not in JXL_MODES:
        raise unsupported(f"JPEG XL with {info.mode}")
    return Whole(Image.frombytes(info.mode, found, bytes(pixels)), profile)


def _decoded(data: bytes) -> Any:
    """What the library finds; ValueError in place of its advice on how to build it anew."""
    decode = library("pillow_jxl", extra="jxl", name="JPEG XL").Decoder(num_threads=0)
    try:
        return decode(data)
    except RuntimeError as error:
        raise ValueError("damaged, or cut off") from error


def _has_sides(jpeg: bytes, size: tuple[int, int]) -> bool:
    """Whether the JPEG is as large as the picture: some encoders store half of it by mistake."""
    with Image.open(BytesIO(jpeg), formats=["JPEG"]) as image:
        return sorted(image.size) == sorted(size)


def _without_jpeg(data: bytes) -> bytes:
    """The file without what makes it a JPEG again."""
    found = bytearray(data)
    for kind, start, _ in boxes(data, 0, len(data)):
        if kind == b"jbrd":
            found[start - len(kind) : start] = b"skip"
    if found == data:
        raise ValueError("a JPEG in it that has no place")
    return bytes(found)


def jxl_header(data: bytes) -> tuple[tuple[int, int], bool]:
    """Width and height before any turn, and whether it is an animation; ValueError for a file
    without a codestream."""
    stream = _codestream(data)
    if not stream.startswith(CODESTREAM):
        raise ValueError("a JPEG XL without a picture")
    bits = _Bits(stream[len(CODESTREAM) :])
    return _size(bits), _is_animated(bits)


def _codestream(data: bytes) -> bytes:
    """Its start."""
    if not data.startswith(CONTAINER):
        return data[:START_BYTES]
    for kind, start, _ in boxes(data, 0, len(data)):
        if kind in (b"jxlc", b"jxlp"):
            start += PART_BYTES * (kind == b"jxlp")
            return data[start : start + START_BYTES]
    return b""


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.take(1)
    height = _side(bits, small)
    ratio = Fraction(RATIOS[bits.take(3)])
    return (int(height * ratio) if ratio else _side(bits, small)), height


def _side(bits: _Bits, small: int) -> int:
    if small:
        return 8 * (bits.take(5) + 1)
    return bits.take(SIZE_BITS[bits.take(2)]) + 1


def _is_animated(bits: _Bits) -> bool:
    plain = bits.take(1)
    if plain or not bits.take(1):
        return False
    bits.take(3)  # how it is turned
    if bits.take(1):  # the size that it means to have
        _size(bits)
    has_preview = bits.take(1)
    return bool(not has_preview and bits.take(1))
