"""Photographs are full of fine edges; flat drawings have few."""

from __future__ import annotations

import cv2
import numpy as np

from curation.signals.base import Limits, Rgb, Signal

LONGEST_SIDE_PX = 256
THRESHOLDS = (100, 200)


def edges(rgb: Rgb) -> float:
    """Share of pixels on a Canny edge, 0 to 1, in the picture shrunk to a longest side of 256 px."""
    grey = cv2.cvtColor(shrink(rgb, LONGEST_SIDE_PX), cv2.COLOR_RGB2GRAY)
    return float(np.count_nonzero(cv2.Canny(grey, *THRESHOLDS)) / grey.size)


def shrink(rgb: Rgb, longest_side_px: int) -> Rgb:
    """The picture with its longest side at most `longest_side_px`, by area averaging; never enlarged."""
    height, width = rgb.shape[:2]
    scale = longest_side_px / max(height, width)
    if scale >= 1:
        return rgb
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


SIGNAL = Signal("edges", edges, keep=Limits(high=0.2), reason="edges")
