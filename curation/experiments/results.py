"""What came of experiments, and the list of them by F1."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from curation.evaluation import HELD_OUT, EvaluationParams, f1_report
from curation.experiments.grid import Experiment
from curation.experiments.trial import Materials, run_trial
from curation.tables import Table

VERSION = 1

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
"""One row per experiment that was tried: its scores on the test pictures (macro F1 is missing where no class has both
training and test pictures), the best validation score, and the cost: rows of an epoch, epochs, seconds of learning.
`digest` stands for its settings and the pictures."""

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


def experiment_digest(splits: pd.DataFrame, settings_digest: str, pictures_version: str) -> str:
    """What decides the outcome of an experiment."""
    described = json.dumps([VERSION, settings_digest, pictures_version, splits.to_csv(index=False)])
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def run_experiment(
    splits: pd.DataFrame, experiment: Experiment, materials: Materials, *, digest: str
) -> Mapping[str, Any]:
    """The EXPERIMENTS row of an experiment on a SPLITS table."""
    trial = run_trial(splits, experiment.recipe, materials)
    seeds = {"training": experiment.seed}
    params = EvaluationParams(bootstrap_draws=0)
    report = f1_report(trial.predictions, trial.train_labels, params, test_set=HELD_OUT, seeds=seeds)
    curves = trial.trained.curves
    return {
        "key": experiment.key,
        "name": experiment.name,
        "seed": experiment.seed,
        "digest": digest,
        **{name: report[name] for name in ("macro_f1", "weighted_f1", "accuracy")},
        "validation_macro_f1": float(curves["validation_macro_f1"].max()),
        "best_epoch": trial.trained.best_epoch,
        "epochs": len(curves),
        "parameters": trial.trained.parameters.all,
        "training_rows": len(trial.train_labels),
        "seconds": trial.seconds,
    }


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
