"""What an alignment says of mirroring, turning and stretching, from the first picture to the
second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_Axes = npt.NDArray[np.float64]


def onto_second(matrix: npt.NDArray[np.floating]) -> _Axes:
    """2 x 2, from directions of the first picture to those of the second; `matrix` (3 x 3) lays the
    second over the first."""
    return np.asarray(np.linalg.inv(matrix)[:2, :2], np.float64)


def is_mirroring(onto: _Axes) -> bool:
    """Whether the second shows the first in a mirror."""
    return bool(np.linalg.det(onto) < 0)


def degrees_turned(onto: _Axes) -> float:
    """By how many degrees (-180 to 180) the second is turned, after mirroring left to right where
    it is mirrored.

    >>> degrees_turned(np.array([[0.0, -2.0], [2.0, 0.0]]))
    90.0
    """
    turn = np.diag([-1.0, 1.0]) @ onto if is_mirroring(onto) else onto
    # The nearest pure turn, which a refined alignment, slightly skewed, is not.
    sine, cosine = turn[1, 0] - turn[0, 1], turn[0, 0] + turn[1, 1]
    return float(np.degrees(np.arctan2(sine, cosine)))


def quarter(degrees: float) -> int:
    """The nearest quarter turn, in degrees."""
    return round(degrees / 90) * 90


def beyond_quarters(degrees: float) -> float:
    """Degrees beyond the nearest quarter turn, -45 to 45.

    >>> beyond_quarters(91.5)
    1.5
    """
    return degrees - quarter(degrees)


def stretch(onto: _Axes) -> float:
    """Natural logarithm of how much more the first's width grew than its height.

    >>> stretch(np.diag([2.0, 2.0]))
    0.0
    """
    across, down = np.linalg.norm(onto, axis=0)
    return float(np.log(across / down))
