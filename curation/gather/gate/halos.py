"""Overshoot beside edges: a sharpened picture is brighter beside every dark stroke, and darker
beside a bright one, than a little farther away."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

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
    profiles = np.concatenate([_profiles(rows), _profiles(columns)])
    # Both sides of an edge may overshoot: the other one is the first seen in a mirror.
    overshoot = np.concatenate([_overshoot(profiles), _overshoot(profiles[:, ::-1])])
    if len(overshoot) < _LIMITS.least_edges:
        return 0.0
    return round(max(0.0, float(np.quantile(overshoot, _LIMITS.quantile))), 4)


def _profiles(lines: _Levels) -> _Levels:
    """The levels around each clear edge, edges x pixels, the edge in the middle."""
    reach, length = _LIMITS.reach_px, lines.shape[1]
    around = np.arange(-reach, reach + 1)
    if length <= 2 * reach + 2:
        return np.empty((0, len(around)), np.float32)
    steep = np.abs(lines[:, 2:] - lines[:, :-2])
    highest = cv2.dilate(steep, np.ones((1, 2 * _LIMITS.apart_px + 1), np.uint8))
    found = (steep >= highest) & (steep > _LIMITS.step)
    line, place = np.nonzero(found[:, reach - 1 : length - reach - 1])
    every = max(1, len(line) // _LIMITS.most_edges)
    line, place = line[::every], place[::every] + reach
    return np.asarray(lines[line[:, None], place[:, None] + around])


def _overshoot(profiles: _Levels) -> npt.NDArray[np.floating]:
    """Of the ground behind each edge, where it is flat enough to tell, as shares."""
    middle, near = _LIMITS.reach_px, _LIMITS.near_px
    behind, before = profiles[:, middle + near + 1 :], profiles[:, : middle - near]
    beside = profiles[:, middle + 1 : middle + near + 1]
    ground, other = np.median(behind, axis=1), np.median(before, axis=1)
    height = np.abs(ground - other)
    flat = np.ptp(behind, axis=1) < np.maximum(_LIMITS.flat_share * height, _LIMITS.flat)
    rises = ground > other
    room = np.where(rises, 255 - ground, ground) > _LIMITS.room
    beyond = np.where(rises, beside.max(axis=1) - ground, ground - beside.min(axis=1))
    telling = flat & room & (height > _LIMITS.least_height)
    return np.asarray(beyond[telling] / height[telling], np.float64)
