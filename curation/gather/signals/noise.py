"""Sensor noise and fine texture lie over the smooth areas of a photograph, not over those of a
drawing."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.gather.signals.base import Limits, Rgb, Signal

LAPLACIAN_PAIR = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Blind to flat and sloping ground; white noise of deviation s gives deviation 6 s (Immerkaer
1996)."""


def noise(rgb: Rgb) -> float:
    """Estimated deviation of noise in grey levels, 0 or more, over the calmer half of the picture.

    The mean absolute answer of `LAPLACIAN_PAIR`, scaled as for white noise, where the gradient is
    at most its median."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    span = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    residual = cv2.filter2D(grey, cv2.CV_16S, LAPLACIAN_PAIR)
    calm = (span <= _median(span)).view(np.uint8)
    mean = cv2.norm(residual, cv2.NORM_L1, calm) / cv2.countNonZero(calm)
    return float(mean * np.sqrt(np.pi / 2) / 6)


def _median(grey: npt.NDArray[Any]) -> float:
    """The median of grey levels, from their histogram: sorting takes longer than all the rest."""
    up_to = np.cumsum(cv2.calcHist([grey], [0], None, [256], [0, 256]), dtype=np.float64)
    middle = (grey.size + 1) // 2, grey.size // 2 + 1
    return float(np.searchsorted(up_to, middle).mean())


SIGNAL = Signal("noise", noise, keep=Limits(high=9.0), reason="noise")
