"""A test picture beside what was found in it, as one JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Rgb
from inksift.curation.drawing.contact_sheet import jpeg


@dataclass(frozen=True)
class BesideLooks:
    """How the two pictures look. All by eye."""

    tile_px: int = 128
    """Side of each square."""

    gap_px: int = 2
    """Width of the line between them."""

    grey: int = 128
    """Level of that line, 0 to 255."""

    quality: int = 82
    """JPEG quality, 0 to 100."""

    pale: float = 0.6
    """Share of its darkness that a picture keeps below its heat."""

    heat: float = 0.55
    """Weight of the heat's colours over the picture, 0 to 1."""

    quantile: float = 0.995
    """Share of the numbers of a saliency that lie below full colour."""


_LOOKS = BesideLooks()


def beside(picture: Rgb, found: Rgb) -> bytes:
    """Both as squares of 128 pixels, a grey line between them."""
    line = np.full((_LOOKS.tile_px, _LOOKS.gap_px, 3), _LOOKS.grey, np.uint8)
    tiles = np.concatenate([_tile(picture), line, _tile(found)], axis=1)
    return jpeg(tiles, _LOOKS.quality)


def heated(picture: Rgb, heat: Floats32) -> Rgb:
    """The picture in pale grey below its heat (side x side, 0 to 1): black, violet, orange, yellow.
    Its lightness alone tells the order, so it reads without colours too."""
    grey = 255 - _LOOKS.pale * (255 - picture.mean(axis=2, keepdims=True))
    levels = (heat * 255).astype(np.uint8)
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1]  # OpenCV gives blue first
    return np.asarray(np.rint((1 - _LOOKS.heat) * grey + _LOOKS.heat * colours), np.uint8)


def as_colours(saliency: Floats32) -> Rgb:
    """side x side x 3 numbers as a picture: grey for zero, lighter above and darker below it in
    each colour, full at all but the strongest of 200 numbers."""
    strength = np.abs(saliency)
    # Where nearly all numbers are zero their quantile is too; then the largest is full colour.
    strongest = float(np.quantile(strength, _LOOKS.quantile)) or float(strength.max()) or 1.0
    return np.asarray(np.rint(127.5 * (1 + np.clip(saliency / strongest, -1, 1))), np.uint8)


def _tile(picture: Rgb) -> Rgb:
    """Enlarged pixel by pixel, so that what the network sees stays to be seen."""
    side = _LOOKS.tile_px
    interpolation = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(picture, (side, side), interpolation=interpolation), np.uint8)
