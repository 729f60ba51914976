"""What came of experiments, and the list of them by F1."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.errors import DataError, ParamError, StoreError, TrainingError
from inksift.curation.base.tables import Table
from inksift.curation.experiments.conditions import Conditions
from inksift.curation.experiments.grid import Experiment, changed_settings
from inksift.curation.store.tables import read_table
from inksift.curation.training.evaluation import EvaluationParams, f1_report
from inksift.curation.training.trial import Trial, run_trial

_SCORES = ("macro_f1", "weighted_f1", "accuracy", "validation_macro_f1")
_COSTS = ("best_epoch", "epochs", "parameters", "training_rows", "seconds")
_OF_ONE = (DataError, ParamError, TrainingError)
"""Errors of one experiment, which say nothing of the others."""

EXPERIMENTS = Table(
    "experiments",
    {
        "key": "str",
        "name": "str",
        "seed": "int64",
        "digest": "str",
        "macro_f1": "float64",
        "weighted_f1": "float64",
        "accuracy": "float64",
        "validation_macro_f1": "float64",
        "best_epoch": "int64",
        "epochs": "int64",
        "parameters": "int64",
        "training_rows": "int64",
        "seconds": "float64",
        "error": "str",
    },
    key=("key",),
    may_be_missing=frozenset(_SCORES),
)
"""One row per experiment: the scores of its network on the test pictures and on the validation
pictures (macro F1 is missing where no class has both those and training pictures), and the cost:
rows of an epoch, epochs, seconds of learning. `digest` is that of its recipe under its
`Conditions`. One that failed has an `error`, no scores and no cost. """

LEADERBOARD = Table(
    "leaderboard",
    {
        "rank": "int64",
        "name": "str",
        "seeds": "int64",
        "macro_f1": "float64",
        "validation_macro_f1": "float64",
        "lowest": "float64",
        "highest": "float64",
        "weighted_f1": "float64",
        "accuracy": "float64",
        "epochs": "float64",
        "seconds": "float64",
        "parameters": "int64",
        "training_rows": "int64",
        "settings": "str",
    },
    key=("name",),
    may_be_missing=frozenset({"macro_f1", "validation_macro_f1", "lowest", "highest"}),
)
"""One row per recipe, the best macro F1 first, and exact ties of one rank: means over its seeds,
its lowest and highest macro F1, and as JSON by stage its `settings` that differ from their
defaults."""

_MEANS = (*_SCORES, "epochs", "seconds")


def run_experiment(experiment: Experiment, conditions: Conditions) -> Mapping[str, Any]:
    """The EXPERIMENTS row of an experiment, with the error when its recipe fails on these
    pictures."""
    described = {
        "key": experiment.key,
        "name": experiment.name,
        "seed": experiment.seed,
        "digest": conditions.digest(experiment.recipe),
    }
    try:
        trial = run_trial(conditions.splits, experiment.recipe, conditions.materials)
    except _OF_ONE as error:
        return {
            **described,
            **dict.fromkeys(_SCORES),
            **dict.fromkeys(_COSTS, 0),
            "error": str(error),
        }
    return {**described, **_scores(trial, conditions), **_costs(trial), "error": ""}


def _scores(trial: Trial, conditions: Conditions) -> Mapping[str, Any]:
    tested, validated = (
        f1_report(
            rows,
            trial.train_labels,
            EvaluationParams(bootstrap_draws=0),
            test_set=conditions.test_set,
            seeds={},
        )
        for rows in (trial.predictions, trial.validated)
    )
    return {
        **{name: tested.get(name) for name in _SCORES},
        "validation_macro_f1": validated["macro_f1"],
    }


def _costs(trial: Trial) -> Mapping[str, Any]:
    return {
        "best_epoch": trial.trained.best_epoch,
        "epochs": len(trial.trained.curves),
        "parameters": trial.trained.parameters.all,
        "training_rows": len(trial.train_labels),
        "seconds": trial.seconds,
    }


def errors_of(experiments: pd.DataFrame) -> dict[str, str]:
    """Why those of EXPERIMENTS that failed did so, by their key."""
    failed = EXPERIMENTS.check(experiments).query("error != ''")
    return dict(zip(failed["key"], failed["error"], strict=True))


def known_result(
    folder: Path, experiment: Experiment, conditions: Conditions
) -> pd.DataFrame | None:
    """The EXPERIMENTS row that `folder` holds of an experiment, failed or not; None where there is
    none, where it is of other conditions or of another version of inksift, and where its file is
    damaged."""
    try:
        stored = read_table(folder / f"{experiment.key}.parquet", EXPERIMENTS)
    except StoreError:
        return None
    wanted = [experiment.key, conditions.digest(experiment.recipe)]
    return stored if stored[["key", "digest"]].to_numpy().tolist() == [wanted] else None


def known_results(
    folder: Path, experiments: Iterable[Experiment], conditions: Conditions
) -> pd.DataFrame:
    """The EXPERIMENTS rows that `folder` holds of these experiments, failed or not."""
    known = (known_result(folder, experiment, conditions) for experiment in experiments)
    return pd.concat(
        [EXPERIMENTS.frame([]), *(row for row in known if row is not None)], ignore_index=True
    )


def leaderboard(results: pd.DataFrame, experiments: Iterable[Experiment]) -> pd.DataFrame:
    """The LEADERBOARD of the EXPERIMENTS that did not fail, which are some of `experiments`;
    recipes without a macro F1 come last."""
    by_name = EXPERIMENTS.check(results).query("error == ''").groupby("name")
    settings = {
        one.name: json.dumps(changed_settings(one.recipe), separators=(",", ":"))
        for one in experiments
    }
    rows = (
        by_name[list(_MEANS)]
        .mean()
        .assign(
            seeds=by_name.size(),
            lowest=by_name["macro_f1"].min(),
            highest=by_name["macro_f1"].max(),
            parameters=by_name["parameters"].max(),
            training_rows=by_name["training_rows"].max(),
        )
    )
    rows = rows.reset_index().sort_values(
        ["macro_f1", "name"], ascending=[False, True], ignore_index=True
    )
    ranks = rows["macro_f1"].rank(method="min", ascending=False, na_option="bottom").astype("int64")
    return LEADERBOARD.check(
        rows.assign(rank=ranks, settings=rows["name"].map(settings).astype("str"))
    )
