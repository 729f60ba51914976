"""The trainings behind the ablation: every arm, every seed, on one test set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from tqdm.auto import tqdm

from inksift.curation.ablation.arms import (
    ALL,
    ARMS,
    Step,
    files_of,
    groups_of,
    picture_of,
    recipe_of,
    told_apart,
)
from inksift.curation.ablation.effects import (
    SCORES,
    AblationParams,
    NetworkAnswers,
    answers_of,
    effects,
    rare_classes,
    scores,
)
from inksift.curation.base.errors import DataError
from inksift.curation.base.progress import bars_hidden
from inksift.curation.dedup.related_groups import related_groups
from inksift.curation.training.splits import TRAIN, VALIDATION, SplitParams, split_images
from inksift.curation.training.trial import Materials, Recipe, Trial, run_trial
from inksift.curation.verdict.curated import CuratedParams

VERSION = 2
"""Raised whenever a measurement may come out otherwise, so that stored tables are made anew."""


class Sources(NamedTuple):
    """What a finished run says of its files, as tables by these names, and `test`: the pictures
    (path, image_id, label) that every arm is tested on and none may learn from, nor from copies or
    variants of them."""

    images: pd.DataFrame
    duplicates: pd.DataFrame
    verdicts: pd.DataFrame
    machine_verdicts: pd.DataFrame
    hashes: pd.DataFrame
    pairs: pd.DataFrame
    test: pd.DataFrame


class Ablation(NamedTuple):
    """EFFECTS, SCORES, the classes that count as rare, and the number of test pictures."""

    effects: pd.DataFrame
    scores: pd.DataFrame
    rare: list[str]
    tested: int


class _Tried(NamedTuple):
    arm: str
    seed: int
    files: pd.DataFrame
    splits: pd.DataFrame
    trial: Trial


def measure_ablation(
    sources: Sources,
    recipe: Recipe,
    materials: Materials,
    *,
    curated: CuratedParams,
    split: SplitParams,
    params: AblationParams,
) -> Ablation:
    """Train every arm with every seed and compare them; trainings that `materials.folder` knows are
    not repeated.

    F1 is averaged over the tested classes that any arm learned, so a class that the steps lost
    counts against them. DataError when there is no test picture, or an arm leaves nothing to train
    on."""
    if sources.test.empty:
        raise DataError(
            "there is no test picture to measure on: give a trusted folder to `inksift run "
            "--test`, or more pictures "
            "of every class"
        )
    apart = materials._replace(
        read=lambda told: materials.read(picture_of(told)),
        features=lambda told: materials.features([picture_of(one) for one in told]),
    )
    tried = list(_tried(sources, recipe, apart, curated, split, params))
    answers = answers_of({arm: _predictions(tried, arm) for arm in ARMS})
    learned = set(chain.from_iterable(_learned(one.splits) for one in tried))
    averaged = sorted(learned & set(sources.test["label"]))
    rare = rare_classes(_learned(next(one.splits for one in tried if one.arm == ALL)), averaged)
    found = effects(answers, averaged=averaged, rare=rare, params=params)
    return Ablation(found, _scores(tried, answers, averaged, rare), rare, len(answers.truth))


def splits_of(
    files: pd.DataFrame, taken: frozenset[Step], sources: Sources, params: SplitParams
) -> pd.DataFrame:
    """The SPLITS of an arm with these files; their image_ids are told apart, those of the test
    pictures are not."""
    test = sources.test.drop_duplicates("image_id")
    related = related_groups([*files["image_id"], *test["image_id"]], sources.hashes, sources.pairs)
    own, tested = related[: len(files)], related[len(files) :]
    return split_images(
        files.assign(
            image_id=pd.Series(
                told_apart(files["image_id"].tolist()), index=files.index, dtype="str"
            )
        ),
        groups_of(taken, own, tested),
        params,
        trusted_test=test,
        trusted_groups=tested,
    )


def _tried(
    sources: Sources,
    recipe: Recipe,
    materials: Materials,
    curated: CuratedParams,
    split: SplitParams,
    params: AblationParams,
) -> Iterator[_Tried]:
    seeds = range(params.seed, params.seed + params.seeds)
    plan = list(product(ARMS, seeds))
    for arm, seed in tqdm(plan, desc="ablation", unit="training", disable=bars_hidden()):
        taken = ARMS[arm]
        files = files_of(
            taken,
            images=sources.images,
            duplicates=sources.duplicates,
            verdicts=sources.verdicts,
            machine_verdicts=sources.machine_verdicts,
            params=curated,
        )
        splits = splits_of(files, taken, sources, split.model_copy(update={"seed": seed}))
        trial = run_trial(splits, recipe_of(taken, recipe).seeded(seed), materials)
        yield _Tried(arm, seed, files, splits, trial)


def _predictions(tried: Sequence[_Tried], arm: str) -> list[pd.DataFrame]:
    return [one.trial.predictions for one in tried if one.arm == arm]


def _learned(splits: pd.DataFrame) -> list[str]:
    return [str(label) for label in splits.loc[splits["split"].isin([TRAIN, VALIDATION]), "label"]]


def _scores(
    tried: Sequence[_Tried], answers: NetworkAnswers, averaged: Sequence[str], rare: Sequence[str]
) -> pd.DataFrame:
    masks = [np.isin(answers.classes, names) for names in (averaged, rare)]
    found = scores(answers, np.ones(len(answers.truth), np.int64), masks)
    return SCORES.frame([_row(one, found[one.arm][number]) for one, number in _numbered(tried)])


def _numbered(tried: Sequence[_Tried]) -> Iterator[tuple[_Tried, int]]:
    """Every training with its number within its arm."""
    for arm in ARMS:
        of_arm = [one for one in tried if one.arm == arm]
        yield from ((one, number) for number, one in enumerate(of_arm))


def _row(one: _Tried, means: npt.NDArray[np.float64]) -> dict[str, object]:
    predictions = one.trial.predictions
    return {
        "arm": one.arm,
        "seed": one.seed,
        "macro_f1": float(means[0]),
        "rare_f1": float(means[1]),
        "accuracy": float((predictions["label"] == predictions["predicted"]).mean()),
        "files": len(one.files),
        "training_rows": len(one.trial.train_labels),
        "seconds": one.trial.seconds,
    }
