"""Drawings have areas of one paint; a camera's sensor never gives the same value twice."""

from __future__ import annotations

import cv2
import numpy as np

from inksift.curation.gather.signals.base import Limits, Rgb, Signal

TOLERANCE = 2
"""Grey levels that neighbours on flat ground may differ by: what JPEG at ordinary quality
leaves."""


def flat_area(rgb: Rgb) -> float:
    """Share of pixels, 0 to 1, whose 3 x 3 neighbourhood spans at most `TOLERANCE` grey levels."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    span = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return float(np.count_nonzero(span <= TOLERANCE) / grey.size)


SIGNAL = Signal("flat_area", flat_area, keep=Limits(low=0.001), reason="flat_area")
