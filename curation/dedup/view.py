"""What comparing needs of one picture: a small copy, its content and page, and its keypoints."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.rgb import Rgb, shrink
from curation.base.trim import Box, trim

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

SIDE_PX = 192
SQUARE_PX = 32
MOST_KEYPOINTS = 300
CONTRAST_THRESHOLD = 0.01
EDGE_THRESHOLD = 20


class View:
    """A picture of at most 192 px a side, made of its thumbnail. `width` and `height` are those of
    the original."""

    def __init__(self, thumbnail: Rgb, *, width: int, height: int) -> None:
        self.rgb: Rgb = np.ascontiguousarray(shrink(thumbnail, SIDE_PX, cv2.INTER_AREA))
        self.width, self.height = width, height
        trimmed = trim(thumbnail)
        self.content, self.page = (
            box.scaled(thumbnail.shape[:2], self.rgb.shape[:2]) for box in trimmed
        )

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the small copy in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    @property
    def bordered(self) -> bool:
        """Whether a border of one colour lies around the page."""
        return self.page != Box(0, 0, self.size[1], self.size[0])

    @cached_property
    def keypoints(self) -> tuple[Floats, Bytes]:
        """SIFT: n x 2 places (x, y) and n x 128 descriptors, whole numbers from 0 to 255."""
        places, descriptors = _detected(self.rgb)
        return places, descriptors.astype(np.uint8)

    @cached_property
    def content_square(self) -> Floats:
        """The content as 32 x 32 grey levels of mean 0 and length 1."""
        return _square(self.content.cut(self.rgb))

    @cached_property
    def page_square(self) -> Floats:
        """The same of the page."""
        return _square(self.page.cut(self.rgb))


def _detected(rgb: Rgb) -> tuple[Floats, Floats]:
    """Places and descriptors as OpenCV gives them."""
    sift = cv2.SIFT.create(
        nfeatures=MOST_KEYPOINTS, contrastThreshold=CONTRAST_THRESHOLD, edgeThreshold=EDGE_THRESHOLD
    )
    found, raw = sift.detectAndCompute(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), None)
    descriptors = np.zeros((0, 128), np.float32) if raw is None else np.asarray(raw, np.float32)
    return np.array([point.pt for point in found], np.float32).reshape(-1, 2), descriptors


def roots(descriptors: Bytes) -> Floats:
    """Square roots of the shares in each row: dot products of these compare descriptors, equal ones
    have 1."""
    numbers = descriptors.astype(np.float32)
    return np.asarray(
        np.sqrt(numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1e-6)), np.float32
    )


def _square(rgb: Rgb) -> Floats:
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    square = cv2.resize(grey, (SQUARE_PX, SQUARE_PX), interpolation=cv2.INTER_AREA).astype(
        np.float32
    )
    square = square - square.mean()
    length = float(np.linalg.norm(square))
    return np.asarray(square / length if length > 1 else np.zeros_like(square), np.float32)
