"""A drawing is made of a palette; a photograph is made of light."""

from __future__ import annotations

import cv2
import numpy as np

from inksift.curation.gather.signals.base import Limits, Rgb, Signal

SAMPLE_SIDE_PX = 256
"""Longest side at which colours are counted."""

_BINS = 16
"""Bins of every channel."""


def colours(rgb: Rgb) -> float:
    """Entropy in bits, 0 to 12, of the colours rounded to 16 steps per channel, over at most 256 x
    256 pixels.

    The pixels are picked, not averaged, so that no colour is counted that the picture does not
    hold."""
    height, width = rgb.shape[:2]
    sample = rgb[:: -(-height // SAMPLE_SIDE_PX), :: -(-width // SAMPLE_SIDE_PX)]
    counts = cv2.calcHist([sample], [0, 1, 2], None, [_BINS] * 3, [0, 256] * 3).ravel()
    shares = counts[counts > 0].astype(np.float64) / counts.sum()
    return abs(float((shares * np.log2(shares)).sum()))


SIGNAL = Signal("colours", colours, keep=Limits(high=8.3), reason="colours")
