"""The entries of a ledger, and which of them are in force.

An entry is taken back while some undo of it is not taken back itself: undoing the undo brings the entry back. In force
for a picture and an action is the last entry on them that is neither an undo nor taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from curation.errors import LedgerError
from curation.ledger.decisions import Decision
from curation.tables import Table

LEDGER = Table(
    "ledger",
    {
        "entry": "int64",
        "at": "str",
        "who": "str",
        "image_id": "str",
        "action": "str",
        "value": "str",
        "old": "str",
        "note": "str",
        "undoes": "int64",
    },
    key=("entry",),
)
"""One row per entry, numbered from 1 without a gap. `at` is UTC, ISO 8601 with microseconds; `value` is in force after
the entry and `old` was before it, "" for none; `undoes` is the entry that an undo takes back, 0 for a decision."""

HUMAN_DECISIONS = Table(
    "human_decisions",
    dict.fromkeys(("image_id", "action", "value", "who", "at", "note"), "str"),
    key=("image_id", "action"),
)
"""One row per picture and action with a decision in force, ordered by both: what was decided, by whom, when and why."""


class Entry(NamedTuple):
    """One row of LEDGER."""

    entry: int
    at: str
    who: str
    image_id: str
    action: str
    value: str
    old: str
    note: str
    undoes: int


def taken_back(entries: Sequence[Entry]) -> dict[int, int]:
    """The entries that are taken back, each with an undo that does it; `entries` are in order."""
    undone: dict[int, int] = {}
    for entry in reversed(entries):
        if entry.undoes and entry.entry not in undone:
            undone[entry.undoes] = entry.entry
    return undone


def in_force(entries: Sequence[Entry]) -> list[Entry]:
    """The entries in force, at most one per picture and action, in order."""
    undone = taken_back(entries)
    standing = {
        (entry.image_id, entry.action): entry for entry in entries if not entry.undoes and entry.entry not in undone
    }
    return sorted(standing.values())


def human_decisions(entries: Sequence[Entry]) -> pd.DataFrame:
    """HUMAN_DECISIONS of a ledger with these entries."""
    ordered = sorted(in_force(entries), key=lambda entry: (entry.image_id, entry.action))
    return HUMAN_DECISIONS.frame([entry._asdict() for entry in ordered])


class Draft:
    """Entries to be appended, on top of all that the ledger knows of the same pictures."""

    def __init__(self, known: Iterable[Entry], *, last: int, at: str, who: str) -> None:
        self.new: list[Entry] = []
        self._last, self._at, self._who = last, at, who
        self._known: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in known:
            self._known[entry.image_id, entry.action].append(entry)

    def decide(self, decision: Decision) -> int:
        """The entry that makes `decision` hold: the one in force where it says so already, else a new one."""
        known = self._known[decision.image_id, decision.action]
        standing = in_force(known)
        if standing and standing[0].value == decision.value:
            return standing[0].entry
        return self._add(self._next(decision, old=_value(known)))

    def undo(self, target: Entry, note: str) -> int:
        """The new entry that takes `target` back; LedgerError when it is taken back already."""
        known = self._known[target.image_id, target.action]
        by = taken_back(known).get(target.entry)
        if by:
            raise LedgerError(f"entry {target.entry} is taken back already, by entry {by}: undo {by} to bring it back")
        decision = Decision(target.image_id, target.action, "", note)
        undo = self._next(decision, old=_value(known))._replace(undoes=target.entry)
        return self._add(undo._replace(value=_value([*known, undo])))

    def _next(self, decision: Decision, old: str) -> Entry:
        image_id, action, value, note = decision
        return Entry(self._last + 1, self._at, self._who, image_id, action, value, old, note, undoes=0)

    def _add(self, entry: Entry) -> int:
        self.new.append(entry)
        self._known[entry.image_id, entry.action].append(entry)
        self._last = entry.entry
        return entry.entry


def _value(entries: Sequence[Entry]) -> str:
    """The value in force, of entries on one picture and action."""
    return next((entry.value for entry in in_force(entries)), "")
