"""One quiet style for all plots: drawn off screen on a white card, with text that can hold any class name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from threading import Lock
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from PIL import Image

KEPT, REVIEW, REJECTED, FOUND = "#2a6f97", "#e0a030", "#c1553b", "#d5dce3"
MOST_BYTES = 40_000
INK, FAINT = "#2b3036", "#e8ebee"
OUTCOME_COLOURS = {"kept": KEPT, "review": REVIEW, "rejected": REJECTED}

_FINENESS = ((120, 32), (100, 12), (80, 12), (70, 8), (60, 6))
_LABEL_CHARS = 30
_ROW_IN = 0.19
_FAMILIES = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC", "Hiragino Sans")
_STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "text.color": INK,
    "font.size": 9,
    "axes.edgecolor": "#b9c0c7",
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": FAINT,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
}
_style_lock = Lock()


def render(draw: Callable[[list[Axes]], None], *, width: float = 6.6, height: float = 3.2, columns: int = 1) -> bytes:
    """A PNG of what `draw` puts on panels side by side; width and height in inches. Drawn coarser where it would have
    more than 40 kB."""
    with _style_lock, mpl.rc_context(_STYLE | {"font.family": _families()}):
        figure = Figure(figsize=(width, height))
        canvas = FigureCanvasAgg(figure)
        draw([figure.add_subplot(1, columns, place + 1) for place in range(columns)])
        for dpi, colours in _FINENESS:
            data = _png(canvas, dpi, colours)
            if len(data) <= MOST_BYTES:
                break
    return data


def nothing(axes: Axes, text: str = "nothing to show") -> None:
    """An empty panel that says so."""
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color="#7a828a", transform=axes.transAxes)


def named_rows(axes: Axes, names: Iterable[object]) -> npt.NDArray[np.int_]:
    """One row per name from the top down; the answer is their places on the y axis."""
    labels = [plain(str(name)) for name in names]
    places = np.arange(len(labels))
    axes.set_yticks(places, labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    return places


def row_height(rows: int) -> float:
    """Inches that a plot with so many named rows needs."""
    return max(1.4, 0.8 + _ROW_IN * rows)


def plain(text: str) -> str:
    """`text` as a label: one line, at most 30 characters, a box for each character that no installed font can draw.

    >>> plain("two\\nlines")
    'two□lines'
    """
    known = _glyphs()
    line = "".join(char if ord(char) in known and char.isprintable() else "□" for char in text)
    return line if len(line) <= _LABEL_CHARS else line[: _LABEL_CHARS - 1] + "…"


def _png(canvas: Any, dpi: int, colours: int) -> bytes:
    canvas.figure.set_dpi(dpi)
    canvas.draw()
    buffer = BytesIO()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    pixels.quantize(colours, Image.Quantize.MAXCOVERAGE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@cache
def _families() -> list[str]:
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return [family for family in _FAMILIES if family in installed]


@cache
def _glyphs() -> frozenset[int]:
    fonts = [FT2Font(font_manager.findfont(family)) for family in _families()]
    return frozenset(code for font in fonts for code in font.get_charmap())
