"""Lays one picture over another: which orientation, scale and place make them agree best.

Three ways to guess, each cheap: content over content and page over page, in the orientation that
correlates best, and matching keypoints, mirrored or not, which also finds crops. Lowe, Distinctive
Image Features from Scale-Invariant Keypoints, 2004; Arandjelovic and Zisserman, Three things
everyone should know, 2012. What almost agrees and has few keypoints is refined by enhanced
correlation (Evangelidis and Psarakis, 2008)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from curation.base.arrays import Floats32
from curation.base.rgb import Mask, Rgb
from curation.base.trim import Box
from curation.dedup.aligned.view import Bytes, View, roots
from curation.gather.gate.fingerprint import ORIENTATIONS, oriented

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AlignmentLimits:
    """When a guess is made, believed or improved. Lengths are in pixels of a view, 192 a side.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`, unless a
    field names a paper; `benchmarks/dedup_quality.py` measures all of them together."""

    look_side_px: int = 96
    """Longest side at which an alignment is scored: half a view, a quarter of its pixels."""

    min_square_correlation: float = 0.7
    """Least correlation (-1 to 1) of two 32 x 32 squares for a guess from their boxes."""

    nearly_as_well: float = 0.06
    """Correlation that an orientation may lack to the best and be tried as well: squares are too
    coarse to tell a face that looks left from one that looks right."""

    agrees_well: float = 0.8
    """Score from which a second orientation is worth a comparison; fewer agree by chance."""

    min_matches: int = 6
    """Fewest keypoints behind a guess; two fix turn, scale and shift, so four must agree with
    them."""

    ratio: float = 0.8
    """A match must be this much closer than the second best, as a share of its distance. Lowe's
    value, from the paper above."""

    certain_match: float = 0.95
    """Dot product of two descriptors (0 to 1) from which no second best makes a match doubtful, as
    where a pattern repeats."""

    reach_px: float = 2.25
    """How far from its place a keypoint may lie to count for an alignment."""

    most_rounds: int = 500
    """Samples of keypoints that RANSAC draws at most."""

    confidence: float = 0.99
    """Chance that one of RANSAC's samples is free of wrong matches; it stops there."""

    most_zoom: float = 5.0
    """Largest ratio of lengths, either way, between two copies; beyond it few pixels are left to
    compare."""

    rim_px: int = 2
    """Pixels along the edge of a page, when it is looked at, into which a border beyond it blends
    where a view is shrunk and warped."""

    min_overlap: float = 0.1
    """Least share of the smaller page that both pages cover."""

    few_matches: int = 25
    """Keypoints below which an alignment is loose enough to be refined."""

    refined_above: float = 0.4
    """Score (-1 to 1) from which refining is worth a try: below it there is nothing to go uphill
    on."""

    refined_below: float = 0.93
    """Score up to which it is: refining every alignment made good ones worse."""

    certain_score: float = 0.99
    """Score at which no further guess is made."""

    most_steps: int = 50
    """Steps of the refinement at most."""

    settled: float = 1e-4
    """Gain in correlation below which the refinement stops."""

    smoothing_px: int = 5
    """Side of the Gaussian under which the refinement looks: OpenCV's default."""

    aliasing_zoom: float = 0.7
    """Scale below which a picture is shrunk by area before it is warped."""


_LIMITS = AlignmentLimits()


class Alignment(NamedTuple):
    """How the second view lies over the first."""

    matrix: Matrix
    """3 x 3, maps pixels of the second view to pixels of the first."""

    score: float
    """How well they then agree: the mean correlation (-1 to 1) of colours and of gradients where
    both pages overlap."""


def alignments(first: View, second: View) -> list[Alignment]:
    """The best alignment found, or the first that leaves no doubt; none where no guess holds.

    Behind it, where it agrees well, the best of those the other way round that agree nearly as
    well: of a figure of two like halves a score alone does not tell which it is."""
    best, firm, tried = None, False, []
    # The cheapest guesses come first, so that plain copies never ask for keypoints.
    for matrix, many in _guesses(first, second):
        guess = Alignment(matrix, _score(first, second, matrix))
        tried.append(guess)
        if best is None or guess.score > best.score:
            best, firm = guess, many
        if guess.score > _LIMITS.certain_score:
            return [guess]
    if best is None:
        return []
    return [best if firm else _improved(first, second, best), *_rivals(best, tried)]


def _improved(first: View, second: View, best: Alignment) -> Alignment:
    """The best guess, refined where that is worth a try."""
    if not _LIMITS.refined_above < best.score < _LIMITS.refined_below:
        return best
    matrix = _refined(first, second, best.matrix)
    refined = Alignment(matrix, _score(first, second, matrix))
    return refined if refined.score > best.score else best


def _rivals(best: Alignment, tried: list[Alignment]) -> list[Alignment]:
    """The best guess that is mirrored where the best of all is not, or the reverse, if it agrees
    nearly as well."""
    least = max(_LIMITS.agrees_well, best.score - _LIMITS.nearly_as_well)
    others = [
        guess
        for guess in tried
        if guess.score > least and _is_mirroring(guess.matrix) != _is_mirroring(best.matrix)
    ]
    return [max(others, key=lambda guess: guess.score)] if others else []


def _is_mirroring(matrix: Matrix) -> bool:
    return bool(np.linalg.det(matrix[:2, :2]) < 0)


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


def _guesses(first: View, second: View) -> Iterator[tuple[Matrix, bool]]:
    """Matrices, and whether many keypoints stand behind each."""
    for squares, boxes in (
        ((first.content_square, second.content_square), (first.content, second.content)),
        ((first.page_square, second.page_square), (first.page, second.page)),
    ):
        for k in _orientations(*squares):
            yield _box_over_box(*boxes, k), False
    for mirrored in (False, True):
        places, others = _matches(first, second, mirrored)
        if matched := _by_keypoints(places, others, second.size[1] if mirrored else 0):
            matrix, matches = matched
            yield matrix, matches >= _LIMITS.few_matches


def _orientations(one: Floats32, other: Floats32) -> npt.NDArray[np.int64]:
    """The orientations in which the other square may be the one, upright first: all that correlate
    nearly as well as the best, as a figure of two like halves does mirrored too."""
    turned = np.stack([oriented(other, k).ravel() for k in range(ORIENTATIONS)])
    agreement = turned @ one.ravel()
    least = max(_LIMITS.min_square_correlation, agreement.max() - _LIMITS.nearly_as_well)
    return np.flatnonzero(agreement > least)


def _box_over_box(under: Box, over: Box, k: int) -> Matrix:
    """Lays the second box, brought to orientation k, over the first."""
    # The bits of k: mirrored, flipped, transposed, as in `oriented`; transposing comes first.
    width, height = (over.height, over.width) if k & 4 else (over.width, over.height)
    to_origin = _shifting(-over.left, -over.top)
    turned = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1.0]]) if k & 4 else np.eye(3)
    mirrored = _mirroring(width) if k & 1 else np.eye(3)
    flipped = np.array([[1, 0, 0], [0, -1, height - 1], [0, 0, 1.0]]) if k & 2 else np.eye(3)
    stretched = stretching(under.width / width, under.height / height)
    to_place = _shifting(under.left, under.top)
    return np.asarray(to_place @ stretched @ flipped @ mirrored @ turned @ to_origin)


def _shifting(across: int, down: int) -> Matrix:
    return np.array([[1, 0, across], [0, 1, down], [0, 0, 1.0]])


def _mirroring(width: int) -> Matrix:
    """Left and right swapped in a picture of that width."""
    return np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]])


def stretching(across: float, down: float) -> Matrix:
    """So many times as wide and as high, with pixels as areas: the outer edge of the first pixel,
    at -0.5, stays."""
    return np.array([[across, 0, across / 2 - 0.5], [0, down, down / 2 - 0.5], [0, 0, 1.0]])


def _mirrored_bins() -> npt.NDArray[np.int64]:
    """Where the numbers of a SIFT descriptor (4 x 4 places, 8 directions) go when its patch is
    mirrored."""
    bins = np.arange(128).reshape(4, 4, 8)
    return bins[::-1][:, :, -np.arange(8) % 8].ravel()


MIRRORED_BINS = _mirrored_bins()


def _matches(first: View, second: View, mirrored: bool) -> tuple[Floats32, Floats32]:
    """Places of keypoints that are each other's nearest, and clearly or nearly the same."""
    (places, descriptors), (other_places, others) = first.keypoints, second.keypoints
    if min(len(places), len(other_places)) < _LIMITS.min_matches:
        return places[:0], other_places[:0]
    # Descriptors of a mirrored picture are those of the picture with their numbers swapped, so
    # nothing is detected twice.
    likeness = _likeness(descriptors, others[:, MIRRORED_BINS] if mirrored else others)
    rows = np.arange(len(likeness))
    nearest, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
    best = likeness[rows, nearest]
    likeness[rows, nearest] = -1
    second_best = likeness.max(axis=1)
    clear = (1 - best < _LIMITS.ratio * (1 - second_best)) | (best > _LIMITS.certain_match)
    chosen = (back[nearest] == rows) & clear
    return places[chosen], other_places[nearest[chosen]]


def _likeness(descriptors: Bytes, others: Bytes) -> Floats32:
    """The dot products of all pairs of descriptors, 0 to 1."""
    return np.asarray(roots(descriptors) @ roots(others).T)


def _by_keypoints(
    places: Floats32, others: Floats32, mirror_width: int
) -> tuple[Matrix, int] | None:
    """Turn, scale and shift (after mirroring in that width, if not 0) behind most matches, and how
    many those are."""
    if len(places) < _LIMITS.min_matches:
        return None
    # Mirrored before: what is then looked for turns, scales and shifts, and cannot itself mirror.
    mirror = _mirroring(mirror_width) if mirror_width else np.eye(3)
    with_ones = np.column_stack([others, np.ones(len(others))])
    seen = (with_ones @ mirror[:2].T).astype(np.float32)
    found, inliers = cv2.estimateAffinePartial2D(
        seen,
        places,
        method=cv2.RANSAC,
        ransacReprojThreshold=_LIMITS.reach_px,
        maxIters=_LIMITS.most_rounds,
        confidence=_LIMITS.confidence,
    )
    matches = 0 if found is None else int(inliers.sum())
    if matches < _LIMITS.min_matches:
        return None
    matrix = np.vstack([found, [0, 0, 1]]) @ mirror
    return (matrix, matches) if _zooms_little(matrix) else None


def _zooms_little(matrix: Matrix) -> bool:
    return 1 / _LIMITS.most_zoom < zoom(matrix) < _LIMITS.most_zoom


def _look_scale(view: View) -> float:
    """How many times smaller a view is looked at."""
    return min(1.0, _LIMITS.look_side_px / max(view.size))


def _score(first: View, second: View, matrix: Matrix) -> float:
    under, over, pages = drawn_over(first, second, matrix, _look_scale(first))
    page = first.page.share_of(first.size)
    other_page = second.page.share_of(second.size) * _areas(first, second, matrix)
    both = inside(pages, _LIMITS.rim_px)
    if both.mean() < _LIMITS.min_overlap * min(page, other_page):
        return -1.0
    colours = correlation(under[both], over[both])
    # Colours alone would find two dark pictures alike, gradients alone two of one outline.
    outlines = correlation(gradients(under)[both], gradients(over)[both])
    return (colours + outlines) / 2


def _areas(first: View, second: View, matrix: Matrix) -> float:
    """How many times the second's frame, as drawn, is larger than the first's."""
    (height, width), (other_height, other_width) = first.size, second.size
    return zoom(matrix) ** 2 * (other_height * other_width) / (height * width)


def _refined(first: View, second: View, matrix: Matrix) -> Matrix:
    """A nearby affine matrix under which brightness correlates better; the same where the search
    fails."""
    scale = _look_scale(first)
    under, over, pages = drawn_over(first, second, matrix, scale)
    scaled = scaling(scale)
    try:
        shift = np.vstack([_shift(under, over, inside(pages, _LIMITS.rim_px)), [0, 0, 1]])
        # The search maps the frame to the second picture; ours is the other way, at full size.
        moved = np.linalg.inv(scaled) @ np.linalg.inv(shift) @ scaled @ matrix
    except (cv2.error, np.linalg.LinAlgError):
        return matrix
    return moved if np.isfinite(moved).all() and _zooms_little(moved) else matrix


def _shift(under: Rgb, over: Rgb, where: Mask) -> Matrix:
    """2 x 3: the affine map from one picture to another that nearly agrees, `where` both are;
    cv2.error where there is no way uphill."""
    one, other = (cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) for rgb in (under, over))
    kinds = cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT
    _, shift = cv2.findTransformECC(
        one,
        other,
        np.eye(2, 3, dtype=np.float32),
        cv2.MOTION_AFFINE,
        (kinds, _LIMITS.most_steps, _LIMITS.settled),
        # Without the rim: a border beyond a page would draw the page's edge away from it.
        where.astype(np.uint8),
        _LIMITS.smoothing_px,
    )
    return np.asarray(shift)


def shrunk(rgb: Rgb, matrix: Matrix) -> tuple[Rgb, Matrix]:
    """What to draw, and by which 2 x 3 matrix: shrunk before where it would be much smaller, so as
    not to alias."""
    factor = zoom(matrix)
    if factor > _LIMITS.aliasing_zoom:
        return rgb, matrix[:2]
    height, width = (max(1, round(side * factor)) for side in rgb.shape[:2])
    back = stretching(rgb.shape[1] / width, rgb.shape[0] / height)
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), (matrix @ back)[:2]
