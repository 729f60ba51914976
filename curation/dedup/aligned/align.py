"""Lays one picture over another: of all guesses the one that agrees best.

What almost agrees and has few keypoints is refined by enhanced correlation (Evangelidis and
Psarakis, 2008)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from inksift.curation.base.rgb import Mask, Rgb
from inksift.curation.dedup.aligned.guesses import guesses, zooms_little
from inksift.curation.dedup.aligned.turns import is_mirroring
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.aligned.warp import (
    Matrix,
    correlation,
    drawn_over,
    gradients,
    inside,
    scaling,
    zoom,
)


@dataclass(frozen=True)
class AlignmentLimits:
    """When a guess is believed or improved. Lengths are in pixels of a view, 192 a side.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`;
    `benchmarks/dedup_quality.py` measures all of them together."""

    look_side_px: int = 96
    """Longest side at which an alignment is scored: half a view, a quarter of its pixels."""

    agrees_well: float = 0.8
    """Score from which a second orientation is worth a comparison; fewer agree by chance."""

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

    nearly_as_well: float = 0.06
    """Score that an alignment the other way round may lack to the best and be tried as well."""


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
    best, matches, tried = None, 0, []
    for guess in guesses(first, second):
        laid = Alignment(guess.matrix, _score(first, second, guess.matrix))
        tried.append(laid)
        if best is None or laid.score > best.score:
            best, matches = laid, guess.matches
        if laid.score > _LIMITS.certain_score:
            return [laid]
    if best is None:
        return []
    firm = matches >= _LIMITS.few_matches
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
    mirrored = is_mirroring(best.matrix[:2, :2])
    others = [
        laid
        for laid in tried
        if laid.score > least and is_mirroring(laid.matrix[:2, :2]) != mirrored
    ]
    return [max(others, key=lambda laid: laid.score)] if others else []


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
    return moved if np.isfinite(moved).all() and zooms_little(moved) else matrix


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
