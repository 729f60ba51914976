"""How much F1 each step bought, and how sure that is: arms that saw the same test pictures, compared pair by pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from curation.bill.arms import ALL, ARMS
from curation.errors import DataError
from curation.evaluation import f1_by_class
from curation.params import Params
from curation.tables import Table

Floats = npt.NDArray[np.float64]

SCORES = Table(
    "bill_scores",
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
"""One row per training: the arm, its seed, the mean F1 of all classes and of the rare ones, what it was given (`files`
that stayed, `training_rows` of an epoch) and the seconds that it learned."""

EFFECTS = Table(
    "bill_effects",
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
"""One row per arm but the one with all steps: by how much all steps together are above it, in F1 (0 to 1), for the mean
of all classes and of the rare ones, and the bounds that redrawn seeds and test pictures give."""


class BillParams(Params):
    """Settings of the bill."""

    seeds: int = Field(3, ge=1, le=50, description="Trainings of every arm, each with a seed of its own")
    draws: int = Field(1000, ge=10, le=100_000, description="Redrawn seeds and test pictures for the intervals")
    confidence: float = Field(0.95, gt=0.5, lt=1, description="Share of the redrawn differences inside an interval")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of the first training and of the redrawing")


class Answers(NamedTuple):
    """What every training of every arm said of the same test pictures: `truth` holds n class numbers, `guessed[arm]` is
    trainings x n class numbers, `classes` their names."""

    truth: npt.NDArray[np.int64]
    guessed: Mapping[str, npt.NDArray[np.int64]]
    classes: Sequence[str]


def answers_of(predictions: Mapping[str, Sequence[pd.DataFrame]]) -> Answers:
    """PREDICTIONS of every training of every arm, lined up. DataError when they are not of the same pictures."""
    first = next(iter(predictions.values()))[0]
    every = [frame for frames in predictions.values() for frame in frames]
    if any(not frame[["image_id", "label"]].equals(first[["image_id", "label"]]) for frame in every):
        raise DataError("the arms were tested on different pictures: measure the bill again")
    classes = sorted({*first["label"], *(name for frame in every for name in frame["predicted"])})
    number = {name: index for index, name in enumerate(classes)}
    guessed = {
        arm: np.stack([frame["predicted"].map(number).to_numpy(np.int64) for frame in frames])
        for arm, frames in predictions.items()
    }
    return Answers(first["label"].map(number).to_numpy(np.int64), guessed, classes)


def rare_classes(train_labels: Sequence[str], tested: set[str]) -> list[str]:
    """The third of the classes (rounded up) that have the fewest of these training pictures, among those that are also
    tested; of two of one size the first by name."""
    sizes = pd.Series(list(train_labels), dtype="str").value_counts()
    sizes = sizes[sizes.index.isin(tested)].sort_index().sort_values(kind="stable")
    return [str(name) for name in sizes.index[: -(-len(sizes) // 3)]]


def effects(answers: Answers, *, averaged: Sequence[str], rare: Sequence[str], params: BillParams) -> pd.DataFrame:
    """EFFECTS over the classes `averaged` and those of them that are `rare`.

    The intervals are percentiles over redrawn trainings and test pictures (within each class, so that none goes), the
    same in both arms of a difference.
    """
    masks = [np.isin(answers.classes, names) for names in (averaged, rare)]
    seen = scores(answers, np.ones((1, len(answers.truth)), np.int64), masks)
    redrawn = _redrawn(answers, masks, params)
    tail = (1 - params.confidence) / 2
    rows: list[dict[str, object]] = []
    for arm in (name for name in ARMS if name in answers.guessed and name != ALL):
        gains = (seen[ALL] - seen[arm]).mean((0, 1))
        low, high = np.quantile(redrawn[ALL] - redrawn[arm], [tail, 1 - tail], axis=0)
        macro, rarest = (
            {f"{name}_gain": float(gains[k]), f"{name}_low": float(low[k]), f"{name}_high": float(high[k])}
            for k, name in enumerate(("macro", "rare"))
        )
        rows.append({"left_out": arm, **macro, **rarest})
    return EFFECTS.frame(rows)


def scores(
    answers: Answers, weights: npt.NDArray[np.int64], masks: Sequence[npt.NDArray[np.bool_]]
) -> dict[str, Floats]:
    """Mean F1 over each mask of classes, by arm: draws x trainings x masks, where `weights` (draws x n) says how often
    each test picture counts."""
    return {
        arm: np.stack([[_means(answers, row, weight, masks) for row in guessed] for weight in weights])
        for arm, guessed in answers.guessed.items()
    }


def _means(
    answers: Answers,
    guessed: npt.NDArray[np.int64],
    weight: npt.NDArray[np.int64],
    masks: Sequence[npt.NDArray[np.bool_]],
) -> list[float]:
    count = len(answers.classes)
    cells = np.bincount(answers.truth * count + guessed, weights=weight, minlength=count**2)
    f1 = f1_by_class(cells.astype(np.int64).reshape(count, count))
    return [float(f1[mask].mean()) if mask.any() else 0.0 for mask in masks]


def _redrawn(answers: Answers, masks: Sequence[npt.NDArray[np.bool_]], params: BillParams) -> dict[str, Floats]:
    """draws x masks by arm: the mean over redrawn trainings, on redrawn test pictures."""
    rng = np.random.default_rng(params.seed)
    trainings = len(answers.guessed[ALL])
    weights = np.zeros((params.draws, len(answers.truth)), np.int64)
    for target in np.unique(answers.truth):
        places = np.flatnonzero(answers.truth == target)
        weights[:, places] = rng.multinomial(len(places), np.full(len(places), 1 / len(places)), size=params.draws)
    chosen = rng.multinomial(trainings, np.full(trainings, 1 / trainings), size=params.draws) / trainings
    return {arm: np.einsum("dt,dtm->dm", chosen, found) for arm, found in scores(answers, weights, masks).items()}
