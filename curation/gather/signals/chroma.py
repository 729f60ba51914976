"""Black-and-white scans carry no colour."""

from __future__ import annotations

import cv2

from inksift.curation.gather.signals.base import Limits, Rgb, Signal


def chroma(rgb: Rgb) -> float:
    """Mean distance between the strongest and the weakest channel, 0 to 1.

    >>> import numpy as np
    >>> chroma(np.full((2, 2, 3), (255, 0, 0), np.uint8))
    1.0
    """
    red, green, blue = cv2.split(rgb)
    strongest = cv2.max(cv2.max(red, green), blue)
    weakest = cv2.min(cv2.min(red, green), blue)
    return float(cv2.sumElems(cv2.subtract(strongest, weakest))[0] / red.size / 255)


SIGNAL = Signal("chroma", chroma, keep=Limits(low=0.02), reason="black_white")
