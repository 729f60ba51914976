"""Thumbnails as bytes: lossless, quick to write and to read, and about as small as PNG.

Red and blue become differences to green, every value the difference to its left neighbour, and
Zstandard packs the rest: 2.4 ms to write and 2.2 ms to read on storybook pages of 560 px, where
lossless WebP at its fastest takes 12.0 and 4.4 for bytes that are 6 % fewer. What a stranger made
of it can be wrong, but costs no more memory than its header says."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import numpy.typing as npt
import zstandard

from inksift.curation.base.rgb import Rgb

VERSION = 1
"""Raised whenever the bytes change: part of the version of stored thumbnails."""

MAX_THUMBNAIL_PX = 8192
"""Largest side that is unpacked: that of a long strip. Other thumbnails have 640 px."""

MAX_THUMBNAIL_AREA_PX = 2048 * 2048
"""Most pixels that are unpacked: damaged bytes must not ask for all memory."""

_HEADER = struct.Struct("<4sHH")
_MAGIC = b"ISTN"


def pack(rgb: Rgb) -> bytes:
    """The picture, as bytes: sides of 1 to 8192 px, at most as many pixels as 2048 x 2048."""
    height, width = rgb.shape[:2]
    planes = np.asarray(cv2.split(rgb), np.uint8)
    planes[::2] -= planes[1]
    planes[:, :, 1:] -= planes[:, :, :-1]
    return _HEADER.pack(_MAGIC, height, width) + zstandard.ZstdCompressor(level=1).compress(
        planes.data
    )


def unpack(data: bytes) -> Rgb:
    """The picture that `pack` was given; ValueError for bytes that it did not make."""
    height, width = packed_size(data)
    values = np.frombuffer(_unzip(data[_HEADER.size :], 3 * height * width), np.uint8)
    planes = _running_sums(values.reshape(3, height, width))
    planes[::2] += planes[1]
    return np.asarray(cv2.merge(tuple(planes)), np.uint8)


def _running_sums(steps: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Each value and all to its left in its row, modulo 256."""
    sums, reach = steps.copy(), 1
    # Each round doubles how many are in a sum, for many at a time; NumPy's running sum waits for
    # every single one, and takes three times as long.
    while reach < sums.shape[-1]:
        sums[..., reach:] += sums[..., :-reach]
        reach *= 2
    return sums


def packed_size(data: bytes) -> tuple[int, int]:
    """Height and width in pixels, by the header alone; ValueError where it is none of ours."""
    if len(data) < _HEADER.size:
        raise ValueError("too short for a packed picture")
    magic, height, width = _HEADER.unpack_from(data)
    sides = min(height, width) > 0 and max(height, width) <= MAX_THUMBNAIL_PX
    if magic != _MAGIC or not sides or height * width > MAX_THUMBNAIL_AREA_PX:
        raise ValueError("not a packed picture")
    return height, width


def _unzip(data: bytes, size: int) -> bytes:
    """Exactly `size` bytes; the frame's own claim of its size is checked before any memory is
    taken."""
    try:
        claimed = zstandard.frame_content_size(data)
        plain: bytes = zstandard.ZstdDecompressor().decompress(data) if claimed == size else b""
    except zstandard.ZstdError as error:
        raise ValueError(f"damaged: {error}") from None
    if len(plain) != size:
        raise ValueError(f"{claimed} bytes of pixels, expected {size}")
    return plain
