"""Transparent pictures on a ground that shows them: white, or black where white hides the
drawing."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inksift.curation.base.pages import INVISIBLE
from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.unseen import BLACK, WHITE, Alpha
from inksift.curation.gather.gate.colour_modes import over_ground, premultiplied, to_rgb

LOOK_SIDE_PX = 320
"""Longest side at which a ground is chosen."""

HIDDEN_SHARE = 0.75
"""Share of the outlines that white must hide before another ground is taken. White parts of a
cut-out that lack an outline hide less; by eye."""

FAINTER = 1 / 8
"""An outline on white counts as hidden when it is this much fainter than on black: that of a grey
lighter than 227."""

ALPHA_IS_PADDING = ("BMP",)
"""Formats whose fourth byte is padding to most programs that write and show it, so that all zero
means nothing. (A TIFF says so itself, and Pillow obeys.)"""

ON_BLACK = "shown on black: on white the drawing would not be seen"
ALPHA_IGNORED = "transparency is zero throughout: read as opaque"

_Layers = npt.NDArray[np.uint8]


class Shown(NamedTuple):
    """A picture as people see it. `alpha` is None where it is opaque, `ground` the grey level under
    it; `identity` tells it from others that look the same on this ground, b"" for an opaque one."""

    rgb: Rgb
    alpha: Alpha | None = None
    ground: int = WHITE
    note: str = ""
    identity: bytes = b""


def as_seen(image: Image.Image, kind: str) -> Shown:
    """The loaded picture of a file of format `kind` on its ground."""
    layers = premultiplied(image)
    if layers is None:
        return Shown(to_rgb(image))
    alpha = np.ascontiguousarray(layers[..., -1])
    least, most, *_ = cv2.minMaxLoc(alpha)
    if least == WHITE:
        return Shown(over_ground(layers, WHITE))
    if not most:
        return _all_transparent(image, kind, layers, alpha)
    ground = _ground(layers)
    note = ON_BLACK if ground == BLACK else ""
    identity = hashlib.sha256(alpha.data).digest() + bytes([ground])
    return Shown(over_ground(layers, ground), alpha, ground, note, identity)


def _all_transparent(image: Image.Image, kind: str, layers: _Layers, alpha: Alpha) -> Shown:
    """A picture of which nothing is visible: opaque to the viewers of some formats, else blank,
    and the same as another one only where what is hidden is the same too."""
    if kind in ALPHA_IS_PADDING:
        return Shown(to_rgb(image.convert("RGB")), note=ALPHA_IGNORED)
    hidden = hashlib.sha256(image.convert("RGBA").tobytes()).digest()
    return Shown(over_ground(layers, WHITE), alpha, WHITE, INVISIBLE, hidden)


def _ground(layers: _Layers) -> int:
    """The ground that hides less of the outlines; white unless it hides most of them."""
    small = shrink(layers, LOOK_SIDE_PX)
    white, black = (_outlines(over_ground(small, level)) for level in (WHITE, BLACK))
    hidden = float(black[white < FAINTER * black].sum())
    return BLACK if hidden > HIDDEN_SHARE * float(black.sum()) else WHITE


def _outlines(rgb: Rgb) -> npt.NDArray[np.float32]:
    """How much every pixel differs from its neighbours, in its strongest channel."""
    picture = rgb.astype(np.float32)
    across, down = (np.abs(cv2.Sobel(picture, cv2.CV_32F, *way)) for way in ((1, 0), (0, 1)))
    return np.asarray((across + down).max(axis=2), np.float32)
