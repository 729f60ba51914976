"""Where the embedding looks: a direction turned by answers, as far as held-out answers bear it out.

The change of direction is a Gaussian process on the answered pictures' style features, beside a
change of the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curation.base.folds import stratified_folds
from curation.verdict.medium.fit import FOLDS, chosen, fit_change, log_loss
from curation.verdict.medium.votes import Floats

Bools = npt.NDArray[np.bool_]

STIFFNESS = (np.inf, 100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01)
"""How hard the direction holds against the answers; the first leaves it as it is."""

BASE_STRENGTH = 0.3
_TINY = 1e-12


class Asked(NamedTuple):
    """n answers: the log-odds of each picture before it was asked about, the answer, and its weight
    (mean 1)."""

    log_odds: Floats
    photo: Bools
    weight: Floats

    def change(self, kernel: Floats) -> Floats:
        """Coefficients of the change asked for, where log-odds vary as `kernel` (n x n) says and
        all together."""
        return fit_change(*self, covariance=kernel + 1 / BASE_STRENGTH)

    def some(self, rows: Bools) -> Asked:
        """The answers in these rows."""
        return Asked(self.log_odds[rows], self.photo[rows], self.weight[rows])


class Turn(NamedTuple):
    """How log-odds change with the direction: by this much per style feature (d), and, for each of
    n answers and each block of features, as seen by a fit that did not know the answer (n x
    blocks)."""

    direction: Floats
    held_out: Floats


def turn(blocks: Sequence[Floats], asked: Asked) -> Turn:
    """The turn whose stiffness predicts held-out answers best; none if it gains less than its own
    noise.

    Each block holds some style features of the answered pictures, as deviations from their mean (n
    x its width). The folds follow the order of the answers, so that order should be as good as
    random."""
    grams = np.stack([deviations @ deviations.T for deviations in blocks])
    scale = grams.shape[1] / max(float(np.trace(grams.sum(axis=0))), _TINY)
    stiffness, held_out = _chosen(grams * scale, asked)
    coefficients = asked.change(grams.sum(axis=0) * (scale / stiffness))
    return Turn(np.concatenate(blocks, axis=1).T @ coefficients * (scale / stiffness), held_out)


def _chosen(kernels: Floats, asked: Asked) -> tuple[float, Floats]:
    """A stiffness, and the changes by each block (n x blocks) that it gives held-out answers."""
    turned, losses = {}, {}
    for stiffness in STIFFNESS:
        by_block, by_base = _cross_fitted(kernels / stiffness, asked)
        turned[stiffness] = by_block
        losses[stiffness] = asked.weight * log_loss(
            asked.log_odds + by_block.sum(axis=1) + by_base, asked.photo
        )
    best = chosen(losses)
    return best, turned[best]


def _cross_fitted(kernels: Floats, asked: Asked) -> tuple[Floats, Floats]:
    """What folds that did not know an answer would change its log-odds by: through each block,
    through the base."""
    by_block, by_base = np.zeros((len(asked.photo), len(kernels))), np.zeros(len(asked.photo))
    fold, kernel = stratified_folds(asked.photo, FOLDS), kernels.sum(axis=0)
    for number in range(FOLDS):
        known, held_out = fold != number, fold == number
        coefficients = asked.some(known).change(kernel[np.ix_(known, known)])
        by_block[held_out] = np.stack(
            [part[np.ix_(held_out, known)] @ coefficients for part in kernels], axis=1
        )
        by_base[held_out] = coefficients.sum() / BASE_STRENGTH
    return by_block, by_base
