"""Points of pictures in two and in three dimensions, with a colour and a marker per class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from inksift.curation.base.arrays import Floats64
from inksift.curation.drawing.drawing import FOUND, MANY_COLOURS, plain, render

MOST_CLASSES = 25
"""Classes with a look of their own; where there are more, all but the 24 largest share a pale
one."""


@dataclass(frozen=True)
class ScatterLooks:
    """Sizes of the plots, in inches unless a field says otherwise. All by eye."""

    width_in: float = 4.8
    """Width of both plots."""

    flat_in: float = 4.2
    """Height of the plot in two dimensions."""

    deep_in: float = 3.7
    """Height of each view of the plot in three."""

    font_pt: int = 7
    """Letters of the legend, in points."""

    char_in: float = 0.056
    """Width of one of its letters."""

    marker_in: float = 0.3
    """Width of a marker in the legend, and what is beside it."""

    line_in: float = 0.15
    """Height of a line of the legend."""


_SIZES = ScatterLooks()
_COLOURS = (
    "#1f77b4",
    "#d62728",
    "#2ca02c",
    "#ff7f0e",
    "#7b3fa0",
    "#00a5a5",
    "#e0569b",
    "#8a6d3b",
    "#111111",
)
_LOOKS = [(colour, marker) for marker, colour in product("o^sDv", _COLOURS)]
_VIEWS = ((20, -60), (20, 30))
"""Elevation and azimuth in degrees, a quarter turn apart."""

Points = Floats64
"""n x 2 or n x 3."""


class Look(NamedTuple):
    """How the points of a class are drawn."""

    name: str
    """What the legend calls them."""

    colour: str
    """As matplotlib takes it: #rrggbb."""

    marker: str
    """As matplotlib takes it: a letter for a shape."""


def scatter_2d(points: Points, labels: Sequence[str]) -> bytes:
    """n x 2 points of pictures of these classes; at least one."""
    looks = looks_of(labels)

    def draw(panels: list[Axes]) -> None:
        axes = panels[0]
        _draw(axes, points, labels, looks)
        axes.tick_params(length=0, labelbottom=False, labelleft=False)
        axes.set_aspect("equal", "datalim")
        _legend(axes, looks)

    return render(
        draw, width=_SIZES.width_in, height=_SIZES.flat_in + _legend_in(looks), grain=MANY_COLOURS
    )


def scatter_3d(points: Points, labels: Sequence[str]) -> bytes:
    """n x 3 points of pictures of these classes, at least one, from two places a quarter turn
    apart."""
    looks = looks_of(labels)

    def draw(panels: list[Any]) -> None:
        for axes, view in zip(panels, _VIEWS, strict=True):
            _draw(axes, points, labels, looks)
            axes.set(xticklabels=[], yticklabels=[], zticklabels=[])
            for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
                axis.set_pane_color("white")
            axes.view_init(*view)
            axes.set_box_aspect((1, 1, 0.8), zoom=1.15)
        _legend(panels[0], looks)

    height = _SIZES.deep_in * len(_VIEWS) + _legend_in(looks)
    rows = len(_VIEWS)
    return render(
        draw, width=_SIZES.width_in, height=height, rows=rows, projection="3d", grain=MANY_COLOURS
    )


def looks_of(labels: Sequence[str]) -> dict[str, Look]:
    """The look of every class that occurs, the largest first."""
    names = pd.Series(list(labels), dtype="str").value_counts().sort_index()
    ordered = names.sort_values(ascending=False, kind="stable").index
    own = len(ordered) if len(ordered) <= MOST_CLASSES else MOST_CLASSES - 1
    looks = {
        name: Look(plain(name), *look) for name, look in zip(ordered[:own], _LOOKS, strict=False)
    }
    rest = Look(f"{len(ordered) - own} smaller classes", FOUND, "o")
    return looks | dict.fromkeys(ordered[own:], rest)


def _draw(axes: Any, points: Points, labels: Sequence[str], looks: dict[str, Look]) -> None:
    """The small classes first and so the pale ones: what is drawn later lies above."""
    of_class = np.asarray(labels, dtype=object)
    for name, look in reversed(looks.items()):
        chosen = points[of_class == name]
        axes.scatter(
            *chosen.T, color=look.colour, marker=look.marker, s=14, alpha=0.85, linewidths=0
        )


def _legend(axes: Any, looks: dict[str, Look]) -> None:
    handles = [
        Line2D(
            [],
            [],
            color=look.colour,
            marker=look.marker,
            linestyle="",
            markersize=4,
            label=look.name,
        )
        for look in _distinct(looks)
    ]
    columns = _legend_columns(looks)
    axes.figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=columns,
        fontsize=_SIZES.font_pt,
        handletextpad=0.1,
        columnspacing=1,
    )


def _legend_columns(looks: dict[str, Look]) -> int:
    longest = max(len(look.name) for look in looks.values())
    return max(1, int(_SIZES.width_in / (_SIZES.marker_in + _SIZES.char_in * longest)))


def _legend_in(looks: dict[str, Look]) -> float:
    """Height of the legend in inches."""
    return 0.2 + _SIZES.line_in * -(-len(_distinct(looks)) // _legend_columns(looks))


def _distinct(looks: dict[str, Look]) -> list[Look]:
    """Those of the smaller classes once. Two classes may read the same in the legend; their looks
    differ."""
    return list(dict.fromkeys(looks.values()))
