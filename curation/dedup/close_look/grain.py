"""How much rougher one of two aligned pictures is than the other.

What degrades a picture leaves marks where it was smooth: false contours and dither of a palette,
blocks and ringing of strong compression, halos of sharpening. Strokes and texture that both have
are none, so that a flat clean drawing is not taken for a poor one."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Mask, Rgb, channels_apart
from inksift.curation.dedup.aligned.warp import inside

_Levels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class GrainLimits:
    """Where a picture is smooth and how roughness counts. Levels are 0 to 255. Chosen on degraded
    twins; `benchmarks/which_copy_stays.py` measures the choice."""

    smooth: float = 2.0
    """Mean deviation, in levels, from the pixels around up to which a place is smooth."""

    around_px: int = 5
    """Side of the square over which that mean is taken."""

    margin_px: int = 3
    """Rim of the common area that is left out, as edges of pages never quite agree."""

    stroke: float = 12.0
    """Levels above which roughness does not grow: what was drawn there is no grain."""

    rounding: float = 0.5
    """Levels of roughness that rounding alone makes, added to both sides: nothing over nothing is
    no difference."""

    least_px: int = 200
    """Pixels smooth in one of the two below which nothing is said."""

    least_common: float = 0.1
    """Share of the common area that must be smooth in either for anything to be said."""


_LIMITS = GrainLimits()


def grain(first: Rgb, second: Rgb, where: Mask) -> float:
    """Binary logarithm of how much rougher `second` is where `first` is smooth than the other way
    round: above 0 where the second has the marks of a poor copy, below where the first has.

    Both are height x width x 3 and lie over one another `where` a mask of that size is set; 0.0
    where too little of them is smooth to tell."""
    judged = inside(where, _LIMITS.margin_px)
    rough, other_rough = _roughness(first), _roughness(second)
    smooth, other_smooth = judged & _is_smooth(rough), judged & _is_smooth(other_rough)
    least = max(_LIMITS.least_px, _LIMITS.least_common * judged.sum())
    if min(smooth.sum(), other_smooth.sum()) < least:
        return 0.0
    return float(np.log2(_level(other_rough[smooth]) / _level(rough[other_smooth])))


def _level(rough: _Levels) -> float:
    """The root of the mean square, as contours and ringing are strong in few places."""
    return float(np.sqrt(np.square(rough).mean())) + _LIMITS.rounding


def _roughness(rgb: Rgb) -> _Levels:
    """By how many levels every pixel deviates from those around it, in the channel where most."""
    values = rgb.astype(np.float32)
    away = channels_apart(values, np.asarray(cv2.GaussianBlur(values, (0, 0), 1.0)))
    return np.asarray(np.minimum(away, _LIMITS.stroke), np.float32)


def _is_smooth(rough: _Levels) -> Mask:
    """Where a picture deviates little on average, and nowhere near is a stroke."""
    side = _LIMITS.around_px
    return np.asarray(cv2.blur(rough, (side, side)) <= _LIMITS.smooth)
