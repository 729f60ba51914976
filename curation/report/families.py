"""Families of variants as strips: their pictures in the order of their paths, what became of each,
and where it was changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from posixpath import commonpath, dirname
from typing import Any, NamedTuple

import pandas as pd

from inksift.curation.drawing.outlines import Outline, changed_in_words, outlines
from inksift.curation.drawing.words import outcome_in_words
from inksift.curation.verdict.conservation import OUTCOMES

STRIP = 3
"""Variants from which a family is shown as a strip, and not as a pair."""


class Side(NamedTuple):
    """A row of KEPT_APART seen from one of its ends: the path at the other end, and the changed
    `places` in each of the two."""

    other: str
    relation: str
    transform: str
    similarity: float
    places: str
    other_places: str


@dataclass(frozen=True)
class FamilyMember:
    """One file of a family. `name` is its path within the folder of the family; `boxes` are around
    what changed in it, `changed` says how much, and `against` as against which of the others, ""
    where that is not known."""

    path: str
    name: str
    image_id: str
    outcome: str
    reason: str
    thumbnail: str
    best: bool
    boxes: Sequence[Outline] = ()
    changed: str = ""
    against: str = ""


@dataclass(frozen=True)
class Family:
    """Variants in the order of their paths, in `folder` ("" for none in common); `more` is how many
    further ones are not shown, and `counts` how many there are of each outcome."""

    number: int
    folder: str
    variants: Sequence[FamilyMember]
    counts: Mapping[str, int] = field(default_factory=dict)
    more: int = 0

    @property
    def size(self) -> int:
        """How many variants there are in all."""
        return len(self.variants) + self.more

    @property
    def outcomes(self) -> str:
        """How many are kept, for review and rejected, in words."""
        told = [(outcome, self.counts.get(outcome, 0)) for outcome in OUTCOMES]
        return ", ".join(f"{count:,} {outcome_in_words(name)}" for name, count in told if count)


def sides(apart: pd.DataFrame) -> dict[str, list[Side]]:
    """The rows of KEPT_APART by the path of either end, in their order."""
    found: dict[str, list[Side]] = {}
    for row in apart.to_dict("records"):
        here, there = row["path"], row["other_path"]
        told = (row["relation"], row["transform"], row["similarity"])
        one, other = row["places"], row["other_places"]
        found.setdefault(here, []).append(Side(there, *told, one, other))
        found.setdefault(there, []).append(Side(here, *told, other, one))
    return found


def family_of(
    number: int,
    members: pd.DataFrame,
    ties: Mapping[str, Sequence[Side]],
    address: Callable[[str], str],
    *,
    most: int | None = None,
) -> Family:
    """The family of that number; `members` are its rows of FAMILIES, in the order of their paths,
    with those of DECISIONS on each, `address` gives the place of the thumbnail of an image_id, and
    at most `most` are shown."""
    folder = _folder(members["path"].tolist())
    best = str(members.sort_values("rank")["path"].iat[0])
    beside = _beside(members["path"].tolist(), best)
    shown = []
    rows: list[dict[Any, Any]] = members.to_dict("records")
    for row in rows[:most]:
        told = _changes(ties.get(row["path"], ()), beside[row["path"]])
        shown.append(_variant(row, folder, address, **told))
    counts = {str(name): count for name, count in members["outcome"].value_counts().items()}
    return Family(number, folder, shown, counts, len(members) - len(shown))


def _beside(paths: Sequence[str], best: str) -> dict[str, Mapping[str, str]]:
    """What each variant is shown against, by path, in words: the best one, or else the one before
    it; of two, each against the other, which needs no word."""
    if len(paths) < STRIP:
        return {path: dict.fromkeys(paths, "") for path in paths}
    told = {path: {best: "the best"} for path in paths}
    for before, path in pairwise(paths):
        told[path].setdefault(before, "the one before")
    return {**told, best: {}}


def _changes(ties: Sequence[Side], beside: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a FamilyMember on what changed, as against the first of those beside it with
    which it was compared and places are known."""
    known = {side.other: side for side in ties if side.places}
    other = next((path for path in beside if path in known), None)
    if other is None:
        return {}
    places = known[other].places
    return {
        "boxes": outlines(places),
        "changed": changed_in_words(places),
        "against": beside[other],
    }


def _variant(
    row: Mapping[Any, Any], folder: str, address: Callable[[str], str], **told: Any
) -> FamilyMember:
    return FamilyMember(
        path=row["path"],
        name=row["path"].removeprefix(folder),
        image_id=row["image_id"],
        outcome=row["outcome"],
        reason=row["reason"],
        thumbnail=address(row["image_id"]),
        best=row["rank"] == 0,
        **told,
    )


def _folder(paths: Sequence[str]) -> str:
    """The folder that all of the paths lie in, with a slash at its end; "" for none.

    >>> _folder(["cat/walk/01.png", "cat/walk/02.png"]), _folder(["cat/1.png", "2.png"])
    ('cat/walk/', '')
    """
    folder = commonpath([dirname(path) for path in paths]) if paths else ""
    return f"{folder}/" if folder else ""
