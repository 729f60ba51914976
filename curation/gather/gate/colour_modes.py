"""Every pixel layout that a file can have, turned into the one that the rest of inksift knows."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import WHITE

DEEP_GREYS = ("I", "F")
SCALES = (1.0, 255.0, 65535.0)
"""The whites that greys of unknown depth are likely to mean."""
STRIP_ROWS = 256
"""Rows turned into floats at a time: at once, a large picture would take eight times its size."""

_Deep = npt.NDArray[np.int32 | np.float32]
_Grey = npt.NDArray[np.uint8]


def to_rgb(image: Image.Image) -> Rgb:
    """The loaded picture as height x width x 3, uint8, not to be written into.

    Transparency lies over white (`gate.ground` knows better), 16-bit values are scaled and not
    clipped, colour profiles are ignored."""
    mode = image.mode
    if mode.startswith("I;16"):
        return _from_grey(
            cv2.convertScaleAbs(np.asarray(image).astype(np.uint16, copy=False), alpha=255 / 65535)
        )
    if mode in DEEP_GREYS:
        return _from_grey(_scaled(np.asarray(image)))
    if mode == "LAB":
        return np.asarray(_from_lab(image))
    layers = premultiplied(image)
    if layers is not None:
        return over_ground(layers, WHITE)
    return np.asarray(image if mode == "RGB" else image.convert("RGB"))


def _from_lab(image: Image.Image) -> Image.Image:
    """CIE Lab (D50) as sRGB, by the colour engine that Pillow brings.

    Pillow keeps a* and b* as signed bytes, which OpenCV would take for others 128 higher."""
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    converted = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    assert converted is not None  # None is the answer to a conversion in place only
    return converted


def _has_transparency(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info


def premultiplied(image: Image.Image) -> npt.NDArray[np.uint8] | None:
    """Colours multiplied by alpha, then alpha: height x width x 2 or 4; None for a picture without
    transparency."""
    if image.mode in ("La", "RGBa"):
        return np.asarray(image)
    return np.asarray(_multiplied(image)) if _has_transparency(image) else None


def _multiplied(image: Image.Image) -> Image.Image:
    straight = image if image.mode == "RGBA" else image.convert("RGBA")
    return straight.convert("RGBa")


def over_ground(layers: npt.NDArray[np.uint8], level: int) -> Rgb:
    """Colour already multiplied by alpha, plus what alpha leaves of a grey level; the last channel
    is alpha."""
    *colours, alpha = cv2.split(layers)
    left = cv2.convertScaleAbs(cv2.bitwise_not(alpha), alpha=level / WHITE)
    channels = [cv2.add(colour, left) for colour in colours]
    return _from_grey(channels[0]) if len(channels) == 1 else _uint8(cv2.merge(channels))


def _from_grey(grey: npt.ArrayLike) -> Rgb:
    return _uint8(cv2.merge([np.asarray(grey, np.uint8)] * 3))


def _scaled(values: _Deep) -> _Grey:
    """Greys of unknown depth as 0 to 255: by the smallest of `SCALES` that holds them, else
    stretched to fill it.

    NaN is black; infinities are the ends of the scale.
    """
    low, high = _finite_range(values)
    whites = [
        white for white in SCALES if white >= high and (white > 1 or values.dtype == np.float32)
    ]
    black, white = (0.0, whites[0]) if low >= 0 and whites else (low, high)
    return np.concatenate(
        [
            _stretch(rows, black, white)
            for rows in np.array_split(values, -(-len(values) // STRIP_ROWS))
        ]
    )


def _finite_range(values: _Deep) -> tuple[float, float]:
    if values.dtype != np.float32:
        return float(values.min()), float(values.max())
    finite = np.isfinite(values)
    return float(values.min(where=finite, initial=np.inf)), float(
        values.max(where=finite, initial=-np.inf)
    )


def _stretch(rows: _Deep, black: float, white: float) -> _Grey:
    bounded = np.clip(
        np.nan_to_num(rows.astype(np.float64), nan=black, posinf=white, neginf=black), black, white
    )
    return np.rint((bounded - black) * (255 / ((white - black) or 1))).astype(np.uint8)


def _uint8(array: npt.ArrayLike) -> Rgb:
    return np.asarray(array, np.uint8)
