"""How much F1 each step bought, and how sure that is: arms that saw the same test pictures,
compared pair by pair.

A difference would be another one after other trainings and on other test pictures. What trainings
change is told by the differences between their pairs, of which there are few, so their variance is
uncertain itself; what test pictures change is told by redrawing them. The two variances are added,
and the interval is that of a t-distribution with the degrees of freedom of the sum (Satterthwaite
1946, Welch 1947). Percentiles over redrawn trainings would be far too narrow: three trainings
cannot be redrawn beyond the extremes of the three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from inksift.curation.ablation.arms import ALL, ARMS
from inksift.curation.base.arrays import Floats64
from inksift.curation.base.errors import DataError
from inksift.curation.base.params import Params
from inksift.curation.base.tables import Table
from inksift.curation.training.evaluation import f1_by_class

SCORES = Table(
    "ablation_scores",
    {
        "arm": "str",
        "seed": "int64",
        "macro_f1": "float64",
        "rare_f1": "float64",
        "accuracy": "float64",
        "files": "int64",
        "training_rows": "int64",
        "seconds": "float64",
    },
    key=("arm", "seed"),
)
"""One row per training: the arm, its seed, the mean F1 of all classes and of the rare ones, what it
was given (`files` that stayed, `training_rows` of an epoch) and the seconds that it learned."""

EFFECTS = Table(
    "ablation_effects",
    {
        "left_out": "str",
        "macro_gain": "float64",
        "macro_low": "float64",
        "macro_high": "float64",
        "rare_gain": "float64",
        "rare_low": "float64",
        "rare_high": "float64",
    },
    key=("left_out",),
)
"""One row per arm but the one with all steps: by how much all steps together are above it, in F1 (0
to 1), for the mean of all classes and of the rare ones, and the bounds of its interval."""


class AblationParams(Params):
    """Settings of the ablation."""

    seeds: int = Field(
        3, ge=1, le=50, description="Trainings of every arm, each with a seed of its own"
    )
    draws: int = Field(
        1000,
        ge=10,
        le=100_000,
        description="Times that test pictures are redrawn for the intervals",
    )
    confidence: float = Field(
        0.95, gt=0.5, lt=1, description="How often such an interval holds the difference"
    )
    seed: int = Field(
        0, ge=0, le=2**31 - 1, description="Seed of the first training and of the redrawing"
    )


class NetworkAnswers(NamedTuple):
    """What every training of every arm said of the same test pictures: `truth` holds n class
    numbers, `guessed[arm]` is trainings x n class numbers, `classes` their names."""

    truth: npt.NDArray[np.int64]
    guessed: Mapping[str, npt.NDArray[np.int64]]
    classes: Sequence[str]


def answers_of(predictions: Mapping[str, Sequence[pd.DataFrame]]) -> NetworkAnswers:
    """PREDICTIONS of every training of every arm, lined up. DataError when they are not of the same
    pictures."""
    first = next(iter(predictions.values()))[0]
    every = list(chain.from_iterable(predictions.values()))
    told = first[["image_id", "label"]]
    if any(not frame[["image_id", "label"]].equals(told) for frame in every):
        raise DataError("the arms were tested on different pictures: measure the ablation again")
    guesses = chain.from_iterable(frame["predicted"] for frame in every)
    classes = sorted({*first["label"], *guesses})
    number = {name: index for index, name in enumerate(classes)}

    def numbers(frames: Sequence[pd.DataFrame]) -> npt.NDArray[np.int64]:
        return np.stack([frame["predicted"].map(number).to_numpy(np.int64) for frame in frames])

    guessed = {arm: numbers(frames) for arm, frames in predictions.items()}
    return NetworkAnswers(first["label"].map(number).to_numpy(np.int64), guessed, classes)


def rare_classes(train_labels: Sequence[str], tested: Sequence[str]) -> list[str]:
    """The third (rounded up) of these classes that have the fewest of the training pictures, or
    none; of two of one size the first by name."""
    sizes = pd.Series(list(train_labels), dtype="str").value_counts()
    ordered = sorted(tested, key=lambda name: (int(sizes.get(name, 0)), name))
    return ordered[: -(-len(ordered) // 3)]


def effects(
    answers: NetworkAnswers, *, averaged: Sequence[str], rare: Sequence[str], params: AblationParams
) -> pd.DataFrame:
    """EFFECTS over the classes `averaged` and those of them that are `rare`.

    Test pictures are redrawn within each class, so that none goes, and the same ones in both arms
    of a difference. With one training of each arm the intervals hold only what other test pictures
    would change."""
    masks = [np.isin(answers.classes, names) for names in (averaged, rare)]
    seen = scores(answers, np.ones(len(answers.truth), np.int64), masks)
    redrawn = [scores(answers, weights, masks) for weights in _redrawn(answers.truth, params)]
    rows: list[dict[str, object]] = []
    for arm in (name for name in ARMS if name in answers.guessed and name != ALL):
        gains = seen[ALL] - seen[arm]
        on_redrawn = np.stack([(found[ALL] - found[arm]).mean(axis=0) for found in redrawn])
        middle, reach = gains.mean(axis=0), _reach(gains, on_redrawn, params.confidence)
        low, high = np.clip([middle - reach, middle + reach], -1, 1)
        macro, rarest = (
            {
                f"{name}_gain": float(middle[k]),
                f"{name}_low": float(low[k]),
                f"{name}_high": float(high[k]),
            }
            for k, name in enumerate(("macro", "rare"))
        )
        rows.append({"left_out": arm, **macro, **rarest})
    return EFFECTS.frame(rows)


def scores(
    answers: NetworkAnswers, weights: npt.NDArray[np.int64], masks: Sequence[npt.NDArray[np.bool_]]
) -> dict[str, Floats64]:
    """Mean F1 over each mask of classes, by arm: trainings x masks, where `weights` (n) says how
    often each test picture counts."""

    def of_trainings(guessed: npt.NDArray[np.int64]) -> Floats64:
        return np.array([_means(answers, row, weights, masks) for row in guessed])

    return {arm: of_trainings(guessed) for arm, guessed in answers.guessed.items()}


def _means(
    answers: NetworkAnswers,
    guessed: npt.NDArray[np.int64],
    weights: npt.NDArray[np.int64],
    masks: Sequence[npt.NDArray[np.bool_]],
) -> list[float]:
    count = len(answers.classes)
    cells = np.bincount(answers.truth * count + guessed, weights=weights, minlength=count**2)
    f1 = f1_by_class(cells.astype(np.int64).reshape(count, count))
    return [float(f1[mask].mean()) if mask.any() else 0.0 for mask in masks]


def _redrawn(
    truth: npt.NDArray[np.int64], params: AblationParams
) -> Iterator[npt.NDArray[np.int64]]:
    """How often each test picture counts (n), draw by draw."""
    rng = np.random.default_rng(params.seed)
    members = [np.flatnonzero(truth == target) for target in np.unique(truth)]
    for _ in range(params.draws):
        weights = np.zeros(len(truth), np.int64)
        for places in members:
            weights[places] = rng.multinomial(len(places), np.full(len(places), 1 / len(places)))
        yield weights


def _reach(gains: Floats64, on_redrawn: Floats64, confidence: float) -> Floats64:
    """How far the interval goes either way, per mask, from the gains of pairs of trainings
    (trainings x masks) and the mean gains on redrawn test pictures (draws x masks)."""
    from scipy.stats import t

    pairs = len(gains)
    of_trainings = gains.var(axis=0, ddof=1) / pairs if pairs > 1 else np.zeros(gains.shape[1])
    variance = of_trainings + on_redrawn.var(axis=0, ddof=1)
    ratio = np.divide(
        variance, of_trainings, out=np.full_like(variance, np.inf), where=of_trainings > 0
    )
    reach: Floats64 = t.ppf((1 + confidence) / 2, max(1, pairs - 1) * ratio**2) * np.sqrt(variance)
    return reach
