"""Learning rate, best epoch and early stop as functions of the curve so far."""

from __future__ import annotations

import math
from collections.abc import Sequence


def cosine_rate(epoch: int, largest: float, *, warm_up: int, epochs: int) -> float:
    """The learning rate of an epoch: rising over `warm_up` epochs, then falling to zero along half
    a cosine.

    >>> [round(cosine_rate(epoch, 1.0, warm_up=1, epochs=3), 2) for epoch in range(3)]
    [0.5, 1.0, 0.5]
    """
    if epoch < warm_up:
        return constant_rate(epoch, largest, warm_up=warm_up)
    passed = (epoch - warm_up) / max(1, epochs - warm_up)
    return largest * (1 + math.cos(math.pi * passed)) / 2


def constant_rate(epoch: int, largest: float, *, warm_up: int) -> float:
    """The learning rate of an epoch: rising over `warm_up` epochs, then the largest.

    >>> [round(constant_rate(epoch, 1.0, warm_up=3), 2) for epoch in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """
    return largest * min(1.0, (epoch + 1) / (warm_up + 1))


def plateau_rate(
    scores: Sequence[float], largest: float, *, warm_up: int, patience: int, factor: float
) -> float:
    """The learning rate after epochs with these scores: rising over `warm_up` epochs, then cut on
    every plateau."""
    if len(scores) < warm_up:
        return constant_rate(len(scores), largest, warm_up=warm_up)
    return float(largest * factor ** plateaus(scores, patience))


def plateaus(scores: Sequence[float], patience: int) -> int:
    """How often the scores went more than `patience` epochs without a gain, waiting afresh after
    each time.

    >>> plateaus([0.1, 0.5, 0.4, 0.5], patience=1)
    1
    """
    best, waited, count = -math.inf, 0, 0
    for score in scores:
        waited = 0 if score > best else waited + 1
        best = max(best, score)
        if waited > patience:
            waited, count = 0, count + 1
    return count


def best_epoch(scores: Sequence[float], losses: Sequence[float]) -> int:
    """The epoch of the highest score, among equals that of the lowest loss, then the first; -1 when
    there is none."""
    return min(range(len(scores)), key=lambda epoch: (-scores[epoch], losses[epoch]), default=-1)
