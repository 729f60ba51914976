"""The F1 report as a page, and as a section of the report on the images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from curation.evaluation import TRUSTED, per_class_table
from curation.report import plots
from curation.report.templating import figure, records, render_page


def build_f1_page(report: Mapping[str, Any], curves: pd.DataFrame | None = None) -> str:
    """One self-contained page for the content of f1_report.json, and a CURVES frame where there is one."""
    return render_page("f1.html.j2", f1=f1_values(report, curves))


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
        drawn = plots.training_curves(curves)
        figures.append(figure("Training", "Curves of loss, validation macro F1 and learning rate", drawn, wide=True))
    return {
        "report": report,
        "independent": report["test_set"] == TRUSTED,
        "rows": records(per_class),
        "figures": figures,
    }
