"""The entries of a ledger, and which of them are in force.

An entry is taken back while some undo of it is not taken back itself: undoing the undo brings the
entry back. In force on a subject (see `decisions.subject`) is the last entry on it that is neither
an undo nor taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import LedgerError
from inksift.curation.base.tables import Table
from inksift.curation.people.ledger.decisions import subject

LEDGER_ENTRIES = Table(
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
"""One row per entry, numbered from 1 without a gap. `at` is UTC, ISO 8601 with microseconds;
`value` is in force on its subject after the entry and `old` was before it, "" for none; `undoes` is
the entry that an undo takes back, 0 for a decision."""

HUMAN_DECISIONS = Table(
    "human_decisions",
    dict.fromkeys(("image_id", "action", "value", "who", "at", "note"), "str"),
    key=("image_id", "action", "value"),
)
"""One row per decision in force, ordered by the key: what was decided, by whom, when and why. A
picture that was told apart from several others has several rows of `different`, and one of `tag`
for each of its tags; of every other action it has one at most."""


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

    def subject(self) -> tuple[str, ...]:
        """What the entry is about; an undo is about what it takes back or brings back."""
        return subject(self.image_id, self.action, self.value or self.old)


class LedgerConflict(LedgerError):  # noqa: N818 - two people in conflict, more than something gone wrong
    """Somebody else decided meanwhile; `entries` are theirs, in order. Nothing was written."""

    def __init__(self, message: str, entries: Sequence[Entry]) -> None:
        super().__init__(message, entries)
        self.entries = list(entries)


def taken_back(entries: Sequence[Entry]) -> dict[int, int]:
    """The entries that are taken back, each with an undo that does it; `entries` are in order."""
    undone: dict[int, int] = {}
    for entry in reversed(entries):
        if entry.undoes and entry.entry not in undone:
            undone[entry.undoes] = entry.entry
    return undone


def in_force(entries: Sequence[Entry]) -> list[Entry]:
    """The entries in force, at most one per subject, in order."""
    undone = taken_back(entries)
    standing = {
        entry.subject(): entry
        for entry in entries
        if not entry.undoes and entry.entry not in undone
    }
    return sorted(standing.values())


def last_word(entries: Iterable[Entry]) -> Entry | None:
    """Of entries in force on one action of copies of a picture, the one that holds for all of them:
    the latest."""
    return max(entries, key=lambda entry: (entry.at, entry.image_id), default=None)


def human_decisions(entries: Sequence[Entry]) -> pd.DataFrame:
    """HUMAN_DECISIONS of a ledger with these entries."""
    ordered = sorted(
        in_force(entries), key=lambda entry: (entry.image_id, entry.action, entry.value)
    )
    return HUMAN_DECISIONS.frame([entry._asdict() for entry in ordered])


def version(decided: pd.DataFrame) -> str:
    """A short digest of HUMAN_DECISIONS."""
    return hashlib.sha256(decided.to_json(orient="values").encode()).hexdigest()[:16]
