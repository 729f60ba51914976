"""What holds at one moment: the last run with every decision in the ledger laid over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from inksift.curation.people.ledger.decisions import SEVERAL, subject
from inksift.curation.people.ledger.entries import (
    Entry,
    human_decisions,
    in_force,
    last_word,
    taken_back,
)
from inksift.curation.review.run import Run
from inksift.curation.verdict import conflicts, human, variants
from inksift.curation.verdict.conservation import OUTCOMES

Matter = tuple[object, ...]
"""What a decision is about among all copies of a picture; two on one matter replace each other."""

_CHANGING = ["label", "outcome", "stage", "reason", "medium", "explanation", "decided_by"]
_CHANGING += ["duplicate_of"]


@dataclass(frozen=True)
class State:
    """A run, the entries of the ledger in order, and `decisions`, the DECISIONS that they give;
    numbers of entries are of this `generation`, see `Ledger`."""

    run: Run
    entries: Sequence[Entry]
    decisions: pd.DataFrame
    generation: int = 0

    @classmethod
    def of(cls, run: Run, entries: Sequence[Entry]) -> State:
        """Everything computed anew."""
        if not entries:
            return cls(run, entries, run.alone)
        held = _holding(run, run.machine, run.duplicates, entries)
        return cls(run, entries, run.sharing(held))

    def after(self, entries: Sequence[Entry]) -> State:
        """With these entries; where they go on from those known, only the groups that they reach
        are computed again."""
        if entries[: len(self.entries)] != self.entries:
            return State.of(self.run, entries)
        new = entries[len(self.entries) :]
        touched = self.reached(entry.image_id for entry in new)
        files = self.run.files_of(touched)
        own = self.run.duplicates[self.run.duplicates["group"].isin(touched)]
        part = _holding(self.run, self.run.machine.iloc[files], own, entries)
        decisions = self.decisions.copy()
        decisions.loc[files, _CHANGING] = part[_CHANGING].set_axis(files)
        return State(self.run, entries, decisions)

    @property
    def last(self) -> int:
        """The number of the last entry, 0 for none."""
        return self.entries[-1].entry if self.entries else 0

    @cached_property
    def totals(self) -> dict[str, int]:
        """How many files there are, how many of each outcome, and how many decisions wait for the
        next run."""
        counts = self.decisions["outcome"].value_counts()
        outcomes = {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES}
        return {"found": len(self.run), **outcomes, "waiting": len(self.waiting)}

    @cached_property
    def undone(self) -> dict[int, int]:
        """The entries that are taken back, each with the one that did it."""
        return taken_back(self.entries)

    @cached_property
    def words(self) -> dict[Matter, Entry]:
        """The entry that holds on every matter: of those in force on any copy the latest."""
        found: dict[Matter, list[Entry]] = {}
        for entry in in_force(self.entries):
            found.setdefault(self.matter(entry), []).append(entry)
        return {matter: word for matter, entries in found.items() if (word := last_word(entries))}

    @cached_property
    def words_of(self) -> dict[int, list[Entry]]:
        """What holds for every group, one entry per action, of SEVERAL as many as there are; in
        order."""
        found: dict[int, list[Entry]] = {}
        for entry in sorted(self.words.values()):
            if entry.image_id in self.run.group_of:
                found.setdefault(self.run.group_of[entry.image_id], []).append(entry)
        return found

    @cached_property
    def tags_of(self) -> dict[int, list[str]]:
        """The tags of every group that has some, in order."""
        found: dict[int, list[str]] = {}
        for group, entries in self.words_of.items():
            tags = sorted(entry.value for entry in entries if entry.action == "tag")
            if tags:
                found[group] = tags
        return found

    @cached_property
    def tags(self) -> dict[str, int]:
        """How many files have each of the tags in use, the most frequent first."""
        counts: Counter[str] = Counter()
        for group, tags in self.tags_of.items():
            counts.update(dict.fromkeys(tags, len(self.run.files[group])))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def waiting(self) -> frozenset[tuple[str, ...]]:
        """The subjects on which something was decided, or taken back, that the run has not
        heard."""
        heard = {
            (row["image_id"], row["action"], row["value"], row["at"])
            for row in self.run.heard.to_dict("records")
        }
        now = {(*entry[3:6], entry.at) for entry in in_force(self.entries)}
        return frozenset(subject(*one[:3]) for one in heard ^ now if one[0] in self.run.group_of)

    @cached_property
    def changed(self) -> frozenset[int]:
        """The groups that something was decided on since the run."""
        return frozenset(self.groups(image_id for image_id, *_ in self.waiting))

    @cached_property
    def classes(self) -> list[str]:
        """Every class that a file has, or was filed under."""
        filed, given = self.run.machine["label"].unique(), self.decisions["label"].unique()
        return sorted({*map(str, filed), *map(str, given)})

    def matter(self, entry: Entry) -> Matter:
        """What an entry is about."""
        return self.matter_of(entry.image_id, entry.action, entry.value or entry.old)

    def matter_of(self, image_id: str, action: str, value: str) -> Matter:
        """The action and the group of the picture; the picture itself where the run does not know
        it, and where it is told apart from another. Of SEVERAL, the value too."""
        own = action == "different"
        about = image_id if own else self.run.group_of.get(image_id, image_id)
        return (about, action, value) if action in SEVERAL else (about, action)

    def waits(self, entry: Entry) -> bool:
        """Whether the run has not heard this decision."""
        return entry.subject() in self.waiting

    def groups(self, image_ids: Iterable[str]) -> set[int]:
        """The groups of those of these pictures that the run knows."""
        return {
            self.run.group_of[image_id] for image_id in image_ids if image_id in self.run.group_of
        }

    def reached(self, image_ids: Iterable[str]) -> set[int]:
        """The groups that a decision on these pictures may change."""
        return self.run.relatives.reached(self.groups(image_ids))


def _holding(
    run: Run, machine: pd.DataFrame, duplicates: pd.DataFrame, entries: Sequence[Entry]
) -> pd.DataFrame:
    """What holds of the files of `machine`, whole groups and whole families where they are
    ruled."""
    decided = human_decisions(entries)
    heard = decided[decided["image_id"].isin(duplicates["image_id"])]
    held = conflicts.hold(human.apply(machine, duplicates, heard), duplicates, heard)
    families = run.families[run.families["path"].isin(machine["path"])]
    return variants.thin(held, families, duplicates, heard)
