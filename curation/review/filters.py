"""Which files a person wants to see, said in the query of an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
import pandas as pd
from starlette.datastructures import QueryParams

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.base.relations import DUPLICATE, SAME_BYTES, SAME_PIXELS
from inksift.curation.review.state import State
from inksift.curation.verdict.conservation import DECIDERS, OUTCOMES

USUAL = ("review", "rejected")
"""The outcomes shown where neither an outcome, a tag nor a part of a path is asked for."""

RELATIONS = {SAME_BYTES: "same bytes", SAME_PIXELS: "same pixels", DUPLICATE: "found by comparing"}
"""How a copy is related to the file that is kept, in words."""

ANY_MARK = "any"
"""What asks for files with any AI mark."""

PER_PAGE = 60
"""Pictures on a page."""


@dataclass(frozen=True)
class Filters:
    """All that a file has to be; "" and None ask for nothing. `low` and `high` bound the
    probability of a photograph, which copies and unreadable files do not have; `asked` are the
    outcomes that were asked for by name."""

    asked: tuple[str, ...] = ()
    reason: str = ""
    label: str = ""
    low: float | None = None
    high: float | None = None
    decided_by: str = ""
    changed: bool = False
    text: str = ""
    relation: str = ""
    mark: str = ""
    tag: str = ""

    @classmethod
    def of(cls, query: QueryParams) -> Filters:
        """The filters in a query; what makes no sense asks for nothing."""
        asked, mark = query.getlist("outcome"), query.get("mark", "")
        return cls(
            asked=tuple(outcome for outcome in OUTCOMES if outcome in asked),
            reason=query.get("reason", ""),
            label=query.get("label", ""),
            low=_chance(query.get("low", "")),
            high=_chance(query.get("high", "")),
            decided_by=query.get("by", "") if query.get("by") in DECIDERS else "",
            changed=query.get("changed") == "yes",
            text=query.get("text", "").strip(),
            relation=query.get("relation", "") if query.get("relation") in RELATIONS else "",
            mark=mark if mark in (ANY_MARK, *AI_MARKS) else "",
            tag=query.get("tag", ""),
        )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Those let through: whoever asks for a name or a tag wants it wherever it went."""
        return self.asked or (OUTCOMES if self.text or self.tag else USUAL)

    @property
    def query(self) -> str:
        """These filters as a query."""
        pairs: list[tuple[str, object]] = [("outcome", outcome) for outcome in self.asked]
        given = {"reason": self.reason, "label": self.label, "low": self.low, "high": self.high}
        given |= {
            "by": self.decided_by,
            "changed": "yes" if self.changed else "",
            "text": self.text,
        }
        given |= {"relation": self.relation, "mark": self.mark, "tag": self.tag}
        return urlencode(
            [*pairs, *((name, value) for name, value in given.items() if value not in ("", None))]
        )

    def page_of(self, state: State, file: int) -> str:
        """The address of the page of a file, which names the run that numbered it."""
        return f"/files/{file}?run={state.run.name}{'&' if self.query else ''}{self.query}"

    def address(self, name: str, value: object, page: str = "/") -> str:
        """The address of a page of pictures, with one more parameter."""
        return f"{page}?{self.query}{'&' if self.query else ''}{urlencode({name: value})}"

    @property
    def narrowed(self) -> bool:
        """Whether more is asked for than outcomes."""
        return self != Filters(self.asked)

    def chosen(self, state: State) -> list[int]:
        """The files that these filters let through, in the order of the run."""
        rows = state.decisions
        wanted = rows["outcome"].isin(self.outcomes)
        for column, value in (
            ("reason", self.reason),
            ("label", self.label),
            ("decided_by", self.decided_by),
        ):
            wanted &= (rows[column] == value) if value else True
        if self.low is not None or self.high is not None:
            own = rows["p_photo"].where(rows["duplicate_of"] == "")
            wanted &= own.between(self.low or 0.0, 1.0 if self.high is None else self.high)
        if self.changed:
            wanted &= pd.Series(state.run.groups).isin(state.changed)
        if self.relation:
            wanted &= pd.Series(state.run.relations) == self.relation
        if self.mark:
            marks = pd.Series(state.run.marks)
            wanted &= marks != "" if self.mark == ANY_MARK else marks == self.mark
        if self.tag:
            tagged = [group for group, tags in state.tags_of.items() if self.tag in tags]
            wanted &= pd.Series(state.run.groups).isin(tagged)
        if self.text:
            wanted &= rows["path"].str.casefold().str.contains(self.text.casefold(), regex=False)
        order = state.run.order
        return [int(file) for file in order[wanted.to_numpy(np.bool_)[order]]]


class Window(NamedTuple):
    """One page of files: `first` is the place of its first one among `total`, from 1; the files
    that the page before and the next one begin with, None for no such page."""

    files: Sequence[int]
    first: int
    total: int
    before: int | None
    after: int | None


def window(chosen: Sequence[int], start: int) -> Window:
    """The page that begins at the place `start`, from 0.

    >>> window([4, 2, 9], 1)
    Window(files=[2, 9], first=2, total=3, before=4, after=None)
    """
    end = start + PER_PAGE
    return Window(
        files=chosen[start:end],
        first=start + 1,
        total=len(chosen),
        before=chosen[max(0, start - PER_PAGE)] if start else None,
        after=chosen[end] if end < len(chosen) else None,
    )


def start_at(chosen: Sequence[int], state: State, file: str) -> int:
    """The place of a file among those chosen, or where it would be had it been; 0 for none.

    Files that were decided on and let through no longer so move none of the others to another page.
    """
    if not (file.isascii() and file.isdigit() and len(file) < 10 and int(file) < len(state.run)):
        return 0
    ranks = state.run.rank[list(chosen)]
    place = int(np.searchsorted(ranks, state.run.rank[int(file)]))
    return min(place, max(len(chosen) - 1, 0))


def _chance(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value <= 1 else None
