"""JPEG pixels by a decoder that says when data is missing: Pillow fills such gaps in silence.

What is only odd about a file is a note, what loses pixels is an error. The same library decodes in
both, libjpeg-turbo, so a sound file has the pixels that Pillow gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.srgb import ToSrgb, shown_image, shown_rgb

SOI, EOI, SOS, DHT = 0xD8, 0xD9, 0xDA, 0xC4  # markers: start, end, a scan, tables of codes
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
"""Markers that say how the picture is coded."""

CODINGS = {0xC0: "", 0xC1: "", 0xC2: "", 0xC9: "arithmetic ", 0xCA: "arithmetic "}
"""Codings that the decoder knows; the others are lossless or hierarchical."""

DEPTH_BITS = 8
"""Of a sample, in the JPEG of cameras and of the web."""

HOLE_BYTES = 32
"""Zeros in a row that no encoder writes into a scan, unless they mean flat blocks."""

END = b"\xff\xd9"
"""The marker behind the last scan."""

ZEROS_AT_END = 2
"""With which the data of a picture may end."""

TOO_MUCH = re.compile(r"Corrupt JPEG data: \d+ extraneous bytes before marker")
DAMAGE = "Corrupt JPEG data"
"""How libjpeg begins what it says of a picture that it could not decode as it was meant."""

Samples = npt.NDArray[np.uint8]


class Frame(NamedTuple):
    """What the headers say. `zeros_are_flat` is whether zero bits may code plain blocks; `scan` is
    where the first scan starts."""

    unsupported: str
    progressive: bool
    zeros_are_flat: bool
    scan: int


def read_frame(data: bytes) -> Frame:
    """The headers up to the first scan; those that are missing count as the usual ones."""
    unsupported, progressive, flat, parts = "", False, True, 0
    for marker, start, end in segments(data):
        if marker in FRAMES and end - start > 5:
            unsupported = _unsupported(marker, data[start])
            progressive, parts = marker not in (0xC0, 0xC1), data[start + 5]
        elif marker == DHT:
            flat = flat and _codes_flat_blocks(data[start:end])
        elif marker == SOS:
            apart = end > start and data[start] < parts
            return Frame(unsupported, progressive, flat or apart, end)
    return Frame(unsupported, progressive, True, len(data))


def segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the body of every segment up to the first scan."""
    place = data.find(b"\xff\xd8") + 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        yield marker, place + 4, min(end, len(data))
        if marker in (SOS, EOI):
            return
        place = max(end, place + 4)


def _unsupported(marker: int, bits: int) -> str:
    if bits != DEPTH_BITS:
        return f"{bits}-bit JPEG"
    if marker in CODINGS:
        return ""
    return "lossless JPEG" if marker in (0xC3, 0xCB) else "hierarchical JPEG"


def _codes_flat_blocks(tables: bytes) -> bool:
    """Whether, in every table for AC coefficients, the code of zeros only is the end of a block."""
    place, flat = 0, True
    while place + 17 < len(tables):
        size = sum(tables[place + 1 : place + 17])
        if tables[place] & 0x10:
            flat = flat and tables[place + 17] == 0
        place += 17 + size
    return flat


def samples(data: bytes, frame: Frame, mode: str) -> tuple[Samples | None, str]:
    """Height x width x channels in Pillow's `mode` (L, RGB or CMYK), and a note; None for a rare
    layout that only Pillow decodes.

    OSError where a part of the picture is missing or was overwritten."""
    space = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}[mode]
    if data.find(END, frame.scan) >= 0:
        return _decoded(data, frame, space)
    found, note = _decoded_without_end(data, frame, space)
    return found, "; ".join(filter(None, ("no_end_marker", note)))


def _decoded_without_end(data: bytes, frame: Frame, space: str) -> tuple[Samples | None, str]:
    """Of the zeros that may follow, which a disk left, the first few may be the picture's."""
    rest = data[frame.scan :]
    coded = rest.rstrip(b"\0")
    problem = OSError("image file is truncated")
    for zeros in range(min(ZEROS_AT_END, len(rest) - len(coded)) + 1 if coded else 0):
        whole = b"".join((data[: frame.scan], coded, bytes(zeros), END))
        try:
            return _decoded(whole, frame, space)
        except OSError as error:
            problem = OSError(f"image file is truncated ({error})")
    raise problem


def _decoded(data: bytes, frame: Frame, space: str) -> tuple[Samples | None, str]:
    hole = _has_hole(data, frame)
    if hole and not (frame.progressive or frame.zeros_are_flat):
        raise OSError("there is a hole of zeros in the picture's data")
    try:
        return simplejpeg.decode_jpeg(data, space, strict=True), ""
    except ValueError as error:
        complaint = str(error)
    if DAMAGE in complaint and (hole or not TOO_MUCH.search(complaint)):
        raise OSError(complaint)
    try:
        return simplejpeg.decode_jpeg(data, space, strict=False), "odd_jpeg"
    except ValueError:
        return None, ""


def _has_hole(data: bytes, frame: Frame) -> bool:
    end = data.find(END, frame.scan)
    return data.find(bytes(HOLE_BYTES), frame.scan, end) >= 0


def from_samples(levels: Samples, how: ToSrgb | None) -> Rgb:
    """Grey or coloured samples as sRGB; `how` is None where they are it already."""
    if levels.shape[2] == 1:
        if how:
            return np.asarray(shown_image(Image.fromarray(levels[..., 0]), how).convert("RGB"))
        return np.asarray(cv2.merge([levels] * 3), np.uint8)
    return shown_rgb(levels, how) if how and how.mode == "RGB" else levels
