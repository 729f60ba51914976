"""Where the embedding looks: a direction turned by answers, as far as held-out answers bear it out.

The change of direction is a Gaussian process on the answered pictures' style features, beside a
change of the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inksift.curation.base.folds import stratified_folds
from inksift.curation.verdict.medium.fit import FITTING, chosen, fit_change, log_loss
from inksift.curation.verdict.medium.votes import Bools, Floats


@dataclass(frozen=True)
class TurnSettings:
    """How freely answers may turn a direction. Held-out answers choose among the stiffnesses."""

    stiffness: tuple[float, ...] = (np.inf, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
    """How hard the direction holds against the answers, as a factor on the precision of the prior;
    the first leaves it as it is."""

    base_strength: float = 0.3
    """Precision of the prior around leaving the base as it is, per squared log-odds."""

    tiny: float = 1e-12
    """A trace below this is 0."""


_TURN = TurnSettings()


class Asked(NamedTuple):
    """n answers."""

    log_odds: Floats
    """Of each picture before it was asked about."""

    photo: Bools
    """Whether the answer is a photograph."""

    weight: Floats
    """Sample weights, mean 1."""

    def change(self, kernel: Floats) -> Floats:
        """Coefficients of the change asked for, where log-odds vary as `kernel` (n x n) says and
        all together."""
        return fit_change(*self, covariance=kernel + 1 / _TURN.base_strength)

    def some(self, rows: Bools) -> Asked:
        """The answers in these rows."""
        return Asked(self.log_odds[rows], self.photo[rows], self.weight[rows])


class Turn(NamedTuple):
    """How log-odds change with the direction."""

    direction: Floats
    """By how much per style feature, d."""

    held_out: Floats
    """By how much for each of n answers through each block of features, as seen by a fit that did
    not know the answer, n x blocks."""


def turn(blocks: Sequence[Floats], asked: Asked) -> Turn:
    """The turn whose stiffness predicts held-out answers best; none if it gains less than its own
    noise.

    Each block holds some style features of the answered pictures, as deviations from their mean (n
    x its width). The folds follow the order of the answers, so that order should be as good as
    random."""
    grams = np.stack([deviations @ deviations.T for deviations in blocks])
    whole = grams.sum(axis=0)
    # mean 1 on the diagonal, so that a stiffness means the same for any embedder and folder
    scale = grams.shape[1] / max(float(np.trace(whole)), _TURN.tiny)
    stiffness, held_out = _chosen(grams * scale, asked)
    coefficients = asked.change(whole * (scale / stiffness))
    features = np.concatenate(blocks, axis=1)
    return Turn(features.T @ coefficients * (scale / stiffness), held_out)


def _chosen(kernels: Floats, asked: Asked) -> tuple[float, Floats]:
    """A stiffness, and the changes by each block (n x blocks) that it gives held-out answers."""
    turned, losses = {}, {}
    for stiffness in _TURN.stiffness:
        by_block, by_base = _cross_fitted(kernels / stiffness, asked)
        log_odds = asked.log_odds + by_block.sum(axis=1) + by_base
        turned[stiffness] = by_block
        losses[stiffness] = asked.weight * log_loss(log_odds, asked.photo)
    best = chosen(losses)
    return best, turned[best]


def _cross_fitted(kernels: Floats, asked: Asked) -> tuple[Floats, Floats]:
    """What folds that did not know an answer would change its log-odds by: through each block,
    through the base."""
    by_block, by_base = np.zeros((len(asked.photo), len(kernels))), np.zeros(len(asked.photo))
    fold, kernel = stratified_folds(asked.photo, FITTING.folds), kernels.sum(axis=0)
    for number in range(FITTING.folds):
        known, held_out = fold != number, fold == number
        coefficients = asked.some(known).change(kernel[np.ix_(known, known)])
        # a Gaussian process predicts by the covariance of the held out with the known
        crossed = np.ix_(held_out, known)
        changes = [part[crossed] @ coefficients for part in kernels]
        by_block[held_out] = np.stack(changes, axis=1)
        by_base[held_out] = coefficients.sum() / _TURN.base_strength
    return by_block, by_base
