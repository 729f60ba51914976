"""Lays one picture over another: which orientation, scale and place make them agree best.

Three ways to guess, each cheap: content over content and page over page, in the orientation that
correlates best, and matching keypoints, mirrored or not, which also finds crops. Lowe, Distinctive
Image Features from Scale-Invariant Keypoints, 2004; Arandjelovic and Zisserman, Three things
everyone should know, 2012. What almost agrees and has few keypoints is refined by enhanced
correlation (Evangelidis and Psarakis, 2008)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.rgb import Mask, Rgb
from curation.base.trim import Box
from curation.dedup.view import Floats, View, roots
from curation.gather.gate.fingerprint import ORIENTATIONS, oriented

Matrix = npt.NDArray[np.float64]

LOOK_SIDE_PX = 96
MIN_SQUARE_CORRELATION = 0.7
MIN_MATCHES = 6
RATIO = 0.8
CERTAIN_MATCH = 0.95
REACH_PX = 2.25
MOST_ZOOM = 5.0
MIN_OVERLAP = 0.1
FEW_MATCHES = 25
REFINED = (0.4, 0.93)
CERTAIN_SCORE = 0.99


class Alignment(NamedTuple):
    """`matrix` (3 x 3) maps pixels of the second view to pixels of the first; `score` is how well
    they then agree: the mean correlation (-1 to 1) of colours and of gradients where both pages
    overlap."""

    matrix: Matrix
    score: float


def align(first: View, second: View) -> Alignment | None:
    """The best alignment found, or the first that leaves no doubt; nothing where no guess holds."""
    best, firm = None, False
    for matrix, many in _guesses(first, second):
        guess = Alignment(matrix, _score(first, second, matrix))
        if best is None or guess.score > best.score:
            best, firm = guess, many
        if guess.score > CERTAIN_SCORE:
            return guess
    if best is None or firm or not REFINED[0] < best.score < REFINED[1]:
        return best
    refined = _refined(first, second, best.matrix)
    return max(best, Alignment(refined, _score(first, second, refined)), key=lambda one: one.score)


def drawn_over(first: View, second: View, matrix: Matrix, scale: float) -> tuple[Rgb, Rgb, Mask]:
    """Both pictures in the first's frame times `scale`, and where the pages of both are."""
    height, width = (max(8, round(side * scale)) for side in first.size)
    placed = scaling(scale) @ matrix
    over = cv2.warpAffine(
        *_shrunk(second.rgb, placed), (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    under = cv2.resize(first.rgb, (width, height), interpolation=cv2.INTER_AREA)
    both = covered(first.page, scaling(scale), (height, width)) & covered(
        second.page, placed, (height, width)
    )
    return np.asarray(under, np.uint8), np.asarray(over, np.uint8), both


def covered(box: Box, matrix: Matrix, size: tuple[int, ...]) -> Mask:
    """Which pixels of a picture of `size` a box covers after `matrix`."""
    left, top, right, bottom = (
        box.left - 0.5,
        box.top - 0.5,
        box.left + box.width - 0.5,
        box.top + box.height - 0.5,
    )
    corners = (
        np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
        @ matrix[:2].T
    )
    mask = np.zeros(size, np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners * 16).astype(np.int32), 1, shift=4)
    return mask.astype(np.bool_)


def inside(region: Mask, margin_px: int) -> Mask:
    """The region without its edges, where two pages never quite agree."""
    kernel = np.ones((2 * margin_px + 1,) * 2, np.uint8)
    return cv2.erode(
        region.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0
    ).astype(np.bool_)


def scaling(scale: float) -> Matrix:
    """Makes a picture `scale` times as large, with pixels as areas and not as points."""
    return np.array([[scale, 0, scale / 2 - 0.5], [0, scale, scale / 2 - 0.5], [0, 0, 1.0]])


def zoom(matrix: Matrix) -> float:
    """How many times larger the second picture is drawn, as a length."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))


def correlation(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> float:
    """Pearson's correlation of two arrays of one shape, -1 where one of them is constant."""
    first, second = (side.astype(np.float32).ravel() for side in (one, other))
    if first.size < 2:
        return -1.0
    first, second = first - first.mean(), second - second.mean()
    length = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / length if length > 1e-3 * first.size else -1.0


def gradients(rgb: Rgb) -> Floats:
    """Height x width x 2: horizontal and vertical change of brightness."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.stack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)], axis=-1)


def _guesses(first: View, second: View) -> Iterator[tuple[Matrix, bool]]:
    """Matrices, and whether many keypoints stand behind each."""
    for one, other, boxes in (
        (first.content_square, second.content_square, (first.content, second.content)),
        (first.page_square, second.page_square, (first.page, second.page)),
    ):
        agreement = (
            np.stack([oriented(other, k).ravel() for k in range(ORIENTATIONS)]) @ one.ravel()
        )
        k = int(agreement.argmax())
        if agreement[k] > MIN_SQUARE_CORRELATION:
            yield _box_over_box(*boxes, k), False
    for mirrored in (False, True):
        places = _matches(first, second, mirrored)
        if matched := _by_keypoints(*places, second.size[1] if mirrored else 0):
            yield matched[0], matched[1] >= FEW_MATCHES


def _box_over_box(under: Box, over: Box, k: int) -> Matrix:
    """Lays the second box, brought to orientation k, over the first."""
    width, height = (over.height, over.width) if k & 4 else (over.width, over.height)
    to_origin = np.array([[1, 0, -over.left], [0, 1, -over.top], [0, 0, 1.0]])
    turned = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]]) if k & 4 else np.eye(3)
    mirrored = np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]]) if k & 1 else np.eye(3)
    flipped = np.array([[1, 0, 0], [0, -1, height - 1], [0, 0, 1.0]]) if k & 2 else np.eye(3)
    across, down = under.width / width, under.height / height
    stretched = np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1.0]])
    to_place = np.array([[1, 0, under.left], [0, 1, under.top], [0, 0, 1.0]])
    return np.asarray(to_place @ stretched @ flipped @ mirrored @ turned @ to_origin)


def _mirrored_bins() -> npt.NDArray[np.int64]:
    """Where the numbers of a SIFT descriptor (4 x 4 places, 8 directions) go when its patch is
    mirrored."""
    bins = np.arange(128).reshape(4, 4, 8)
    return bins[::-1][:, :, -np.arange(8) % 8].ravel()


_MIRRORED_BINS = _mirrored_bins()


def _matches(first: View, second: View, mirrored: bool) -> tuple[Floats, Floats]:
    """Places of keypoints that are each other's nearest, and clearly or nearly the same."""
    (places, descriptors), (other_places, others) = first.keypoints, second.keypoints
    if min(len(places), len(other_places)) < MIN_MATCHES:
        return places[:0], other_places[:0]
    likeness = roots(descriptors) @ roots(others[:, _MIRRORED_BINS] if mirrored else others).T
    rows = np.arange(len(likeness))
    nearest, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
    best = likeness[rows, nearest]
    likeness[rows, nearest] = -1
    clear = (1 - best < RATIO * (1 - likeness.max(axis=1))) | (best > CERTAIN_MATCH)
    chosen = (back[nearest] == rows) & clear
    return places[chosen], other_places[nearest[chosen]]


def _by_keypoints(places: Floats, others: Floats, mirror_width: int) -> tuple[Matrix, int] | None:
    """Turn, scale and shift (after mirroring in that width, if not 0) behind most matches, and how
    many those are."""
    if len(places) < MIN_MATCHES:
        return None
    mirror = (
        np.array([[-1, 0, mirror_width - 1], [0, 1, 0], [0, 0, 1.0]]) if mirror_width else np.eye(3)
    )
    seen = (np.column_stack([others, np.ones(len(others))]) @ mirror[:2].T).astype(np.float32)
    found, inliers = cv2.estimateAffinePartial2D(
        seen,
        places,
        method=cv2.RANSAC,
        ransacReprojThreshold=REACH_PX,
        maxIters=500,
        confidence=0.99,
    )
    if found is None or int(inliers.sum()) < MIN_MATCHES:
        return None
    matrix = np.vstack([found, [0, 0, 1]]) @ mirror
    return (matrix, int(inliers.sum())) if 1 / MOST_ZOOM < zoom(matrix) < MOST_ZOOM else None


def _score(first: View, second: View, matrix: Matrix) -> float:
    under, over, pages = drawn_over(first, second, matrix, min(1.0, LOOK_SIDE_PX / max(first.size)))
    smaller = min(
        first.page.share_of(first.size),
        second.page.share_of(second.size) * _areas(first, second, matrix),
    )
    both = inside(pages, 1)
    if both.mean() < MIN_OVERLAP * smaller:
        return -1.0
    return (
        correlation(under[both], over[both])
        + correlation(gradients(under)[both], gradients(over)[both])
    ) / 2


def _areas(first: View, second: View, matrix: Matrix) -> float:
    """How many times the second's frame, as drawn, is larger than the first's."""
    (height, width), (other_height, other_width) = first.size, second.size
    return zoom(matrix) ** 2 * (other_height * other_width) / (height * width)


def _refined(first: View, second: View, matrix: Matrix) -> Matrix:
    """A nearby affine matrix under which brightness correlates better; the same where the search
    fails."""
    scale = min(1.0, LOOK_SIDE_PX / max(first.size))
    under, over, _ = drawn_over(first, second, matrix, scale)
    one, other = (cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) for rgb in (under, over))
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-4)
    try:
        _, shift = cv2.findTransformECC(
            one,
            other,
            np.eye(2, 3, dtype=np.float32),
            cv2.MOTION_AFFINE,
            stop,
            np.full(one.shape, 255, np.uint8),
            5,
        )
        moved = (
            np.linalg.inv(scaling(scale))
            @ np.linalg.inv(np.vstack([shift, [0, 0, 1]]))
            @ scaling(scale)
            @ matrix
        )
    except (cv2.error, np.linalg.LinAlgError):
        return matrix
    return moved if np.isfinite(moved).all() and 1 / MOST_ZOOM < zoom(moved) < MOST_ZOOM else matrix


def _shrunk(rgb: Rgb, matrix: Matrix) -> tuple[Rgb, Matrix]:
    """What to draw, and by which 2 x 3 matrix: shrunk before where it would be much smaller, so as
    not to alias."""
    factor = zoom(matrix)
    if factor > 0.7:
        return rgb, matrix[:2]
    height, width = (max(1, round(side * factor)) for side in rgb.shape[:2])
    across, down = rgb.shape[1] / width, rgb.shape[0] / height
    back = np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1.0]])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8), (
        matrix @ back
    )[:2]
