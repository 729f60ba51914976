"""What each step cost, beside what it bought."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from inksift.curation.ablation.arms import ALL, ARMS, STEPS, Step
from inksift.curation.ablation.effects import EFFECTS, SCORES
from inksift.curation.base.tables import Table

ABLATION = Table(
    "ablation",
    {**EFFECTS.columns, "step_seconds": "float64", "training_seconds": "float64"},
    key=("left_out",),
    may_be_missing=frozenset({"step_seconds"}),
)
"""EFFECTS with their price: `step_seconds` is what the steps that an arm leaves out took on the
whole folder (missing where no run recorded it), `training_seconds` by how much longer the training
with all steps took than without them, in the mean of the trainings; below 0 where a step saves
time."""


def with_costs(
    effects: pd.DataFrame, scores: pd.DataFrame, seconds: Mapping[Step, float]
) -> pd.DataFrame:
    """The ABLATION of EFFECTS and SCORES, with the seconds of each step."""
    training = SCORES.check(scores).groupby("arm")["seconds"].mean()
    left_out = [set(STEPS) - ARMS[arm] for arm in effects["left_out"]]

    def of_steps(steps: set[Step]) -> float:
        return sum((seconds.get(step, float("nan")) for step in steps), 0.0)

    return ABLATION.check(
        EFFECTS.check(effects).assign(
            step_seconds=[of_steps(steps) for steps in left_out],
            training_seconds=(training[ALL] - effects["left_out"].map(training)).astype("float64"),
        )
    )
