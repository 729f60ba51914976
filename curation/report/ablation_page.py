"""The ablation as a page and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from inksift.curation.ablation.arms import ARMS, BOUGHT_BY
from inksift.curation.ablation.costs import ABLATION
from inksift.curation.ablation.effects import SCORES, AblationParams
from inksift.curation.drawing.templating import figure, records
from inksift.curation.report.ablation_plot import ablation_plot
from inksift.curation.report.rendering import render_page
from inksift.curation.training.evaluation import TRUSTED
from inksift.curation.training.fit.params import TrainingParams

_ALT = "Points with intervals: the gains of the first table"


def ablation_report(
    ablation: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    rare: Sequence[str],
    test_set: str,
    tested: int,
    params: AblationParams,
    training: TrainingParams,
) -> dict[str, Any]:
    """The content of ablation.json: only numbers, text and null. F1 goes from 0 to 1, times are in
    seconds."""
    return {
        "left_out": [_nullable(row) for row in records(ABLATION.check(ablation))],
        "arms": [_nullable(row) for row in records(_per_arm(scores))],
        "trainings": [_nullable(row) for row in records(SCORES.check(scores))],
        "rare_classes": list(rare),
        "network": training.network,
        "side_px": training.side_px,
        "max_epochs": training.max_epochs,
        "test_set": test_set,
        "test_pictures": tested,
        "settings": params.model_dump(mode="json"),
    }


def build_ablation_page(report: Mapping[str, Any]) -> str:
    """One self-contained page for the content of ablation.json."""
    ablation = ABLATION.frame(
        [{**row, "step_seconds": _number(row["step_seconds"])} for row in report["left_out"]]
    )
    plot = figure(
        "What each step bought, and the intervals", _ALT, ablation_plot(ablation), wide=True
    )
    return render_page(
        "ablation.html.j2",
        report=report,
        bought_by=BOUGHT_BY,
        figures=[plot],
        independent=report["test_set"] == TRUSTED,
    )


def _per_arm(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per arm: the means over its trainings, and the deviation of macro F1 between them
    (missing for one)."""
    by_arm = SCORES.check(scores).groupby("arm")
    means = by_arm[["macro_f1", "rare_f1", "accuracy", "files", "training_rows", "seconds"]].mean()
    deviation = by_arm["macro_f1"].std().rename("macro_f1_deviation")
    return means.join(deviation).loc[[arm for arm in ARMS if arm in means.index]].reset_index()


def _nullable(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value != value else value for name, value in row.items()}


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
