"""Tries what keypoints say on the tiny copies of two pictures: how well they agree where they would
lie over one another."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.arrays import Floats32
from curation.dedup.aligned.align import correlation
from curation.dedup.glances.glance import Glances
from curation.dedup.glances.votes import KeypointVotes

MIN_OVERLAP = 64
"""Pixels of a tiny copy, of 48 px a side, that must overlap to tell anything."""

_HALF = 0.5 + 0.5j
"""From the corner of a pixel to its centre."""

_Grey = npt.NDArray[np.uint8]


def overlaid(ones: Glances, others: Glances, said: KeypointVotes) -> Floats32:
    """For each pair the mean correlation (-1 to 1) of levels and of outlines where both tiny copies
    overlap; 1 where too little of them does to tell."""
    rows = zip(ones, others, *said[1:], strict=True)
    return np.array([_agreement(*row) for row in rows], np.float32)


def _agreement(
    one: Glances, other: Glances, turn: complex, shift: complex, mirrored: bool
) -> float:
    under, small = _tiny(one), _tiny(other)
    matrix = _matrix(one, other, turn, shift, mirrored)
    size = under.shape[::-1]
    over = cv2.warpAffine(small, matrix, size)
    shown = cv2.warpAffine(np.full_like(small, 255), matrix, size) == 255
    # Where the edge of the copy is near, outlines are those of the edge.
    both = cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
    if int(both.sum()) < MIN_OVERLAP:
        return 1.0
    outlines = correlation(_outlines(under)[both], _outlines(np.asarray(over))[both])
    return (correlation(under[both], np.asarray(over)[both]) + outlines) / 2


def _tiny(glance: Glances) -> _Grey:
    height, width = glance["tiny_size"]
    return np.ascontiguousarray(glance["tiny"][:height, :width])


def _matrix(
    one: Glances, other: Glances, turn: complex, shift: complex, mirrored: bool
) -> npt.NDArray[np.float64]:
    """2 x 3: lays the tiny copy of the second over that of the first."""
    scale, other_scale = (side["tiny_size"].max() / side["side"] for side in (one, other))

    def laid(z: complex) -> complex:
        place = (z + _HALF) / other_scale - _HALF
        seen = -place.conjugate() if mirrored else place
        return complex((turn * seen + shift + _HALF) * scale - _HALF)

    origin = laid(0j)
    across, down = laid(1 + 0j) - origin, laid(1j) - origin
    return np.array([[across.real, down.real, origin.real], [across.imag, down.imag, origin.imag]])


def _outlines(grey: _Grey) -> Floats32:
    """Height x width x 2: horizontal and vertical change of brightness."""
    return np.stack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)], axis=-1)
