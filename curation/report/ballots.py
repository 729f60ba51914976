"""How one picture was voted on: its largest votes as signed bars, left for an illustration, right
for a photograph."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from inksift.curation.verdict.medium.votes import PARTS, Floats

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


class Ballots:
    """The ballots of a VOTES frame, all bars to one scale: the longest is that of its loudest
    vote."""

    def __init__(self, votes: pd.DataFrame) -> None:
        self._rows = votes.set_index("image_id")
        parts = votes[list(PARTS)]
        self._longest = float(parts.abs().to_numpy().max(initial=0.0)) or 1.0

    def of(self, image_ids: pd.Series) -> dict[str, Ballot]:
        """The ballot of each of these pictures that was voted on."""
        places = self._rows.index.get_indexer(pd.Index(image_ids.unique()))
        rows = self._rows.iloc[places[places >= 0]]
        log_odds, votes = rows["log_odds"].tolist(), rows[list(PARTS)].to_numpy()
        made = zip(map(str, rows.index), log_odds, votes, strict=True)
        return {image_id: self._ballot(total, row) for image_id, total, row in made}

    def _ballot(self, log_odds: float, votes: Floats) -> Ballot:
        bars = [_bar(name, value, self._longest) for name, value in _largest(votes)]
        return Ballot(log_odds, bars)


def _largest(votes: Floats) -> list[tuple[str, float]]:
    """Name and value of the largest votes, the sum of the rest last; silent ones left out."""
    told = zip(PARTS, votes.tolist(), strict=True)
    ordered = sorted(((name, value) for name, value in told if value), key=lambda one: -abs(one[1]))
    named = [(readable(name), value) for name, value in ordered[:MOST_VOTES]]
    rest = [value for _, value in ordered[MOST_VOTES:]]
    return [*named, (OTHERS, sum(rest))] if rest else named


def _bar(name: str, value: float, longest: float) -> Bar:
    # the sum of the others may be larger than any vote
    width = 50 * min(abs(value) / longest, 1.0)
    return Bar(name, value, round(50 - width if value < 0 else 50.0, 1), round(width, 1))
