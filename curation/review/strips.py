"""The page of variants: families as strips, with one decision for the whole strip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from starlette.datastructures import QueryParams

from inksift.curation.report.families import Family, family_of
from inksift.curation.review.cards import NO_PICTURE, Card, cards, thumbnail
from inksift.curation.review.filters import Filters
from inksift.curation.review.state import State

_PER_PAGE = 12
"""Families on a page."""

_MOST_DIGITS = 9
"""Digits of a number in an address: more than there are families."""

_MOST_BESIDE = 8
"""Variants shown on the page of one of them."""


class Strip(NamedTuple):
    """A family as it is now; `cards` are those of its files, by path, and `entries` all that people
    said of whether these stay, and did not take back."""

    family: Family
    cards: Mapping[str, Card]
    entries: Sequence[int]


def strips_values(state: State, query: QueryParams) -> dict[str, Any]:
    """The families on a page: from the place `start` on, or the one that `family` names.

    Those with something for review come first, then the largest, as the machine alone decided: no
    decision moves them."""
    order = _order(state)
    asked, start = _number(query.get("family", "")), _number(query.get("start", "")) or 0
    shown = [asked] if asked in order else order[start : start + _PER_PAGE]
    end = start + len(shown)
    alone = asked in order
    return {
        "strips": [_strip(state, number) for number in shown],
        "total": len(order),
        "first": order.index(shown[0]) + 1 if shown else 0,
        "before": max(0, start - _PER_PAGE) if start and not alone else None,
        "after": end if end < len(order) and not alone else None,
        "filters": Filters(),
    }


def variants_beside(state: State, file: int) -> dict[str, Any]:
    """For the page of a kept file: the number and the size of its family, None and 0 for none, and
    the most similar of those that it is a variant of, each as a family of the two."""
    relatives, path = state.run.relatives, state.run.path(file)
    number = relatives.family_of.get(path)
    others = [side.other for side in relatives.ties.get(path, ())][:_MOST_BESIDE]
    pairs = [pd.DataFrame({"path": [path, other], "rank": [0, 1]}) for other in others]
    return {
        "family": number,
        "family_size": 0 if number is None else len(relatives.members[number]),
        "variants": [_family(state, 0, pair) for pair in pairs],
    }


def _order(state: State) -> list[int]:
    """The numbers of all families in the order of the page."""
    alone = state.run.alone
    waiting = set(alone.loc[alone["outcome"] == "review", "path"])
    members = state.run.relatives.members
    # Stable: within both kinds the largest stay first.
    return sorted(members, key=lambda number: waiting.isdisjoint(members[number]["path"]))


def _strip(state: State, number: int) -> Strip:
    members = state.run.relatives.members[number]
    files = [state.run.file_at[path] for path in members["path"]]
    by_path = {card.tile.path: card for card in cards(state, files, thumbnail)}
    return Strip(_family(state, number, members), by_path, _said(state, files))


def _family(state: State, number: int, members: pd.DataFrame) -> Family:
    """The family with what holds now; `members` have a path and a rank."""
    files = [state.run.file_at[path] for path in members["path"]]
    rows = state.decisions.iloc[files][["image_id", "outcome", "reason"]]
    told = members[["path", "rank"]].reset_index(drop=True).join(rows.reset_index(drop=True))
    return family_of(number, told, state.run.relatives.ties, _address(state))


def _address(state: State) -> Callable[[str], str]:
    known = state.run.pictures
    return lambda image_id: thumbnail(image_id) if image_id in known else NO_PICTURE


def _said(state: State, files: Sequence[int]) -> list[int]:
    """The entries on the outcome of these pictures, or of copies of them, that stand: where one is
    taken back, the one before it holds again."""
    groups = {state.run.groups[file] for file in files}
    return [
        entry.entry
        for entry in state.entries
        if entry.action == "outcome"
        and not entry.undoes
        and entry.entry not in state.undone
        and state.run.group_of.get(entry.image_id) in groups
    ]


def _number(text: str) -> int | None:
    usable = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if usable else None
