"""Two pictures in one frame: drawing one over the other, and how well what is drawn agrees."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Mask, Rgb
from inksift.curation.base.trim import Box
from inksift.curation.dedup.aligned.view import View

Matrix = npt.NDArray[np.float64]
"""3 x 3, maps pixels of one picture to pixels of another."""

_ALIASING_ZOOM = 0.7
"""Scale below which a picture is shrunk by area before it is warped. Chosen in the trials of
`docs/decisions/006-a-copy-is-what-the-comparison-says.md`."""


def drawn_over(first: View, second: View, matrix: Matrix, scale: float) -> tuple[Rgb, Rgb, Mask]:
    """Both pictures in the first's frame times `scale`, and where the pages of both are."""
    height, width = (max(8, round(side * scale)) for side in first.size)
    scaled = scaling(scale)
    placed = scaled @ matrix
    under = cv2.resize(first.rgb, (width, height), interpolation=cv2.INTER_AREA)
    small, by = shrunk(second.rgb, placed)
    # Replicated, as black beyond the edge would be blended into the outermost row of the page.
    over = cv2.warpAffine(small, by, (width, height), borderMode=cv2.BORDER_REPLICATE)
    page = covered(first.page, scaled, (height, width))
    other_page = covered(second.page, placed, (height, width))
    return np.asarray(under, np.uint8), np.asarray(over, np.uint8), page & other_page


def covered(box: Box, matrix: Matrix, size: tuple[int, ...]) -> Mask:
    """Which pixels of a picture of `size` a box covers after `matrix`."""
    # Half a pixel less, as whole numbers are the centres of pixels.
    left, top = box.left - 0.5, box.top - 0.5
    right, bottom = box.left + box.width - 0.5, box.top + box.height - 0.5
    box_corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
    corners = box_corners @ matrix[:2].T
    mask = np.zeros(size, np.uint8)
    # Four binary digits of a pixel (shift=4): rounded to whole ones, a page would lose its edge.
    cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 1, shift=4)
    return mask.astype(np.bool_)


def inside(region: Mask, margin_px: int) -> Mask:
    """The region without its edges, where two pages never quite agree."""
    kernel = np.ones((2 * margin_px + 1,) * 2, np.uint8)
    # Nothing lies outside of a picture: by OpenCV's default its edge would be no edge.
    shrunk = cv2.erode(
        region.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    return shrunk.astype(np.bool_)


def scaling(scale: float) -> Matrix:
    """Makes a picture `scale` times as large, with pixels as areas and not as points."""
    return stretching(scale, scale)


def stretching(across: float, down: float) -> Matrix:
    """So many times as wide and as high, with pixels as areas: the outer edge of the first pixel,
    at -0.5, stays."""
    return np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1.0]])


def shrunk(rgb: Rgb, matrix: Matrix) -> tuple[Rgb, Matrix]:
    """What to draw, and by which 2 x 3 matrix: shrunk before where it would be much smaller, so as
    not to alias."""
    factor = zoom(matrix)
    if factor > _ALIASING_ZOOM:
        return rgb, matrix[:2]
    height, width = (max(1, round(side * factor)) for side in rgb.shape[:2])
    back = stretching(rgb.shape[1] / width, rgb.shape[0] / height)
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), (matrix @ back)[:2]


def zoom(matrix: Matrix) -> float:
    """How many times larger the second picture is drawn, as a length."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))


def correlation(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> float:
    """Pearson's correlation of two arrays of one shape, -1 where one of them is constant."""
    # Single precision is enough for the hundred thousand values of a view, and half the memory.
    first, second = (side.astype(np.float32).ravel() for side in (one, other))
    if first.size < 2:
        return -1.0
    first, second = first - first.mean(), second - second.mean()
    length = float(np.sqrt((first @ first) * (second @ second)))
    # A thousandth of a grey level of deviation is rounding, not a picture.
    return float(first @ second) / length if length > 1e-3 * first.size else -1.0


def gradients(rgb: Rgb) -> Floats32:
    """Height x width x 2: horizontal and vertical change of brightness."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.stack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)], axis=-1)
