"""What holds at one moment: the last run with every decision in the ledger laid over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from curation.ledger.decisions import subject
from curation.ledger.entries import Entry, human_decisions, in_force
from curation.review.run import Run
from curation.verdicts import conflicts, human
from curation.verdicts.conservation import OUTCOMES

_CHANGING = ["label", "outcome", "stage", "reason", "medium", "explanation", "decided_by"]


@dataclass(frozen=True)
class State:
    """A run, the entries of the ledger in order, and `decisions`, the DECISIONS that they give."""

    run: Run
    entries: Sequence[Entry]
    decisions: pd.DataFrame

    @classmethod
    def of(cls, run: Run, entries: Sequence[Entry]) -> State:
        """Everything computed anew."""
        return cls(run, entries, _holding(run.machine, run.duplicates, human_decisions(entries)))

    def after(self, entries: Sequence[Entry]) -> State:
        """With these entries; where they go on from those known, only the groups that they touch are computed again."""
        if entries[: len(self.entries)] != self.entries:
            return State.of(self.run, entries)
        touched = self.groups(entry.image_id for entry in entries[len(self.entries) :])
        files = self.run.files_of(touched)
        own = self.run.duplicates[self.run.duplicates["group"].isin(touched)]
        heard = human_decisions(entries)
        part = _holding(self.run.machine.iloc[files], own, heard[heard["image_id"].isin(own["image_id"])])
        decisions = self.decisions.copy()
        decisions.loc[files, _CHANGING] = part[_CHANGING].set_axis(files)
        return State(self.run, entries, decisions)

    @property
    def last(self) -> int:
        """The number of the last entry, 0 for none."""
        return self.entries[-1].entry if self.entries else 0

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many files there are, how many of each outcome, and how many decisions wait for the next run."""
        counts = self.decisions["outcome"].value_counts()
        outcomes = {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES}
        return {"found": len(self.run), **outcomes, "waiting": len(self.waiting)}

    @cached_property
    def standing(self) -> dict[int, list[Entry]]:
        """The entries in force by the group that they speak of, in order."""
        found: dict[int, list[Entry]] = {}
        for entry in in_force(self.entries):
            if entry.image_id in self.run.group_of:
                found.setdefault(self.run.group_of[entry.image_id], []).append(entry)
        return found

    @cached_property
    def waiting(self) -> frozenset[tuple[str, ...]]:
        """The subjects on which something was decided, or taken back, that the run has not heard."""
        heard = {(row["image_id"], row["action"], row["value"]) for row in self.run.heard.to_dict("records")}
        now = {entry[3:6] for some in self.standing.values() for entry in some}
        return frozenset(subject(*one) for one in heard ^ now if one[0] in self.run.group_of)

    @cached_property
    def changed(self) -> frozenset[int]:
        """The groups that something was decided on since the run."""
        return frozenset(self.groups(image_id for image_id, *_ in self.waiting))

    @cached_property
    def classes(self) -> list[str]:
        """Every class that a file has, or was filed under."""
        return sorted({*self.run.machine["label"], *self.decisions["label"]})

    def waits(self, entry: Entry) -> bool:
        """Whether the run has not heard this decision."""
        return entry.subject() in self.waiting

    def groups(self, image_ids: Iterable[str]) -> set[int]:
        """The groups of those of these pictures that the run knows."""
        return {self.run.group_of[image_id] for image_id in image_ids if image_id in self.run.group_of}


def _holding(machine: pd.DataFrame, duplicates: pd.DataFrame, heard: pd.DataFrame) -> pd.DataFrame:
    return conflicts.hold(human.apply(machine, duplicates, heard), duplicates, heard)
