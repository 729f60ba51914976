"""A test picture beside what was found in it, as one JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from curation.base.arrays import Floats32
from curation.base.rgb import Rgb
from curation.drawing.contact_sheet import jpeg

TILE_PX = 128
_GAP_PX, _GREY = 2, 128
_QUALITY = 82
_PALE = 0.6
_HEAT = 0.55
_QUANTILE = 0.995


def beside(picture: Rgb, found: Rgb) -> bytes:
    """Both as squares of 128 pixels, a grey line between them."""
    line = np.full((TILE_PX, _GAP_PX, 3), _GREY, np.uint8)
    return jpeg(np.concatenate([_tile(picture), line, _tile(found)], axis=1), _QUALITY)


def heated(picture: Rgb, heat: Floats32) -> Rgb:
    """The picture in pale grey below its heat (side x side, 0 to 1): black, violet, orange, yellow.
    Its lightness alone tells the order, so it reads without colours too."""
    grey = 255 - _PALE * (255 - picture.mean(axis=2, keepdims=True))
    colours = cv2.applyColorMap((heat * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    return np.asarray(np.rint((1 - _HEAT) * grey + _HEAT * colours), np.uint8)


def as_colours(saliency: Floats32) -> Rgb:
    """side x side x 3 numbers as a picture: grey for zero, lighter above and darker below it in
    each colour, full at all but the strongest of 200 numbers."""
    strongest = (
        float(np.quantile(np.abs(saliency), _QUANTILE)) or float(np.abs(saliency).max()) or 1.0
    )
    return np.asarray(np.rint(127.5 * (1 + np.clip(saliency / strongest, -1, 1))), np.uint8)


def _tile(picture: Rgb) -> Rgb:
    """Enlarged pixel by pixel, so that what the network sees stays to be seen."""
    interpolation = cv2.INTER_AREA if picture.shape[0] > TILE_PX else cv2.INTER_NEAREST
    return np.asarray(
        cv2.resize(picture, (TILE_PX, TILE_PX), interpolation=interpolation), np.uint8
    )
