"""Recipes by their F1, as a page and as a plot."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from inksift.curation.drawing.drawing import KEPT, named_rows, nothing, render, row_height
from inksift.curation.drawing.templating import capped, figure
from inksift.curation.experiments.results import LEADERBOARD
from inksift.curation.report.rendering import render_page
from inksift.curation.training.evaluation import TRUSTED, TestSet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_LISTED, _MOST_DRAWN, _MOST_FAILED = 1000, 60, 100
"""Rows in the table, rows in the plot, and failures told, at most."""


class Tried(NamedTuple):
    """What a LEADERBOARD is of: the name, the scale and the seeds of its grid, what was tested on,
    why experiments failed, by their key, and how many of them were not tried yet."""

    grid: str
    scale: float
    seeds: Sequence[int]
    test_set: TestSet
    test_pictures: int
    failed: Mapping[str, str]
    waiting: int


def build_leaderboard_page(board: pd.DataFrame, tried: Tried) -> str:
    """One self-contained page for a LEADERBOARD."""
    alt = "Dots with ranges: the macro F1, the lowest and the highest of the table"
    plot = figure(
        "Macro F1, mean and range over the seeds", alt, leaderboard_plot(board), wide=True
    )
    board = LEADERBOARD.check(board)
    told = [assignments(settings) for settings in board["settings"]]
    common = set(told[0]).intersection(*told) if len(told) > 1 else set[str]()
    shared = [one for one in told[0] if one in common] if common else []
    own = pd.Series([_own(settings, common) for settings in told], dtype=object)
    failed = pd.DataFrame(tried.failed.items(), columns=["key", "error"])
    return render_page(
        "leaderboard.html.j2",
        board=capped(board.assign(own=own), _MOST_LISTED),
        count=len(board),
        shared=shared,
        tried=tried,
        failed=capped(failed, _MOST_FAILED),
        independent=tried.test_set == TRUSTED,
        figures=[plot],
    )


def assignments(settings: str) -> list[str]:
    """The settings of a row of the LEADERBOARD in the words of `--set`.

    >>> assignments('{"classifier":{"dropout":0.5,"network":"custom"}}')
    ['classifier.dropout=0.5', 'classifier.network=custom']
    """
    told: list[str] = []
    for stage, values in json.loads(settings).items():
        told += (f"{stage}.{name}={_written(value)}" for name, value in values.items())
    return told


def _own(settings: Sequence[str], shared: set[str]) -> list[str]:
    """Those that not all rows share."""
    return [one for one in settings if one not in shared]


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def leaderboard_plot(board: pd.DataFrame) -> bytes:
    """Macro F1 of the first 60 recipes of a LEADERBOARD: the mean as a dot, lowest to highest as a
    line."""
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
