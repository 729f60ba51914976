"""One quiet style for all plots: drawn off screen on a white card, with text that can hold any
class name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from inksift.curation.base.rgb import Rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.backends.backend_agg import FigureCanvasAgg

KEPT, REVIEW, REJECTED, FOUND = "#2a6f97", "#e0a030", "#c1553b", "#d5dce3"
MOST_PLOT_BYTES = 40_000
"""Bytes of a plot: it travels inside a page."""

INK, FAINT = "#2b3036", "#e8ebee"
OUTCOME_COLOURS = {"kept": KEPT, "review": REVIEW, "rejected": REJECTED}


class Grain(NamedTuple):
    """How fine a plot is drawn: the first of `steps` (dots per inch, colours) that has at most
    `most_bytes`, else the last."""

    steps: Sequence[tuple[int, int]]
    most_bytes: int


FEW_COLOURS = Grain(((120, 32), (100, 12), (80, 12), (70, 8), (60, 6)), MOST_PLOT_BYTES)
MANY_COLOURS = Grain(((120, 160), (100, 160), (90, 128), (72, 128)), 150_000)
"""For plots in which many colours mean something."""
_LABEL_CHARS = 30
"""Letters of a label, after which it is cut."""

_LETTER_DPI, _LETTER_PT = 100, 8
"""Dots per inch of letters drawn on a picture, and their size in points."""

_ROW_IN = 0.19
"""Height of a row of a plot, in inches."""

_FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans",
)
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


def render(
    draw: Callable[[list[Axes]], None],
    *,
    width: float = 6.6,
    height: float = 3.2,
    columns: int = 1,
    rows: int = 1,
    projection: Literal["rectilinear", "3d"] = "rectilinear",
    grain: Grain = FEW_COLOURS,
) -> bytes:
    """A PNG of what `draw` puts on panels side by side, row by row; width and height in inches.
    Drawn coarser where it would have more bytes than `grain` allows."""
    import matplotlib as mpl

    with _style_lock, mpl.rc_context(_STYLE | {"font.family": _families()}):
        canvas = _laid_out(draw, (width, height), (rows, columns), projection)
        for dpi, colours in grain.steps:
            data = _png(canvas, dpi, colours)
            if len(data) <= grain.most_bytes:
                break
    return data


def _laid_out(
    draw: Callable[[list[Axes]], None],
    inches: tuple[float, float],
    panels: tuple[int, int],
    projection: Literal["rectilinear", "3d"],
) -> FigureCanvasAgg:
    """A figure of that width and height with what `draw` puts on its rows and columns of panels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=inches)
    canvas = FigureCanvasAgg(figure)
    places = range(1, panels[0] * panels[1] + 1)
    draw([figure.add_subplot(*panels, place, projection=projection) for place in places])
    return canvas


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


def ticks_at_most(axis: Axis, number: int, **options: Any) -> None:
    """At most so many ticks and one, placed by the options of Matplotlib's MaxNLocator."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(number, **options))


def no_minor_labels(axis: Axis) -> None:
    """Numbers only at the ticks that are long."""
    from matplotlib.ticker import NullFormatter

    axis.set_minor_formatter(NullFormatter())


def lettered(picture: Rgb, texts: Iterable[tuple[int, int, str]], *, most_chars: int) -> Rgb:
    """The picture with texts written on it: x and y of the upper left corner in pixels, and one
    line that is cut after so many characters. A letter is about 6 pixels wide, a line 14 high."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    height, width = picture.shape[:2]
    free = {"font.family": _families(), "figure.constrained_layout.use": False}
    with _style_lock, mpl.rc_context(_STYLE | free):
        size = (width + 0.5) / _LETTER_DPI, (height + 0.5) / _LETTER_DPI
        figure = Figure(figsize=size, dpi=_LETTER_DPI)
        canvas: Any = FigureCanvasAgg(figure)
        for x, y, text in texts:
            place = x / width, 1 - y / height
            figure.text(*place, plain(text, most_chars), fontsize=_LETTER_PT, va="top")
        canvas.draw()
        return np.asarray(np.minimum(picture, np.asarray(canvas.buffer_rgba())[..., :3]))


def plain(text: str, most_chars: int = _LABEL_CHARS) -> str:
    """`text` as a label: one line, cut after so many characters, a box for each that no installed
    font can draw.

    >>> plain("two\\nlines")
    'two□lines'
    """
    known = _glyphs()
    line = "".join(char if ord(char) in known and char.isprintable() else "□" for char in text)
    return line if len(line) <= most_chars else line[: most_chars - 1] + "…"


def _png(canvas: Any, dpi: int, colours: int) -> bytes:
    canvas.figure.set_dpi(dpi)
    canvas.draw()
    buffer = BytesIO()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    pixels.quantize(colours, Image.Quantize.MAXCOVERAGE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@cache
def _families() -> list[str]:
    from matplotlib import font_manager

    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return [family for family in _FAMILIES if family in installed]


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    fonts = [FT2Font(font_manager.findfont(family)) for family in _families()]
    return frozenset[int]().union(*(font.get_charmap() for font in fonts))
