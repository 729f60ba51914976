"""Plots of a learned verdict: where the pictures lie, and how well each voter ranks them. PNG
bytes, under 40 kB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from inksift.curation.drawing.drawing import (
    INK,
    KEPT,
    OUTCOME_COLOURS,
    named_rows,
    nothing,
    plain,
    render,
    row_height,
    ticks_at_most,
)
from inksift.curation.drawing.words import outcome_in_words
from inksift.curation.report.ballots import readable
from inksift.curation.verdict.medium.quality import CHANCE
from inksift.curation.verdict.medium.votes import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FURTHEST = 12.0
"""Pictures further from even odds than this many log-odds (1 in 160,000) share the outermost
bar."""

_SILENT, _SILENT_TEXT = "#a3abb3", "#6b737b"
_CHANCES = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)
"""Probabilities marked on an axis of log-odds."""

_MARKERS = {"o": "dots", "s": "squares"}


def log_odds_histogram(
    log_odds: Mapping[str, Floats],
    *,
    reject_threshold: float | None = None,
    keep_threshold: float | None = None,
) -> bytes:
    """How many pictures have which log-odds, by outcome (kept, review, rejected), with the cut
    points where given."""
    groups = {
        outcome: np.clip(values, -FURTHEST, FURTHEST)
        for outcome, values in log_odds.items()
        if len(values)
    }
    clipped = any((np.abs(values) > FURTHEST).any() for values in log_odds.values())
    beyond = f" (beyond \u00b1{FURTHEST:.0f} in the outermost bar)" if clipped else ""

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if not groups:
            return nothing(axes, "no picture has a probability")
        reach = _reach(
            [
                *groups.values(),
                np.array([cut for cut in (reject_threshold, keep_threshold) if cut is not None]),
            ]
        )
        axes.hist(
            list(groups.values()),
            bins=np.linspace(-reach, reach, 61).tolist(),
            stacked=True,
            histtype="stepfilled",
            color=[OUTCOME_COLOURS[outcome] for outcome in groups],
            label=[
                f"{outcome_in_words(outcome)} ({len(values):,})"
                for outcome, values in groups.items()
            ],
        )
        _mark_cut(axes, keep_threshold, "kept below", side="right")
        _mark_cut(axes, reject_threshold, "rejected from", side="left")
        axes.set(
            xlim=(-reach, reach), xlabel=f"log-odds of a photograph{beyond}", ylabel="pictures"
        )
        axes.legend(
            loc="lower left", bbox_to_anchor=(-0.02, 1.17), ncols=3, columnspacing=1.2, reverse=True
        )
        axes.set_ylim(top=1.18 * axes.get_ylim()[1])
        ticks_at_most(axes.yaxis, 6, integer=True)
        _probability_axis(axes, reach)

    return render(draw, width=5.2, height=3.2)


def voter_quality(quality: pd.DataFrame) -> bytes:
    """AUROC of each voter in a VOTE_QUALITY frame with its interval, against chance; without a
    vote: grey."""

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        if quality.empty:
            return nothing(axes, "this recipe does not weigh votes")
        places = named_rows(axes, [readable(name) for name in quality["voter"]])
        axes.axvline(CHANCE, color=INK, linestyle="--", linewidth=1)
        axes.text(CHANCE, -0.75, "chance", ha="center", va="bottom", fontsize=8)
        grounds = sorted(quality["measured_on"].unique(), reverse=True)
        for place, voter in zip(places, quality.to_dict("records"), strict=True):
            _whisker(axes, place, voter, grounds)
        axes.set(xlim=(-0.02, 1.02), xlabel=f"AUROC ({_legend(grounds)})")

    return render(draw, width=5.2, height=row_height(len(quality)) + 0.4)


def _reach(groups: list[Floats]) -> float:
    """Half the width of the axis: room for everything, and never so narrow that even odds look
    decided."""
    return max(4.0, float(np.ceil(np.abs(np.concatenate(groups)).max() + 0.5)))


def _mark_cut(axes: Axes, cut: float | None, words: str, *, side: str) -> None:
    if cut is None:
        return
    axes.axvline(cut, color=INK, linestyle="--", linewidth=1)
    gap = 4 if side == "left" else -4
    axes.annotate(
        f"{words} {cut:.1f}".replace("-", "\u2212"),
        (cut, 0.97),
        xycoords=axes.get_xaxis_transform(),
        xytext=(gap, 0),
        textcoords="offset points",
        ha=side,
        va="top",
        fontsize=8,
    )


def _probability_axis(axes: Axes, reach: float) -> None:
    above = axes.secondary_xaxis("top")
    places = [(np.log(chance / (1 - chance)), chance) for chance in _CHANCES]
    shown = [(place, f"{chance:g}") for place, chance in places if abs(place) <= reach]
    above.set_xticks([place for place, _ in shown], [text for _, text in shown])
    above.set_xlabel("probability of a photograph", fontsize=8)
    above.tick_params(labelsize=8)


def _whisker(axes: Axes, place: int, voter: Mapping[Any, Any], grounds: list[str]) -> None:
    silent = voter["weight"] == 0
    colour = _SILENT if silent else KEPT
    note = "no vote" if silent else f"weight {voter['weight']:+.2f}".replace("-", "\u2212")
    axes.text(1.04, place, note, color=_SILENT_TEXT if silent else INK, va="center", fontsize=8)
    if np.isnan(voter["auroc"]):
        axes.text(0.02, place, "not measured", color=_SILENT_TEXT, va="center", fontsize=8)
        return
    axes.plot(
        [voter["low"], voter["high"]],
        [place, place],
        color=colour,
        linewidth=1.5,
        marker="|",
        markersize=5,
    )
    marker = tuple(_MARKERS)[grounds.index(voter["measured_on"])]
    axes.plot([voter["auroc"]], [place], color=colour, marker=marker, markersize=5)


def _legend(grounds: list[str]) -> str:
    if len(grounds) == 1:
        return plain(grounds[0])
    return "; ".join(
        f"{shape}: {plain(ground)}"
        for shape, ground in zip(_MARKERS.values(), grounds, strict=True)
    )
