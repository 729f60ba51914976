"""Guesses how one picture lies over another, each cheap: content over content and page over page,
in the orientations that correlate, and matching keypoints, mirrored or not, which also finds crops.

Lowe, Distinctive Image Features from Scale-Invariant Keypoints, 2004; Arandjelovic and Zisserman,
Three things everyone should know, 2012."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.trim import Box
from inksift.curation.dedup.aligned.view import Bytes, View, roots
from inksift.curation.dedup.aligned.warp import Matrix, stretching, zoom
from inksift.curation.gather.gate.fingerprint import ORIENTATIONS, oriented


@dataclass(frozen=True)
class GuessLimits:
    """When a guess is made. Lengths are in pixels of a view, 192 a side.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`, unless a
    field names a paper; `benchmarks/dedup_quality.py` measures all of them together."""

    min_square_correlation: float = 0.7
    """Least correlation (-1 to 1) of two 32 x 32 squares for a guess from their boxes."""

    nearly_as_well: float = 0.06
    """Correlation that an orientation may lack to the best and be tried as well: squares are too
    coarse to tell a face that looks left from one that looks right."""

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


_LIMITS = GuessLimits()


class Guess(NamedTuple):
    """How the second picture may lie over the first."""

    matrix: Matrix
    """Maps pixels of the second view to pixels of the first."""

    matches: int
    """Keypoints behind it; 0 where squares are."""


def guesses(first: View, second: View) -> Iterator[Guess]:
    """What may be, the cheapest first: plain copies then never ask for keypoints."""
    for squares, boxes in (
        ((first.content_square, second.content_square), (first.content, second.content)),
        ((first.page_square, second.page_square), (first.page, second.page)),
    ):
        for k in _orientations(*squares):
            yield Guess(_box_over_box(*boxes, k), 0)
    for mirrored in (False, True):
        places, others = _matches(first, second, mirrored)
        guess = _by_keypoints(places, others, second.size[1] if mirrored else 0)
        if guess:
            yield guess


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


def _by_keypoints(places: Floats32, others: Floats32, mirror_width: int) -> Guess | None:
    """Turn, scale and shift (after mirroring in that width, if not 0) behind most matches."""
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
    return Guess(matrix, matches) if zooms_little(matrix) else None


def zooms_little(matrix: Matrix) -> bool:
    """Whether enough pixels are left to compare."""
    return 1 / _LIMITS.most_zoom < zoom(matrix) < _LIMITS.most_zoom
