"""Recipes by their F1, as a page and as a plot."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from curation.evaluation import TRUSTED, TestSet
from curation.experiments.results import LEADERBOARD
from curation.report.drawing import KEPT, named_rows, nothing, render, row_height
from curation.report.templating import capped, figure, render_page

_MOST_LISTED, _MOST_DRAWN = 1000, 60


def build_leaderboard_page(board: pd.DataFrame, *, waiting: int, test_set: TestSet) -> str:
    """One self-contained page for a LEADERBOARD; `waiting` counts the experiments of the grid without a result."""
    alt = "Dots with ranges: the first column of scores of the table"
    plot = figure("Macro F1, mean and range over the seeds", alt, leaderboard_plot(board), wide=True)
    listed = capped(LEADERBOARD.check(board), _MOST_LISTED)
    return render_page(
        "leaderboard.html.j2",
        board=listed,
        count=len(board),
        waiting=waiting,
        independent=test_set == TRUSTED,
        figures=[plot],
    )


def leaderboard_plot(board: pd.DataFrame) -> bytes:
    """Macro F1 of the first 60 recipes of a LEADERBOARD: the mean as a dot, lowest to highest as a line."""
    rows = LEADERBOARD.check(board).dropna(subset="macro_f1").head(_MOST_DRAWN)

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if rows.empty:
            return nothing(axes, "no experiment has a macro F1 yet")
        places = named_rows(axes, rows["name"])
        axes.hlines(places, rows["lowest"], rows["highest"], color=KEPT, linewidth=2, alpha=0.5)
        axes.plot(rows["macro_f1"], places, "o", color=KEPT)
        axes.set_xlabel("macro F1 on the test pictures")

    return render(draw, height=row_height(len(rows)))
