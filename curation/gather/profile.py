"""What a folder holds: counts per class, sizes, formats, what cannot be read, and what the run made
of it."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from inksift.curation.base.tables import DECISIONS, IMAGES, Table

PROFILE = Table(
    "profile",
    {
        "label": "str",
        "files": "int64",
        "readable": "int64",
        "unreadable": "int64",
        "distinct": "int64",
    },
    key=("label",),
)
"""One row per class, the largest first. `distinct` counts readable files with different bytes
within the class."""

SIZE_QUANTILES = Table(
    "sizes",
    {
        "quantity": "str",
        "min": "float64",
        "p5": "float64",
        "p25": "float64",
        "median": "float64",
        "p75": "float64",
        "p95": "float64",
        "max": "float64",
    },
    key=("quantity",),
)
"""Quantiles over readable files of "width" and "height" (pixels), "aspect" (width over height) and
"size_bytes"."""

FORMATS = Table("formats", {"format": "str", "files": "int64"}, key=("format",))
"""Readable files per format, the most frequent first."""

UNREADABLE = Table("unreadable", {"reason": "str", "files": "int64"}, key=("reason",))
"""Unreadable files per reason, the most frequent first."""

BEFORE_AFTER = Table(
    "before_and_after",
    {"label": "str", "found": "int64", "kept": "int64", "review": "int64", "rejected": "int64"},
    key=("label",),
)
"""One row per class, the largest first; found = kept + review + rejected."""

VERSION = 1
"""Raised whenever the same folder may have another profile."""

_QUANTILES = {
    "min": 0.0,
    "p5": 0.05,
    "p25": 0.25,
    "median": 0.5,
    "p75": 0.75,
    "p95": 0.95,
    "max": 1.0,
}


class Profile(NamedTuple):
    """`classes` is a PROFILE frame, `sizes`, `formats` and `unreadable` are frames of the contracts
    so named."""

    classes: pd.DataFrame
    sizes: pd.DataFrame
    formats: pd.DataFrame
    unreadable: pd.DataFrame
    imbalance: float


def profile(images: pd.DataFrame) -> Profile:
    """The shape of what was found. `imbalance` is over readable files."""
    files = IMAGES.check(images)
    readable = files[files["readable"]]
    classes = _classes(files)
    return Profile(
        classes,
        _sizes(readable),
        FORMATS.check(_counts(readable["format"], "format")),
        UNREADABLE.check(_counts(files.loc[~files["readable"], "error"], "reason")),
        imbalance(classes["readable"]),
    )


def before_and_after(decisions: pd.DataFrame) -> pd.DataFrame:
    """BEFORE_AFTER of a run: how many files of each class were found, and what became of them."""
    files = DECISIONS.check(decisions)
    outcomes = {name: files["outcome"] == name for name in ("kept", "review", "rejected")}
    return BEFORE_AFTER.check(_per_class(files["label"], outcomes, "found"))


def imbalance(counts: pd.Series) -> float:
    """The largest count over the smallest that is not zero; 0 where there is none.

    >>> imbalance(pd.Series([60, 2, 0]))
    30.0
    """
    positive = counts[counts > 0]
    return float(positive.max() / positive.min()) if len(positive) else 0.0


def _classes(files: pd.DataFrame) -> pd.DataFrame:
    readable = files["readable"]
    repeated = files.duplicated(["label", "image_id", "readable"])
    marks = {"readable": readable, "unreadable": ~readable, "distinct": readable & ~repeated}
    return PROFILE.check(_per_class(files["label"], marks, "files"))


def _per_class(labels: pd.Series, marks: dict[str, pd.Series], total: str) -> pd.DataFrame:
    """Files per class in all (`total`) and per mark, the largest class first, equals by name."""
    marked = pd.DataFrame({total: 1, **marks}, index=labels.index).astype("int64")
    table = marked.groupby(labels).sum().reset_index()
    return table.sort_values([total, "label"], ascending=[False, True], ignore_index=True)


def _sizes(readable: pd.DataFrame) -> pd.DataFrame:
    if readable.empty:
        return SIZE_QUANTILES.frame([])
    quantities = {
        "width": readable["width"],
        "height": readable["height"],
        "aspect": readable["width"] / readable["height"],
        "size_bytes": readable["size_bytes"],
    }
    rows = [_quantiles(name, values) for name, values in quantities.items()]
    return SIZE_QUANTILES.frame(rows)


def _quantiles(name: str, values: pd.Series) -> dict[str, object]:
    found = {label: float(values.quantile(at)) for label, at in _QUANTILES.items()}
    return {"quantity": name, **found}


def _counts(values: pd.Series, name: str) -> pd.DataFrame:
    counted = values.groupby(values).size().rename("files").rename_axis(name).reset_index()
    return counted.sort_values(["files", name], ascending=[False, True], ignore_index=True)
