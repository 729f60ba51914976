"""Tells most pairs of pictures to be different at a glance, for thousands of pairs at once.

A close comparison can lay two pictures over one another in two ways only: because their squares
correlate, or because keypoints agree. Where a glance finds a sign of neither, the pair is
different; every other one is compared closely. Nothing is called a copy here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Flags, Floats32, Integers
from inksift.curation.base.vectors import blocks_of
from inksift.curation.dedup.aligned.ground import NEAR_LEVELS
from inksift.curation.dedup.glances.glance import ABSENT, Glances
from inksift.curation.dedup.glances.overlay import outlined, overlaid
from inksift.curation.dedup.glances.votes import keypoints_of, votes
from inksift.curation.gather.gate.fingerprint import ORIENTATIONS


@dataclass(frozen=True)
class CascadeLimits:
    """What is a sign that two pictures may be related.

    Chosen on the planted copies of `benchmarks/dedup_quality.py`; `benchmarks/glances.py` counts
    what they lose and what they stop."""

    min_square_correlation: float = 0.69
    """Correlation (-1 to 1) of two squares from which they may be laid over one another: that of
    `GuessLimits`, less what rounding to bytes can take."""

    min_outlines: float = 0.35
    """Correlation of the gradients of these squares: what is alike in its large areas only is
    another drawing. Of related pictures without votes the least had 0.6."""

    most_votes_needed: int = 5
    """Keypoints that must agree. Of related pictures with many, whose squares say nothing, the
    least had 5."""

    least_votes_needed: int = 2
    """Keypoints that must agree where pictures have few."""

    keypoints_per_vote: int = 4
    """Keypoints of the poorer picture for each vote that it needs: flat drawings have few."""

    telling_keypoints: int = 8
    """Keypoints that a picture must have to be stopped for want of votes: a crop may leave it
    others than those it had."""

    min_overlaid: float = 0.35
    """Mean correlation of levels and of outlines of the tiny copies, laid as the votes say. Of
    related pictures one in a thousand had less than 0.5."""

    min_outlined: float = 0.55
    """Correlation of their outlines, once that laying is refined. Of related pictures the least had
    0.67; half of those that share a figure, a pose or a panel have less."""

    sure_votes: int = 16
    """Keypoints, as many as vote, from which no outlines are asked for: they may have been
    drawn over."""

    pairs_at_once: int = 512
    """Pairs whose squares are in memory at a time, some MB. Changes no answer."""


_LIMITS = CascadeLimits()


def may_be_related(glances: Glances, first: Integers, second: Integers) -> Flags:
    """For each pair of rows of `glances` whether it must be looked at closely."""
    parts = blocks_of(len(first), _LIMITS.pairs_at_once)
    found = [_may_be_related(glances, first[part], second[part]) for part in parts]
    return np.concatenate([np.empty(0, np.bool_), *found])


def _may_be_related(glances: Glances, first: Integers, second: Integers) -> Flags:
    ones, others = glances[first], glances[second]
    likely = ~_shown_as_compared(ones, others) | _squares_agree(ones, others)
    # The dearest question last, and only of those that are in doubt.
    doubtful = np.flatnonzero(~likely)
    likely[doubtful] = _keypoints_agree(glances, first[doubtful], second[doubtful])
    return likely


def _keypoints_agree(glances: Glances, first: Integers, second: Integers) -> Flags:
    """Whether enough keypoints agree, and the pictures too where those lay them; or one of them
    has too few to say."""
    poorer = np.minimum(keypoints_of(glances[first]), keypoints_of(glances[second]))
    limits = _LIMITS.least_votes_needed, _LIMITS.most_votes_needed
    said = votes(glances, first, second)
    agree = said.number >= np.clip(poorer // _LIMITS.keypoints_per_vote, *limits)
    some = np.flatnonzero(agree)
    laid = overlaid(glances[first[some]], glances[second[some]], said.of(some))
    agree[some] = laid >= _LIMITS.min_overlaid
    # Dearer still, so asked of those only that keypoints leave a doubt about.
    unsure = np.flatnonzero(agree & (said.number < _LIMITS.sure_votes))
    ends = glances[first[unsure]], glances[second[unsure]]
    least = _LIMITS.min_outlined
    agree[unsure] = outlined(*ends, said.of(unsure), enough=least) >= least
    return np.asarray(agree | (poorer < _LIMITS.telling_keypoints))


def _shown_as_compared(ones: Glances, others: Glances) -> Flags:
    """Whether both pictures are compared as their glances show them, and on no other ground."""
    see_through, other_see_through = (side["ground"] != ABSENT for side in (ones, others))
    one = _lies_on(others["around"], ones["ground"])
    other = _lies_on(ones["around"], others["ground"])
    mixed = np.where(see_through, one, other)
    return np.where(see_through == other_see_through, ones["ground"] == others["ground"], mixed)


def _lies_on(colours: npt.NDArray[np.int16], levels: npt.NDArray[np.int16]) -> Flags:
    """Whether opaque pictures have no colour around them, or one near the levels that transparent
    ones are shown on."""
    near = np.abs(colours - levels[:, None]).max(axis=1) <= NEAR_LEVELS
    return np.asarray(near | (colours[:, 0] == ABSENT))


def _squares_agree(ones: Glances, others: Glances) -> Flags:
    """Whether contents or pages correlate in some orientation, in levels and in outlines."""
    agree = np.zeros(len(ones), np.bool_)
    for kind in range(2):
        square, other = (side["squares"][:, kind].astype(np.float32) for side in (ones, others))
        turned = _orientations(other)
        alike = np.einsum("nij,nkij->nk", square, turned) / _lengths(square, other)
        best = alike.argmax(axis=1)
        high = np.flatnonzero(alike.max(axis=1) > _LIMITS.min_square_correlation)
        if len(high):
            outlines = _gradients(square[high]), _gradients(turned[high, best[high]])
            agree[high] |= _correlation(*outlines) > _LIMITS.min_outlines
    return agree


def _orientations(squares: Floats32) -> Floats32:
    """n x 8 x 32 x 32: the squares as `oriented` turns a picture."""
    turned = [_oriented(squares, k) for k in range(ORIENTATIONS)]
    return np.stack(turned, axis=1)


def _oriented(squares: Floats32, k: int) -> Floats32:
    turned = squares.swapaxes(1, 2) if k & 4 else squares
    return turned[:, :: -1 if k & 2 else 1, :: -1 if k & 1 else 1]


def _lengths(ones: Floats32, others: Floats32) -> Floats32:
    """n x 1: the products of the lengths of both, at least 1."""
    one, other = (np.einsum("nij,nij->n", side, side) for side in (ones, others))
    return np.asarray(np.sqrt(np.maximum(one * other, 1))[:, None], np.float32)


def _gradients(squares: Floats32) -> Floats32:
    """n x 2048: the change of each square down and across, of mean 0."""
    down, across = np.gradient(squares, axis=1), np.gradient(squares, axis=2)
    steps = np.stack([down, across], axis=1).reshape(len(squares), -1)
    return np.asarray(steps - steps.mean(axis=1, keepdims=True), np.float32)


def _correlation(ones: Floats32, others: Floats32) -> Floats32:
    products = np.einsum("ni,ni->n", ones, others)
    lengths = np.einsum("ni,ni->n", ones, ones) * np.einsum("ni,ni->n", others, others)
    return np.asarray(products / np.sqrt(np.maximum(lengths, 1e-6)), np.float32)
