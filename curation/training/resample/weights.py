"""How much the classes weigh in the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pandas as pd

Weighing = Literal["balanced", "effective", "none"]


def class_weights(labels: pd.Series, weighing: Weighing, *, beta: float) -> dict[str, float]:
    """Weight by class, such that the mean over the rows is 1.

    "balanced" gives every class the same sum (as scikit-learn's), "effective" the inverse of its
    effective number of pictures (Cui et al. 2019), "none" every picture the same.

    >>> class_weights(pd.Series(["fox", "fox", "fox", "owl"]), "balanced", beta=0.0)["owl"]
    2.0
    """
    per_picture: dict[Weighing, Callable[[int], float]] = {
        "balanced": lambda size: 1 / size,
        "effective": lambda size: 1 / effective_number(size, beta),
        "none": lambda size: 1.0,
    }
    raw = labels.value_counts().map(per_picture[weighing])
    mean = labels.map(raw).mean()
    return {str(label): float(weight / mean) for label, weight in raw.items()}


def effective_number(size: int, beta: float) -> float:
    """How many distinct pictures `size` of them are worth, if each repeats what came before with a
    chance that grows.

    (1 - beta^n) / (1 - beta): 1 for beta = 0, and nearly n for beta close to 1.

    >>> effective_number(3, 0.5)
    1.75
    """
    return float((1 - beta**size) / (1 - beta))
