"""The F1 report as a page: scores, curves, and why the network decides as it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from curation.evaluation import TRUSTED, averages_table, per_class_table
from curation.report import plots
from curation.report.explained import explained
from curation.report.templating import figure, records, render_page


def build_f1_page(
    report: Mapping[str, Any], curves: pd.DataFrame | None = None, figures: pd.DataFrame | None = None
) -> str:
    """One self-contained page for the content of f1_report.json, and a CURVES and a FIGURES frame where there are."""
    sections = [] if figures is None else explained(figures)
    return render_page("f1.html.j2", f1=f1_values(report, curves), sections=sections)


def f1_values(report: Mapping[str, Any], curves: pd.DataFrame | None) -> dict[str, Any]:
    """What the section shows: the report, a row per class, whether the test set is independent, the figures."""
    per_class = per_class_table(dict(report))
    classes = report["confusion"]["classes"]
    counts = np.asarray(report["confusion"]["rows_true_columns_predicted"], dtype=np.int64)
    shape = (len(classes), len(classes))
    figures = [
        figure("F1 per class", "Bars: the table above", plots.f1_bars(per_class), wide=True),
        figure(
            "Confusion",
            "True class in rows, predicted class in columns",
            plots.confusion_counts(counts.reshape(shape), classes),
            wide=True,
        ),
    ]
    if curves is not None:
        figures.append(figure("Training", _told(curves), plots.training_curves(curves), wide=True))
    return {
        "report": report,
        "independent": report["test_set"] == TRUSTED,
        "rows": records(per_class),
        "averages": records(averages_table(dict(report))),
        "figures": figures,
    }


def _told(curves: pd.DataFrame) -> str:
    """What the curves show, for those who cannot see them."""
    named = {"train_loss": "training loss", "validation_loss": "validation loss"}
    named |= {"train_accuracy": "training accuracy", "validation_macro_f1": "validation macro F1"}
    if curves.empty:
        return "No epochs"
    ends = (f"{words} from {curves[name].iloc[0]:.2f} to {curves[name].iloc[-1]:.2f}" for name, words in named.items())
    return f"Curves over {len(curves)} epochs: {', '.join(ends)}; learning rate"
