"""Lays one picture over another to a fraction of a pixel, by the optical flow between them.

The flow of single places follows what was drawn anew too; one affine map for all of them, fitted so
that outliers hardly count, does not. Kroeger and others, Fast Optical Flow using Dense Inverse
Search, 2016."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Mask, Rgb

_Floats = npt.NDArray[np.float64]
_Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class RefineLimits:
    """Where a flow is believed and how it becomes one map. Chosen by eye on planted copies, of
    which nine in ten then lie within 0.1 pixels; `benchmarks/small_changes.py` measures all of
    closer looks together."""

    window_px: int = 9
    """Side of the square over which a corner is looked for."""

    cornered: float = 0.8
    """Share of places (0 to 1) that are less of a corner than those followed: along an edge nothing
    tells where a point went."""

    least_corner: float = 100.0
    """Smaller eigenvalue of the gradients' products, in squared levels, of a place that is
    followed."""

    fewest: int = 50
    """Places that a map is fitted to at least."""

    most: int = 3000
    """Places that it is fitted to at most, evenly spaced."""

    least_side_px: int = 64
    """Rows and columns that the flow is searched in at least."""

    rounds: int = 6
    """Fits, each weighted by what the last one left."""

    least_spread_px: float = 0.15
    """Median of what is left, in pixels, below which it is no measure of outliers."""

    spreads: float = 2.0
    """Medians at which a place counts by a quarter."""


_LIMITS = RefineLimits()


def refined(under: Rgb, over: Rgb, where: Mask) -> _Floats:
    """3 x 3: from pixels of `under` to those of `over`, which nearly agree `where` both are; no
    change where too few corners tell."""
    grey, other = (_grey(rgb) for rgb in (under, over))
    places = _corners(grey, where)
    if len(places) < _LIMITS.fewest:
        return np.eye(3)
    flow = _flow(grey, other)
    return _affine(places, places + flow[places[:, 1], places[:, 0]])


def _flow(one: _Grey, other: _Grey) -> Floats32:
    """Height x width x 2: by how far right and down every place of the one moved."""
    height, width = one.shape
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    roomy = _with_room(one), _with_room(other)
    flow = search.calc(*roomy, np.zeros((*roomy[0].shape, 2), np.float32))
    return np.asarray(flow[:height, :width], np.float32)


def _with_room(grey: _Grey) -> _Grey:
    """A thin picture with its last row or column repeated, as the search is unsafe on few."""
    down, across = (max(0, _LIMITS.least_side_px - side) for side in grey.shape)
    return np.asarray(cv2.copyMakeBorder(grey, 0, down, 0, across, cv2.BORDER_REPLICATE), np.uint8)


def _grey(rgb: Rgb) -> _Grey:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _corners(grey: _Grey, where: Mask) -> npt.NDArray[np.int64]:
    """n x 2: x and y of places that both directions of brightness tell of."""
    strength = cv2.cornerMinEigenVal(grey, _LIMITS.window_px)
    # OpenCV scales gradients to 1 and takes means: back to squared levels, summed over 3 x 3 Sobel.
    strength = strength * np.float32((4 * 255) ** 2)
    if not where.any():
        return np.empty((0, 2), np.int64)
    least = max(_LIMITS.least_corner, float(np.quantile(strength[where], _LIMITS.cornered)))
    down, across = np.nonzero(where & (strength > least))
    every = max(1, len(across) // _LIMITS.most)
    return np.stack([across, down], axis=1)[::every]


def _affine(places: npt.NDArray[np.int64], moved: npt.NDArray[np.floating]) -> _Floats:
    """The map under which most places move as they do."""
    points = np.column_stack([places, np.ones(len(places))])
    weights = np.ones(len(points))
    for _ in range(_LIMITS.rounds):
        matrix = np.linalg.lstsq(points * weights[:, None], moved * weights[:, None], rcond=None)[0]
        left = np.linalg.norm(moved - points @ matrix, axis=1)
        spread = _LIMITS.spreads * max(_LIMITS.least_spread_px, float(np.median(left)))
        weights = 1 / (1 + (left / spread) ** 2)
    return np.vstack([matrix.T, [0, 0, 1]])
