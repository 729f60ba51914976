"""What all HTML pages share: escaped templates, and how values read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from inksift.curation.drawing.contact_sheet import data_uri
from inksift.curation.drawing.words import outcome_in_words, reason_of_one

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Figure:
    """A plot: its caption, what it shows in words, its address, and whether it takes a whole
    row."""

    caption: str
    alt: str
    uri: str
    wide: bool = False


def figure(caption: str, alt: str, png: bytes, *, wide: bool = False) -> Figure:
    """A plot that travels inside the page."""
    return Figure(caption, alt, data_uri(png, "image/png"), wide)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, for a template."""
    return [_named(row) for row in frame.to_dict("records")]


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def capped(frame: pd.DataFrame, most: int) -> dict[str, Any]:
    """The first `most` rows of a frame for a template, and how many more there are."""
    return {"rows": records(frame.head(most)), "more": max(0, len(frame) - most)}


def printable(value: object) -> object:
    """Text with every control, surrogate and direction-changing character written out; anything
    else as it is.

    >>> printable("a\\u202egpj")
    'a\\\\u202egpj'
    """
    made_by_template = hasattr(value, "__html__")
    if not isinstance(value, str) or made_by_template or value.isprintable():
        return value
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in value)


def environment(*folders: Path) -> jinja2.Environment:
    """Templates in the folders, the first one first, then the shared ones: all escaped, with
    filters for values."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, _TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "count": _count,
        "percent": _percent,
        "score": _score,
        "signed": _signed,
        "chance": chance,
    }
    templates.filters |= {"points": _points, "seconds": _seconds}
    templates.filters |= {"outcome": outcome_in_words, "reason": reason_of_one}
    return templates


def _count(value: int) -> str:
    return f"{value:,}"


def _percent(value: float) -> str:
    return f"{value:.1%}"


def _score(value: object) -> str:
    """Three decimals of a number that is not whole, a dash for none, text as it is."""
    if value is None or value != value:
        return "\u2013"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _signed(value: float) -> str:
    """Two decimals and a sign: a true minus, which screen readers say."""
    return f"{value:+.2f}".replace("-", "\u2212")


def chance(probability: float) -> str:
    """Two decimals, never rounded to certainty."""
    if 0.005 <= probability < 0.995:
        return f"{probability:.2f}"
    return "below 0.01" if probability < 0.5 else "above 0.99"


def _points(share: float) -> str:
    """Hundredths, with a sign."""
    return f"{100 * share:+.1f}".replace("-", "\u2212")


def _seconds(value: float | None) -> str:
    """Whole seconds, a dash where nobody knows."""
    return "\u2013" if value is None else f"{round(value):,}".replace("-", "\u2212")
