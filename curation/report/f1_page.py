"""The F1 report as a page: scores, curves, and why the network decides as it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.drawing.templating import figure, records
from inksift.curation.report import plots
from inksift.curation.report.balancing import balancing_in_words
from inksift.curation.report.explained import explained
from inksift.curation.report.rendering import render_page
from inksift.curation.training.evaluation import TRUSTED, averages_table, per_class_table


def build_f1_page(
    report: Mapping[str, Any],
    curves: pd.DataFrame | None = None,
    figures: pd.DataFrame | None = None,
) -> str:
    """One self-contained page for the content of f1_report.json, and a CURVES and a FIGURES frame
    where there are."""
    sections = [] if figures is None else explained(figures)
    return render_page("f1.html.j2", f1=f1_values(report, curves), sections=sections)


def f1_values(report: Mapping[str, Any], curves: pd.DataFrame | None) -> dict[str, Any]:
    """What the page says of the report, with a row per class, whether the test set is independent,
    and the figures."""
    per_class = per_class_table(dict(report))
    classes = report["confusion"]["classes"]
    counts = np.asarray(report["confusion"]["rows_true_columns_predicted"], dtype=np.int64)
    counts = counts.reshape(len(classes), len(classes))
    figures = [
        figure("F1 per class", "Bars: the table above", plots.f1_bars(per_class), wide=True),
        figure(
            "Confusion",
            "True class in rows, predicted class in columns",
            plots.confusion_counts(counts, classes),
            wide=True,
        ),
    ]
    if curves is not None:
        figures.append(figure("Training", _told(curves), plots.training_curves(curves), wide=True))
    return {
        "report": report,
        "learned_from": _learned_from(report),
        "only_answer": _only_answer(counts, classes),
        "balancing": balancing_in_words((report["network"] or {}).get("rebalancing", {})),
        "independent": report["test_set"] == TRUSTED,
        "rows": records(per_class),
        "averages": records(averages_table(dict(report))),
        "figures": figures,
    }


def _learned_from(report: Mapping[str, Any]) -> str:
    """How many pictures there were to train on, and what was made of them where that is known.

    >>> _learned_from({"train_pictures": 84, "train_pictures_used": 70, "train_rows": 1080})
    '84 pictures in the training split, 70 of them used, 1,080 rows in an epoch'
    """
    split, used = f"{report['train_pictures']:,}", report["train_pictures_used"]
    if used is None:
        return f"{split} pictures in the training split"
    return (
        f"{split} pictures in the training split, {used:,} of them used, {report['train_rows']:,} "
        "rows in an epoch"
    )


def _only_answer(counts: npt.NDArray[np.int64], classes: Sequence[str]) -> str | None:
    """The class that every test picture is taken for, if there is one and pictures of several
    classes were tested.

    >>> _only_answer(np.array([[3, 0], [1, 0]]), ["fox", "owl"])
    'fox'
    >>> _only_answer(np.array([[3, 0], [0, 1]]), ["a", "b"])
    """
    answers = np.flatnonzero(counts.sum(axis=0))
    several_tested = np.count_nonzero(counts.sum(axis=1)) > 1
    return classes[answers[0]] if several_tested and len(answers) == 1 else None


def _told(curves: pd.DataFrame) -> str:
    """What the curves show, for those who cannot see them."""
    named = {"train_loss": "training loss", "validation_loss": "validation loss"}
    named |= {"train_accuracy": "training accuracy", "validation_macro_f1": "validation macro F1"}
    if curves.empty:
        return "No epochs"
    ends = (
        f"{words} from {curves[name].iloc[0]:.2f} to {curves[name].iloc[-1]:.2f}"
        for name, words in named.items()
    )
    return f"Curves over {len(curves)} epochs: {', '.join(ends)}; learning rate"
