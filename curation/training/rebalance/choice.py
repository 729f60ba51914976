"""Which value of a setting suits the validation pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from inksift.curation.training.rebalance.last_layer import LastLayer

BY_THEORY = 1.0
"""Norms of 1, and priors taken out whole: what holds where there is nothing to choose by, and among
equals."""


def macro_f1_of(
    candidates: Mapping[float, LastLayer],
    features: npt.NDArray[np.float32],
    targets: npt.NDArray[np.int64],
) -> dict[float, float]:
    """Macro F1 of every candidate, over the classes that the examples have."""
    present = np.unique(targets)
    guesses = {value: layer.logits(features).argmax(1) for value, layer in candidates.items()}
    return {
        value: float(f1_score(targets, guess, average="macro", labels=present, zero_division=0))
        for value, guess in guesses.items()
    }


def best_value(scores: Mapping[float, float]) -> float:
    """The value of the highest score, among equals the one nearest to what theory says, then the
    smaller.

    >>> best_value({0.5: 0.8, 0.9: 0.8, 2.0: 0.7})
    0.9
    """
    return min(
        scores, key=lambda value: (-scores[value], abs(value - BY_THEORY), value), default=BY_THEORY
    )
