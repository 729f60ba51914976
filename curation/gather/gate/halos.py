"""Overshoot beside edges: a sharpened picture is brighter beside every dark stroke, and darker
beside a bright one, than a little farther away."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Flags

_Levels = npt.NDArray[np.float32]


@dataclass(frozen=True)
class HaloLimits:
    """Which edges tell. Levels are 0 to 255, lengths are in pixels of the original. Chosen on
    sharpened twins."""

    step: float = 24.0
    """Levels by which an edge rises over two pixels."""

    apart_px: int = 3
    """Pixels to either side within which no other edge is steeper."""

    near_px: int = 4
    """Pixels beside an edge in which it may overshoot."""

    reach_px: int = 11
    """Pixels to which the ground beside it is looked at."""

    flat_share: float = 0.35
    """Share of an edge's height up to which the ground beside it may vary."""

    flat: float = 6.0
    """Levels up to which that ground may vary in any case."""

    least_height: float = 20.0
    """Levels between the grounds to both sides."""

    room: float = 20.0
    """Levels that must be left to black or white: what is cut off there shows no overshoot."""

    quantile: float = 0.6
    """Share of all overshoots below the one that is told."""

    least_edges: int = 24
    """Edges below which nothing is said."""

    most_edges: int = 2000
    """Edges looked at, evenly spaced among all."""


_LIMITS = HaloLimits()


def halo(rows: _Levels, columns: _Levels) -> float:
    """Overshoot beside edges as a share of their height: about 0 as drawn, 0.3 and more after
    sharpening; 0.0 where there are too few edges to tell. Both are lines x pixels."""
    overshoot = _overshoots(np.concatenate([_profiles(rows), _profiles(columns)], axis=1))
    if len(overshoot) < _LIMITS.least_edges:
        return 0.0
    return round(max(0.0, float(np.quantile(overshoot, _LIMITS.quantile))), 4)


def _profiles(lines: _Levels) -> _Levels:
    """The levels around each clear edge, pixels x edges, the edge in the middle."""
    reach, length = _LIMITS.reach_px, lines.shape[1]
    around = np.arange(-reach, reach + 1)
    if length <= 2 * reach + 2:
        return np.empty((len(around), 0), np.float32)
    steep = cv2.absdiff(lines[:, 2:], lines[:, :-2])
    highest = cv2.dilate(steep, np.ones((1, 2 * _LIMITS.apart_px + 1), np.uint8))
    found = (steep >= highest) & (steep > _LIMITS.step)
    # Without the edges that are too near to the end of a line to have ground on both sides.
    telling = np.ascontiguousarray(found[:, reach - 1 : length - reach - 1])
    line, place = np.divmod(np.flatnonzero(telling), telling.shape[1])
    every = max(1, len(line) // _LIMITS.most_edges)
    edges = (line * length + place + reach)[::every]
    return np.asarray(lines.ravel()[edges + around[:, None]])


def _overshoots(profiles: _Levels) -> npt.NDArray[np.floating]:
    """On both sides of each edge, where the ground there is flat enough to tell, as shares."""
    middle, near = _LIMITS.reach_px, _LIMITS.near_px
    before, behind = profiles[: middle - near], profiles[middle + near + 1 :]
    ground, other = _median(before), _median(behind)
    beside = profiles[middle - near : middle], profiles[middle + 1 : middle + near + 1]
    first = _overshoot(beside[0], before, ground, np.abs(ground - other), ground > other)
    second = _overshoot(beside[1], behind, other, np.abs(ground - other), other > ground)
    return np.concatenate([first, second])


def _overshoot(
    beside: _Levels, around: _Levels, ground: _Levels, height: _Levels, rises: Flags
) -> npt.NDArray[np.floating]:
    """Of the levels beside edges of that height over the ground on their side, which is the median
    of those around; `rises` where that is the brighter side."""
    flat = np.ptp(around, axis=0) < np.maximum(_LIMITS.flat_share * height, _LIMITS.flat)
    room = np.where(rises, 255 - ground, ground) > _LIMITS.room
    beyond = np.where(rises, beside.max(axis=0) - ground, ground - beside.min(axis=0))
    telling = flat & room & (height > _LIMITS.least_height)
    return np.asarray(beyond[telling] / height[telling], np.float64)


def _median(levels: _Levels) -> _Levels:
    """Of each column; columns have an odd length."""
    ranked = levels.copy()
    # Neighbours trade places in rounds, all columns at once: an ordinary sort of a few numbers
    # takes five times as long.
    for turn in range(len(ranked)):
        low, high = ranked[turn % 2 : -1 : 2], ranked[turn % 2 + 1 :: 2]
        low[:], high[:] = np.minimum(low, high), np.maximum(low, high)
    return np.asarray(ranked[len(ranked) // 2])
