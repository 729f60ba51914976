"""How one picture was voted on: its largest votes as signed bars, left for an illustration, right
for a photograph."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import NamedTuple

import pandas as pd

from inksift.curation.verdict.medium.votes import PARTS

MOST_VOTES = 4
"""Votes with a bar of their own; the others are added up."""

OTHERS = "others"

_NAMES = {
    "base": "an average picture",
    "content": "what it shows",
    "objects": "object count",
    "cluster_noise": "in no cluster",
    "neighbours": "near pictures of this folder",
    "prior": "share of photographs in this folder",
}


class Bar(NamedTuple):
    """One vote in log-odds, and where its bar starts and how wide it is, in percent of the room for
    all bars."""

    name: str
    value: float
    start: float
    width: float


class Ballot(NamedTuple):
    """The log-odds of a picture's being a photograph, and the bars that sum to it, the largest
    first."""

    log_odds: float
    bars: list[Bar]


def readable(part: str) -> str:
    """The name of a voter, or of another part of a log-odds, for people.

    >>> readable("objects"), readable("flat_area")
    ('object count', 'flat area')
    """
    return _NAMES.get(part, part.replace("_", " "))


def ballots(votes: pd.DataFrame, image_ids: Collection[str]) -> dict[str, Ballot]:
    """The ballot of each of `image_ids` that has a row in the VOTES frame; all bars are to one
    scale."""
    rows = votes[votes["image_id"].isin(image_ids)].set_index("image_id")
    largest = {str(image_id): _largest(row) for image_id, row in rows[list(PARTS)].iterrows()}
    every = chain.from_iterable(largest.values())
    longest = max((abs(value) for _, value in every), default=0.0) or 1.0
    drawn: dict[str, Ballot] = {}
    for image_id, row in largest.items():
        bars = [_bar(name, value, longest) for name, value in row]
        drawn[image_id] = Ballot(float(rows["log_odds"][image_id]), bars)
    return drawn


def _largest(parts: pd.Series) -> list[tuple[str, float]]:
    """Name and value of the largest votes, the sum of the rest last; silent ones left out."""
    ordered = sorted(
        ((str(name), float(value)) for name, value in parts.items() if value),
        key=lambda one: -abs(one[1]),
    )
    votes = [(readable(name), value) for name, value in ordered[:MOST_VOTES]]
    rest = [value for _, value in ordered[MOST_VOTES:]]
    return [*votes, (OTHERS, sum(rest))] if rest else votes


def _bar(name: str, value: float, longest: float) -> Bar:
    width = 50 * abs(value) / longest
    return Bar(name, value, round(50 - width if value < 0 else 50.0, 1), round(width, 1))
