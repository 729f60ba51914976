"""A picture as an array, and how it is made smaller."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Rgb = npt.NDArray[np.uint8]
"""A picture: height x width x 3, uint8, red green blue, upright, on white, or on black where
white would hide it."""

Mask = npt.NDArray[np.bool_]
"""Which pixels of a picture: height x width."""


def shrink(rgb: Rgb, longest_side_px: int, interpolation: int = cv2.INTER_AREA) -> Rgb:
    """The picture with its longest side at most `longest_side_px` and no side below one pixel;
    undistorted.

    Area averaging suits looking and measuring; bilinear (`cv2.INTER_LINEAR`) is what a detector's
    letterbox does."""
    height, width = rgb.shape[:2]
    scale = longest_side_px / max(height, width)
    if scale >= 1:
        return rgb
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=interpolation), np.uint8)
