"""Long strips: pictures so long that squashed to a square nothing of them is left to see.

A strip is looked at in windows about as high as wide, and its thumbnail is as large as these need.
Every other picture is one window, taken whole."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean

import cv2
import numpy as np

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.trim import Box

VERSION = 1
"""Raised whenever a strip may be looked at otherwise."""

STRIP_ASPECT = 4.25
"""Longer side over shorter from which a picture is a strip. Squashed, strips of three drawn
panels (2.8) are judged like their panels, those of five (4.6) are not."""

LEAST_STRIP_SIDE_PX = 32
"""A shorter side below this is a rule or a border, in which windows show nothing more."""

WINDOW_SIDE_PX = 256
"""Shorter side of a strip's thumbnail: about what the default embedder sees."""

LONGEST_STRIP_PX = 8192
"""Longer side of a strip's thumbnail at most, for 32 windows of full size."""

MOST_WINDOWS = 16
"""Windows looked at, evenly spread over the strip: what an endless one may cost."""


def is_strip(size: tuple[int, ...]) -> bool:
    """Whether a picture of that size (height, width in pixels) is looked at in windows.

    >>> is_strip((480, 640)), is_strip((8960, 690))
    (False, True)
    """
    shorter, longer = sorted(size[:2])
    return longer >= STRIP_ASPECT * shorter and shorter >= LEAST_STRIP_SIDE_PX


def windows(size: tuple[int, ...]) -> list[Box]:
    """The parts of a picture of that size (height, width in pixels) to look at, in their order.

    >>> windows((480, 640))
    [Box(left=0, top=0, width=640, height=480)]
    """
    height, width = size[:2]
    if not is_strip(size):
        return [Box(0, 0, width, height)]
    count = round(max(height, width) / min(height, width))
    cuts = np.linspace(0, max(height, width), count + 1).round().astype(int).tolist()
    chosen = np.linspace(0, count - 1, min(count, MOST_WINDOWS)).round().astype(int).tolist()
    spans = [(cuts[at], cuts[at + 1] - cuts[at]) for at in chosen]
    if height > width:
        return [Box(0, start, width, length) for start, length in spans]
    return [Box(start, 0, length, height) for start, length in spans]


def cut_windows(rgb: Rgb) -> list[Rgb]:
    """What each of its windows shows of a picture; the picture itself where that is all."""
    if not is_strip(rgb.shape):
        return [rgb]
    return [np.ascontiguousarray(box.cut(rgb)) for box in windows(rgb.shape)]


def over_windows(measure: Callable[[Rgb], float], rgb: Rgb) -> float:
    """What is measured on a picture, of a strip the mean over its windows."""
    if not is_strip(rgb.shape):
        return measure(rgb)
    return fmean(measure(window) for window in cut_windows(rgb))


def working_size(rgb: Rgb, longest_side_px: int) -> Rgb:
    """The thumbnail of a picture: its longest side at most `longest_side_px`, but larger where its
    windows need that. Shrunk linearly, as a detector's letterbox does."""
    longest = longest_side_px
    if is_strip(rgb.shape):
        shorter, longer = sorted(rgb.shape[:2])
        needed = min(WINDOW_SIDE_PX * longer // shorter, LONGEST_STRIP_PX)
        longest = max(longest, needed)
    return shrink(rgb, longest, cv2.INTER_LINEAR)
