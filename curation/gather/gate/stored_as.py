"""What a file's headers say of how its picture was stored: with loss or without, and how strongly
it was compressed.

A header that cannot be read costs no picture: the file then counts as stored with a loss that
nobody knows."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.gather.gate.jpeg import segments
from inksift.curation.gather.gate.tiff_samples import UNPACKED, TiffTag, read_directory

VERSION = 1
"""Raised whenever the same headers may tell another thing."""

_PREVIEW = "preview"
"""The flag of a drawing that is read from a small preview."""

WITHOUT_LOSS = ("PNG", "BMP", "GIF", "SVG", "PSD", "ORA", "KRA", "CLIP")
"""Formats that keep every pixel that they are given."""

FAX = (2, 3, 4)
"""TIFF's compressions of pages in black and white, which lose nothing."""

NOT_TOLD = -1.0
"""Of a quality that a file does not tell."""

FULL = 100.0
"""Of a quality: nothing was lost."""

HALF = 50
"""The quality at which libjpeg takes the tables of the standard as they are."""

QUANTISATION = 0xDB
"""The marker of a JPEG before tables of steps."""

TABLE_STEPS = 64
"""Numbers in a table, for 8 x 8 frequencies."""

STANDARD = (
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
)  # fmt: skip
"""The table for brightness of the JPEG standard (Annex K.1), in the order in which files hold
it."""

_Steps = npt.NDArray[np.integer]


class StoredAs(NamedTuple):
    """How a picture was stored."""

    lossless: bool
    """Whether every pixel is as it was given to the encoder."""

    quality: float
    """0 to 100: of a JPEG on the scale of libjpeg, 100 for no loss, NOT_TOLD where it is not
    told."""


def stored_as(data: bytes, kind: str, note: str) -> StoredAs:
    """What a readable file of this format says; `note` is of the decoder, which tells where only a
    small preview of a drawing is there."""
    if kind == "JPEG":
        return _stored_jpeg(data)
    if kind == "WEBP":
        return _stored_webp(data)
    if kind == "TIFF":
        return _stored_tiff(data)
    return _stored(lossless=kind in WITHOUT_LOSS and _PREVIEW not in note.split("; "))


def _stored(*, lossless: bool) -> StoredAs:
    return StoredAs(lossless, FULL if lossless else NOT_TOLD)


def _stored_jpeg(data: bytes) -> StoredAs:
    for marker, start, end in segments(data):
        if marker == QUANTISATION:
            return StoredAs(False, _quality(_first_table(data[start:end])))
    return StoredAs(False, NOT_TOLD)


def _first_table(body: bytes) -> _Steps:
    """The steps of the first table in a segment, empty where it is cut off."""
    wide = bool(body) and body[0] >> 4 == 1
    end = 1 + TABLE_STEPS * (2 if wide else 1)
    whole = len(body) >= end
    return np.frombuffer(body[1:end], ">u2" if wide else "u1") if whole else np.empty(0, np.uint8)


def _quality(steps: _Steps) -> float:
    """The quality of libjpeg whose table is most like this one.

    >>> _quality(np.array(STANDARD))
    50.0
    """
    if not len(steps) or not steps.all():
        return NOT_TOLD
    scale = 100 * float(np.median(steps / np.array(STANDARD)))
    quality = FULL - scale / 2 if scale <= FULL else HALF * FULL / scale
    return round(min(max(quality, 1.0), FULL), 1)


def _stored_webp(data: bytes) -> StoredAs:
    kinds = set(_webp_chunks(data))
    return _stored(lossless=b"VP8L" in kinds and not kinds & {b"VP8 ", b"ANMF"})


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    place = 12  # behind RIFF, the length, and WEBP
    while place + 8 <= len(data):
        (size,) = struct.unpack_from("<I", data, place + 4)
        yield data[place : place + 4]
        place += 8 + size + size % 2


def _stored_tiff(data: bytes) -> StoredAs:
    try:
        compression = read_directory(data).get(TiffTag.COMPRESSION, 1)
    except Exception:
        return _stored(lossless=False)
    return _stored(lossless=compression in (*UNPACKED, *FAX))
