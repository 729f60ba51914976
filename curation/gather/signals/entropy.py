"""Photographs use all grey levels; drawings repeat a few."""

from __future__ import annotations

import cv2
import numpy as np

from inksift.curation.gather.signals.base import Limits, Rgb, Signal


def entropy(rgb: Rgb) -> float:
    """Shannon entropy of the grey levels in bits, 0 (one level) to 8 (all 256 alike)."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    shares = counts[counts > 0].astype(np.float64) / grey.size
    return abs(float((shares * np.log2(shares)).sum()))


SIGNAL = Signal("entropy", entropy, keep=Limits(high=7.7), reason="entropy")
