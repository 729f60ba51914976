"""Photoshop files by the flattened picture that they carry: no layer is looked at."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from inksift.curation.gather.gate.drawn.found import Check, Whole, unsupported

BITMAP, GREYS, INDEXED, COLOURS, CMYK, DUOTONE, LAB = 0, 1, 2, 3, 4, 8, 9  # modes, by their numbers
PSD_MODES = {
    BITMAP: "1",
    GREYS: "L",
    INDEXED: "P",
    COLOURS: "RGB",
    CMYK: "CMYK",
    DUOTONE: "L",
    LAB: "LAB",
}
"""Pillow's names of them."""

DEPTHS = (1, 8, 16)
"""Bits of a sample that are read; 32 bits hold light without an upper end."""

RAW, PACKED = 0, 1  # how the flattened picture is stored
LARGE = 2
"""The version of files with more than 30,000 pixels a side (PSB), which have longer lengths."""

PSD_HEADER = struct.Struct(">4sH6xHIIHH")
ICC_PROFILE, VERSION_INFO = 1039, 1057  # resources, by their numbers
PALETTE_BYTES = 768
"""Reds, greens and blues of 256 colours."""

TRANSPARENT = (b"Mtrn", b"Mt16", b"Mt32")
"""Marks of a flattened picture whose next channel is transparency."""

LAYERS_16 = b"8BIMLr16"
"""Where the layers of a file with 16 bits a sample stand."""

NEAR_WHITE = 250
"""Level from which colours behind full transparency mean the white that Photoshop lays there."""

Planes = npt.NDArray[np.uint8]


class _Psd(NamedTuple):
    """What the sections say. `start` is where the flattened picture does; `clear` whether its next
    channel is transparency."""

    size: tuple[int, int]
    channels: int
    depth: int
    mode: int
    large: bool
    palette: bytes
    profile: bytes | None
    flattened: bool
    clear: bool
    start: int

    @property
    def row_bytes(self) -> int:
        return -(-self.size[0] * self.depth // 8)


def read_psd(data: bytes, check: Check) -> Whole:
    """The flattened picture; UndecodableError where the file has none, or one of another kind."""
    psd = _sections(data)
    check(psd.size)
    if psd.mode not in PSD_MODES or psd.depth not in DEPTHS:
        raise unsupported(f"Photoshop file, mode {psd.mode} with {psd.depth} bits")
    if not psd.flattened:
        raise unsupported("Photoshop file saved without Maximise Compatibility")
    colours = len(Image.new(PSD_MODES[psd.mode], (1, 1)).getbands())
    clear = psd.clear and psd.mode in (GREYS, COLOURS) and psd.channels > colours
    if psd.channels < colours:
        raise ValueError("channels are missing")
    planes = _planes(data, psd, colours + clear)
    return Whole(_picture(planes, psd, clear), psd.profile)


def _sections(data: bytes) -> _Psd:
    _, version, channels, height, width, depth, mode = PSD_HEADER.unpack_from(data)
    large = version == LARGE
    palette, place = _section(data, PSD_HEADER.size, ">I")
    resources, place = _section(data, place, ">I")
    layers, place = _section(data, place, ">Q" if large else ">I")
    known = dict(_resources(resources))
    info = known.get(VERSION_INFO, b"")
    return _Psd(
        size=(width, height),
        channels=channels,
        depth=depth,
        mode=mode,
        large=large,
        palette=palette,
        profile=known.get(ICC_PROFILE),
        flattened=len(info) < 5 or info[4] != 0,
        clear=_is_clear(layers, large),
        start=place,
    )


def _section(data: bytes, place: int, length: str) -> tuple[bytes, int]:
    """A section and where the next one starts."""
    (size,) = struct.unpack_from(length, data, place)
    start = place + struct.calcsize(length)
    if start + size > len(data):
        raise ValueError("a section is cut off")
    return data[start : start + size], start + size


def _resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 12 <= len(block) and block[place : place + 4] == b"8BIM":
        number, name = struct.unpack_from(">HB", block, place + 4)
        body, after = _section(block, place + 6 + (name + 2) // 2 * 2, ">I")
        yield number, body
        place = after + after % 2


def _is_clear(layers: bytes, large: bool) -> bool:
    """Whether the number of layers is negative, or a mark says the same."""
    length = 8 if large else 4
    counts = layers[length : length + 2]
    deep = layers.find(LAYERS_16)
    if deep >= 0:
        counts = layers[deep + len(LAYERS_16) + length :][:2]
    negative = len(counts) == 2 and counts[0] >= 0x80
    return negative or any(b"8BIM" + mark in layers for mark in TRANSPARENT)


def _planes(data: bytes, psd: _Psd, count: int) -> Planes:
    """The first channels, each with 8 bits a sample or, for black and white, a pixel."""
    width, height = psd.size
    (how,) = struct.unpack_from(">H", data, psd.start)
    rows = count * height
    if how == RAW:
        block = data[psd.start + 2 : psd.start + 2 + rows * psd.row_bytes]
        stored = np.frombuffer(block, np.uint8).reshape(rows, psd.row_bytes)
    elif how == PACKED:
        stored = _unpacked(data, psd, rows)
    else:
        raise unsupported("Photoshop file, its flattened picture zipped")
    if psd.depth == 1:
        return 255 * (1 - np.unpackbits(stored, axis=1)[None, :, :width])
    high = stored[:, :: psd.depth // 8]
    return high.reshape(count, height, width)


def _unpacked(data: bytes, psd: _Psd, rows: int) -> Planes:
    """Rows of bytes that were packed one by one (PackBits)."""
    length = 4 if psd.large else 2
    table = psd.start + 2
    sizes = np.frombuffer(data, f">u{length}", rows, table)
    start = table + length * psd.channels * psd.size[1]
    packed = data[start : start + int(sizes.sum(dtype=np.int64))]
    grid = (psd.row_bytes, rows)
    return np.asarray(Image.frombytes("L", grid, packed, "packbits", "L"))


def _picture(planes: Planes, psd: _Psd, clear: bool) -> Image.Image:
    if psd.mode == CMYK:  # stored as light that is left
        planes = 255 - planes
    elif psd.mode == LAB:  # Pillow's a and b have their zero at 0, not at 128
        planes = planes ^ np.array([0, 128, 128], np.uint8)[:, None, None]
    if clear and not _lies_on_white(planes):
        return Image.fromarray(_together(planes))
    colours = planes[:-1] if clear else planes
    if psd.mode == INDEXED:
        return Image.fromarray(_colours_of(psd.palette)[colours[0]])
    return Image.fromarray(_together(colours), "L" if psd.mode == BITMAP else PSD_MODES[psd.mode])


def _lies_on_white(planes: Planes) -> bool:
    """Photoshop lays the flattened picture on white, others do not."""
    hidden = planes[:-1][:, planes[-1] == 0]
    return not hidden.size or int(hidden.min()) >= NEAR_WHITE


def _together(planes: Planes) -> Planes:
    return planes[0] if len(planes) == 1 else np.ascontiguousarray(planes.transpose(1, 2, 0))


def _colours_of(palette: bytes) -> Planes:
    """256 x red, green and blue."""
    return np.frombuffer(palette, np.uint8, PALETTE_BYTES).reshape(3, -1).T
