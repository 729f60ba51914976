"""Tries what keypoints say on the tiny copies of two pictures: how well they agree where they would
lie over one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Mask
from inksift.curation.dedup.aligned.warp import correlation
from inksift.curation.dedup.glances.glance import Glances
from inksift.curation.dedup.glances.votes import KeypointVotes


@dataclass(frozen=True)
class OverlayLimits:
    """How tiny copies are laid over one another. Lengths are in their pixels, 48 a side."""

    min_overlap: int = 64
    """Pixels that must overlap to tell anything. By eye."""

    most_steps: int = 20
    """Steps of the refinement at most: more of them bring nothing on planted copies."""

    settled: float = 1e-3
    """Gain in correlation below which the refinement stops."""

    smoothing_px: int = 3
    """Side of the Gaussian under which the refinement looks: the smallest there is."""


_LIMITS = OverlayLimits()

_HALF = 0.5 + 0.5j
"""From the corner of a pixel to its centre."""

_Grey = npt.NDArray[np.uint8]
_Matrix = npt.NDArray[np.float64]


class _Laid(NamedTuple):
    """Two tiny copies in the frame of the first."""

    under: _Grey
    over: _Grey
    both: Mask
    """Where both are, away from the edges of either."""


def overlaid(ones: Glances, others: Glances, said: KeypointVotes) -> Floats32:
    """For each pair the mean correlation (-1 to 1) of levels and of outlines where both tiny copies
    overlap; 1 where too little of them does to tell."""
    rows = zip(ones, others, *said[1:], strict=True)
    return np.array([_agreement(*row) for row in rows], np.float32)


def outlined(ones: Glances, others: Glances, said: KeypointVotes, *, enough: float) -> Floats32:
    """For each pair the correlation (-1 to 1) of outlines where both tiny copies overlap, at the
    place near the one that keypoints say where the levels correlate best; any of at least `enough`
    will do. 1 where too little overlaps to tell."""
    rows = zip(ones, others, *said[1:], strict=True)
    return np.array([_best_outlines(*row, enough=enough) for row in rows], np.float32)


def _agreement(
    one: Glances, other: Glances, turn: complex, shift: complex, mirrored: bool
) -> float:
    laid = _laid(_tiny(one), _tiny(other), _matrix(one, other, turn, shift, mirrored))
    if laid is None:
        return 1.0
    levels = correlation(laid.under[laid.both], laid.over[laid.both])
    return (levels + _outlines_agree(laid)) / 2


def _best_outlines(
    one: Glances, other: Glances, turn: complex, shift: complex, mirrored: bool, *, enough: float
) -> float:
    under, small = _tiny(one), _tiny(other)
    matrix = _matrix(one, other, turn, shift, mirrored)
    laid = _laid(under, small, matrix)
    if laid is None:
        return 1.0
    agreement = _outlines_agree(laid)
    if agreement >= enough:
        return agreement
    # Keypoints of a small picture tell its place to a pixel or two, and outlines are one wide.
    refined = _laid(under, small, _refined(laid, matrix))
    return agreement if refined is None else max(agreement, _outlines_agree(refined))


def _laid(under: _Grey, small: _Grey, matrix: _Matrix) -> _Laid | None:
    """The second laid over the first by a 2 x 3 matrix; nothing where too little overlaps."""
    size = under.shape[::-1]
    over = np.asarray(cv2.warpAffine(small, matrix, size), np.uint8)
    shown = cv2.warpAffine(np.full_like(small, 255), matrix, size) == 255
    # Where the edge of the copy is near, outlines are those of the edge.
    both = cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    return _Laid(under, over, both) if int(both.sum()) >= _LIMITS.min_overlap else None


def _refined(laid: _Laid, matrix: _Matrix) -> _Matrix:
    """A nearby affine matrix under which levels correlate better; the same where the search
    fails."""
    kinds = cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT
    try:
        _, shift = cv2.findTransformECC(
            laid.under,
            laid.over,
            np.eye(2, 3, dtype=np.float32),
            cv2.MOTION_AFFINE,
            (kinds, _LIMITS.most_steps, _LIMITS.settled),
            laid.both.astype(np.uint8),
            _LIMITS.smoothing_px,
        )
        # The search maps the frame to the second picture; ours is the other way.
        moved = np.linalg.inv(_square(np.asarray(shift))) @ _square(matrix)
    except (cv2.error, np.linalg.LinAlgError):
        return matrix
    return moved[:2] if np.isfinite(moved).all() else matrix


def _square(matrix: npt.NDArray[np.floating]) -> _Matrix:
    """3 x 3, of 2 x 3."""
    return np.vstack([matrix, [0, 0, 1]]).astype(np.float64)


def _tiny(glance: Glances) -> _Grey:
    height, width = glance["tiny_size"]
    return np.ascontiguousarray(glance["tiny"][:height, :width])


def _matrix(one: Glances, other: Glances, turn: complex, shift: complex, mirrored: bool) -> _Matrix:
    """2 x 3: lays the tiny copy of the second over that of the first."""
    scale, other_scale = (side["tiny_size"].max() / side["side"] for side in (one, other))

    def laid(z: complex) -> complex:
        place = (z + _HALF) / other_scale - _HALF
        seen = -place.conjugate() if mirrored else place
        return complex((turn * seen + shift + _HALF) * scale - _HALF)

    origin = laid(0j)
    across, down = laid(1 + 0j) - origin, laid(1j) - origin
    return np.array([[across.real, down.real, origin.real], [across.imag, down.imag, origin.imag]])


def _outlines_agree(laid: _Laid) -> float:
    """The correlation of outlines where both are."""
    return correlation(_outlines(laid.under)[laid.both], _outlines(laid.over)[laid.both])


def _outlines(grey: _Grey) -> Floats32:
    """Height x width x 2: horizontal and vertical change of brightness."""
    return np.stack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)], axis=-1)
