"""The one colour of a PNG that is clear (tRNS), where Pillow loses it: in greys of other than eight
bits, and in colours of sixteen."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.png_chunks import Png

HALVED_BITS = 16
"""Bits of a sample of which Pillow keeps the upper half."""

SWAPPED = {"RGB;16B": "RGB;16L"}
"""Pillow's names of the layouts that give the upper and the lower half of every sample."""


def with_clear_colour(image: Image.Image, png: Png) -> Image.Image:
    """The loaded picture, its clear colour as transparency that the rest understands."""
    chunk = png.remarks.get(b"tRNS", b"")
    if image.mode == "L" and png.bits < 8 and len(chunk) >= 2:
        (level,) = struct.unpack_from(">H", chunk)
        image.info["transparency"] = level * 255 // (2**png.bits - 1)
    elif image.mode.startswith("I;16") and len(chunk) >= 2:
        return _grey_with_clear(image, struct.unpack_from(">H", chunk)[0])
    elif image.mode == "RGB" and png.bits == HALVED_BITS and len(chunk) >= 6:
        return _colours_with_clear(image, png.data, struct.unpack_from(">HHH", chunk))
    return image


def _grey_with_clear(image: Image.Image, level: int) -> Image.Image:
    values = np.asarray(image)
    alpha = np.where(values == level, 0, 255).astype(np.uint8)
    grey = np.rint(values / np.float32(257)).astype(np.uint8)
    return Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)])


def _colours_with_clear(image: Image.Image, data: bytes, colour: tuple[int, ...]) -> Image.Image:
    """Loads once more for the lower half of the samples, since a colour is clear only if both
    halves are its own."""
    upper, lower = np.asarray(image), _lower_half(data)
    low, high = np.array(colour) % 256, np.array(colour) // 256
    clear = np.logical_and((upper == high).all(axis=2), (lower == low).all(axis=2))
    result = image.copy()
    result.info.pop("transparency", None)
    result.putalpha(Image.fromarray(np.where(clear, 0, 255).astype(np.uint8)))
    return result


def _lower_half(data: bytes) -> Rgb:
    with Image.open(BytesIO(data), formats=["PNG"]) as image:
        image.tile = [one._replace(args=SWAPPED.get(str(one.args), one.args)) for one in image.tile]
        return np.asarray(image)
