"""The ablation as a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from inksift.curation.ablation.arms import BOUGHT_BY
from inksift.curation.ablation.costs import ABLATION
from inksift.curation.drawing.drawing import INK, KEPT, REJECTED, named_rows, render, row_height

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 100
"""Points of F1 to a whole."""

_MEANS = (("macro", "all classes", KEPT, -0.14), ("rare", "the rare third", REJECTED, 0.14))


def ablation_plot(ablation: pd.DataFrame) -> bytes:
    """By how many points of F1 all steps together are above each arm of an ABLATION, with the
    intervals, under the name of what the arm leaves out."""
    rows = ABLATION.check(ablation)

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        places = named_rows(axes, rows["left_out"].map(BOUGHT_BY))
        for name, words, colour, shift in _MEANS:
            gain, low, high = (
                rows[f"{name}_{part}"].to_numpy() * _POINTS for part in ("gain", "low", "high")
            )
            axes.hlines(places + shift, low, high, color=colour, linewidth=2, alpha=0.5)
            axes.plot(gain, places + shift, "o", color=colour, label=words)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_xlabel("points of F1 that it bought")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)

    return render(draw, height=row_height(3 * len(rows)))
