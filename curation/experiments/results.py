"""What came of experiments, and the list of them by F1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from curation.errors import SchemaError
from curation.evaluation import EvaluationParams, f1_report
from curation.experiments.conditions import Conditions
from curation.experiments.grid import Experiment
from curation.experiments.trial import run_trial
from curation.publish.published import BROKEN_TABLE
from curation.store.parquet import read_parquet
from curation.tables import Table

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
    },
    key=("key",),
    may_be_missing=frozenset({"macro_f1"}),
)
"""One row per experiment that did not fail: its scores on the test pictures (macro F1 is missing where no class has
both training and test pictures), the best validation score, and the cost: rows of an epoch, epochs, seconds of
learning. `digest` is that of its recipe under its `Conditions`."""

LEADERBOARD = Table(
    "leaderboard",
    {
        "rank": "int64",
        "name": "str",
        "seeds": "int64",
        "macro_f1": "float64",
        "lowest": "float64",
        "highest": "float64",
        "weighted_f1": "float64",
        "accuracy": "float64",
        "validation_macro_f1": "float64",
        "parameters": "int64",
        "training_rows": "int64",
        "epochs": "float64",
        "seconds": "float64",
    },
    key=("name",),
    may_be_missing=frozenset({"macro_f1", "lowest", "highest"}),
)
"""One row per recipe, the best macro F1 first: means over its seeds, and its lowest and highest macro F1."""

_MEANS = ("macro_f1", "weighted_f1", "accuracy", "validation_macro_f1", "epochs", "seconds")


def run_experiment(experiment: Experiment, conditions: Conditions) -> Mapping[str, Any]:
    """The EXPERIMENTS row of an experiment; DataError, ParamError or TrainingError when its recipe fails on them."""
    trial = run_trial(conditions.splits, experiment.recipe, conditions.materials)
    seeds = {"training": experiment.seed}
    params = EvaluationParams(bootstrap_draws=0)
    report = f1_report(trial.predictions, trial.train_labels, params, test_set=conditions.test_set, seeds=seeds)
    curves = trial.trained.curves
    return {
        "key": experiment.key,
        "name": experiment.name,
        "seed": experiment.seed,
        "digest": conditions.digest(experiment.recipe),
        **{name: report[name] for name in ("macro_f1", "weighted_f1", "accuracy")},
        "validation_macro_f1": float(curves["validation_macro_f1"].max()),
        "best_epoch": trial.trained.best_epoch,
        "epochs": len(curves),
        "parameters": trial.trained.parameters.all,
        "training_rows": len(trial.train_labels),
        "seconds": trial.seconds,
    }


def known_result(folder: Path, experiment: Experiment, conditions: Conditions) -> pd.DataFrame | None:
    """The EXPERIMENTS row that `folder` holds of an experiment; None where there is none, where it is of other
    conditions or of another version of inksift, and where its file is damaged."""
    try:
        stored = EXPERIMENTS.check(read_parquet(folder / f"{experiment.key}.parquet"))
    except (*BROKEN_TABLE, SchemaError):
        return None
    wanted = [experiment.key, conditions.digest(experiment.recipe)]
    return stored if stored[["key", "digest"]].to_numpy().tolist() == [wanted] else None


def known_results(folder: Path, experiments: Iterable[Experiment], conditions: Conditions) -> pd.DataFrame:
    """The EXPERIMENTS rows that `folder` holds of these experiments."""
    known = (known_result(folder, experiment, conditions) for experiment in experiments)
    return pd.concat([EXPERIMENTS.frame([]), *(row for row in known if row is not None)], ignore_index=True)


def leaderboard(experiments: pd.DataFrame) -> pd.DataFrame:
    """The LEADERBOARD of EXPERIMENTS; recipes without a macro F1 come last."""
    by_name = EXPERIMENTS.check(experiments).groupby("name")
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
    rows = rows.reset_index().sort_values(["macro_f1", "name"], ascending=[False, True], ignore_index=True)
    return LEADERBOARD.check(rows.assign(rank=pd.RangeIndex(1, len(rows) + 1).astype("int64")))
