"""The figures of FIGURES as sections of a page."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from inksift.curation.drawing.contact_sheet import data_uri
from inksift.curation.drawing.templating import records
from inksift.curation.training.explain.figures import FIGURES

_MIMES = {"picture": "image/jpeg", "plot": "image/png"}
_SECTIONS = {
    "mistakes": (
        "The most confident mistakes",
        "Each test picture as the network sees it, beside the heat for the class that it was taken "
        "for: the brighter "
        "a place, the more it spoke for that class.",
    ),
    "heat": (
        "Where the network looks",
        "For every class, the test pictures that are rightly known with the highest confidence, "
        "or, where none is, the "
        "most confident mistakes about it. Beside each is its heat for the class, the brighter the "
        "more.",
    ),
    "early": (
        "What an early layer responds to",
        "For the most active channels, the test pictures that excite them most, beside what in "
        "them does, by guided "
        "backpropagation (Springenberg et al. 2015): a colour where more of it would excite the "
        "channel more, grey "
        "where nothing would.",
    ),
    "late": (
        "What a late layer responds to",
        "The same for a late layer, which sees larger parts of a picture.",
    ),
    "tsne": (
        "How layers sort the test pictures",
        "Points by t-SNE, near each other where the layer makes much the same of two pictures. "
        "Every class has a "
        "colour; where there are more classes than colours, these come again with another marker. "
        "Distances between "
        "groups, and axes, mean nothing. How often the nearest neighbour is of the same class is "
        "counted in the layer "
        "itself, not among the points.",
    ),
}


@dataclass(frozen=True)
class Explained:
    """A section: the name of its place on the page, its heading, what it shows, what there is to
    say of it, and its figures by heading."""

    key: str
    heading: str
    words: str
    sentences: list[str]
    groups: dict[str, list[dict[str, object]]]


def explained(figures: pd.DataFrame) -> list[Explained]:
    """The sections that a FIGURES frame has something for, in the order of reading."""
    figures = FIGURES.check(figures)
    parts = ((key, figures[figures["section"] == key]) for key in _SECTIONS)
    return [_section(key, rows) for key, rows in parts if len(rows)]


def _section(key: str, rows: pd.DataFrame) -> Explained:
    said = rows.loc[rows["kind"] == "sentence", "caption"].tolist()
    shown = rows[rows["kind"] != "sentence"]
    groups = {str(heading): _shown(part) for heading, part in shown.groupby("heading", sort=False)}
    return Explained(key, *_SECTIONS[key], said, groups)


def _shown(rows: pd.DataFrame) -> list[dict[str, object]]:
    return [
        row
        | {"lines": row["caption"].split("\n"), "uri": data_uri(row["data"], _MIMES[row["kind"]])}
        for row in records(rows)
    ]
