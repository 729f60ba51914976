"""A picture as an array, and how it is made smaller."""

from __future__ import annotations

from typing import Any

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


def channels_apart(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """How far every pixel of two pictures lies apart, height x width, in the channel where it is
    farthest; levels of the type that the pictures have."""
    return most_of_channels(cv2.absdiff(one, other))


def most_of_channels(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The largest of the three values of every pixel, height x width, many times as quick as
    NumPy's maximum over a short axis."""
    red, green, blue = cv2.split(values)
    return np.asarray(cv2.max(cv2.max(red, green), blue))
