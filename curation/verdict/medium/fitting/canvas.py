"""What renderings and prints begin and end with: a picture of a size that crawls hold, and levels
as a picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb

LEAST_PX = 16
"""A side is made no smaller than this."""


def sized_by_chance(picture: Rgb, longest_px: tuple[int, int], rng: np.random.Generator) -> Rgb:
    """The picture no larger than it is, its longest side drawn from and below `longest_px`."""
    scale = min(1.0, int(rng.integers(*longest_px)) / max(picture.shape[:2]))
    height, width = (max(LEAST_PX, round(side * scale)) for side in picture.shape[:2])
    sized = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(sized, np.uint8)


def as_picture(levels: npt.NDArray[np.floating]) -> Rgb:
    """Levels, 0 to 255 and what lies beyond, as the nearest picture."""
    return np.asarray(np.clip(levels, 0, 255).round(), np.uint8)
