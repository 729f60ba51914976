"""What was decided, taken back and decided again, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from inksift.curation.people.ledger.entries import Entry
from inksift.curation.review.cards import path_of, said
from inksift.curation.review.filters import Filters
from inksift.curation.review.state import State

_PER_PAGE = 100
"""Entries on a page."""


class Line(NamedTuple):
    """One entry in words. `undone_by` is the entry that took it back, `replaced_by` the one that
    holds instead of it, 0 for none; `address` is that of the picture's page, "" where the run does
    not know the picture."""

    entry: Entry
    when: str
    what: str
    path: str
    address: str
    undone_by: int
    replaced_by: int


def lines(state: State, entries: Sequence[Entry]) -> list[Line]:
    """Entries of the ledger as lines, in their order."""
    return [
        Line(
            entry,
            entry.at[:19].replace("T", " ") + " UTC",
            _what(state, entry),
            path_of(state, entry.image_id),
            _address(state, entry),
            state.undone.get(entry.entry, 0),
            _replaced_by(state, entry),
        )
        for entry in entries
    ]


def history_values(state: State, before: str) -> dict[str, Any]:
    """The newest entries, or those before the one of that number."""
    end = (
        min(int(before) - 1, state.last)
        if before.isascii() and before.isdigit() and len(before) < 10
        else state.last
    )
    shown = list(reversed(state.entries[max(0, end - _PER_PAGE) : max(0, end)]))
    return {
        "lines": lines(state, shown),
        "older": shown[-1].entry if shown and shown[-1].entry > 1 else None,
        "newer": shown[0].entry + _PER_PAGE + 1 if shown and shown[0].entry < state.last else None,
    }


def _what(state: State, entry: Entry) -> str:
    if not entry.undoes:
        return said(state, entry)
    taken = state.entries[entry.undoes - 1]
    return f"took entry {entry.undoes} back" + (
        f": {said(state, taken)}" if not taken.undoes else ""
    )


def _address(state: State, entry: Entry) -> str:
    file = state.run.file_of.get(entry.image_id)
    return "" if file is None else Filters().page_of(state, file)


def _replaced_by(state: State, entry: Entry) -> int:
    word = state.words.get(state.matter(entry))
    passed = word and word != entry and not entry.undoes and entry.entry not in state.undone
    return word.entry if word and passed else 0
