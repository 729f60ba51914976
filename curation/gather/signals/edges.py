"""Photographs are full of fine edges; flat drawings have few."""

from __future__ import annotations

import cv2
import numpy as np

from inksift.curation.base.rgb import shrink
from inksift.curation.gather.signals.base import Limits, Rgb, Signal

LONGEST_SIDE_PX = 256
"""Longest side at which edges are looked for: 1.8 ms a picture instead of 16 at full size."""

_THRESHOLDS = (100, 200)
"""Of Canny's gradient, weak and strong: those of the team's notebook."""


def edges(rgb: Rgb) -> float:
    """Share of pixels on a Canny edge, 0 to 1, in the picture shrunk to a longest side of 256
    px."""
    grey = cv2.cvtColor(shrink(rgb, LONGEST_SIDE_PX), cv2.COLOR_RGB2GRAY)
    return float(np.count_nonzero(cv2.Canny(grey, *_THRESHOLDS)) / grey.size)


SIGNAL = Signal("edges", edges, keep=Limits(high=0.2), reason="edges")
