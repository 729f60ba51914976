"""What was decided, taken back and decided again, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from curation.ledger.entries import Entry, taken_back
from curation.review.cards import path_of, said
from curation.review.state import State

PER_PAGE = 100


class Line(NamedTuple):
    """One entry in words. `undone_by` is the entry that took it back, 0 for none; `file` is None where the run does not
    know the picture."""

    entry: Entry
    when: str
    what: str
    path: str
    file: int | None
    undone_by: int


def lines(state: State, entries: Sequence[Entry]) -> list[Line]:
    """Entries of the ledger as lines, in their order."""
    undone = taken_back(state.entries)
    return [
        Line(
            entry,
            entry.at[:19].replace("T", " ") + " UTC",
            _what(state, entry),
            path_of(state, entry.image_id),
            state.run.file_of.get(entry.image_id),
            undone.get(entry.entry, 0),
        )
        for entry in entries
    ]


def history_values(state: State, before: str) -> dict[str, Any]:
    """The newest entries, or those before the one of that number."""
    end = min(int(before) - 1, state.last) if before.isascii() and before.isdigit() and len(before) < 10 else state.last
    shown = list(reversed(state.entries[max(0, end - PER_PAGE) : max(0, end)]))
    return {
        "lines": lines(state, shown),
        "older": shown[-1].entry if shown and shown[-1].entry > 1 else None,
        "newer": shown[0].entry + PER_PAGE + 1 if shown and shown[0].entry < state.last else None,
    }


def _what(state: State, entry: Entry) -> str:
    if not entry.undoes:
        return said(state, entry)
    taken = state.entries[entry.undoes - 1]
    return f"took entry {entry.undoes} back" + (f": {said(state, taken)}" if not taken.undoes else "")
