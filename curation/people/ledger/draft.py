"""Entries in the making, on top of all that the ledger knows of the same pictures."""

from __future__ import annotations

import reprlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from inksift.curation.people.ledger.decisions import Decision, subject
from inksift.curation.people.ledger.entries import (
    Entry,
    LedgerConflict,
    in_force,
    last_word,
    taken_back,
)

_Subject = tuple[str, ...]
Copies = Mapping[str, Collection[str]]
"""The image_ids of all copies of a picture, its own too, by image_id."""


class Draft:
    """The `new` entries of one writing, in order; `known` are all earlier ones on the pictures that
    it touches and on their `copies`."""

    def __init__(
        self, known: Iterable[Entry], *, copies: Copies, last: int, at: str, who: str
    ) -> None:
        self.new: list[Entry] = []
        self._copies, self._last, self._at, self._who = copies, last, at, who
        self._known: defaultdict[_Subject, list[Entry]] = defaultdict(list)
        for entry in known:
            self._known[entry.subject()].append(entry)

    def overtaken(self, decision: Decision, seen: int) -> list[Entry]:
        """The entries after `seen` on the same action of any copy, where now another word holds
        than `decision`."""
        known = self._of_copies(decision)
        return (
            []
            if _says(last_word(in_force(known)), decision)
            else [entry for entry in known if entry.entry > seen]
        )

    def decide(self, decision: Decision) -> int:
        """The entry that makes `decision` hold: the one in force where it says so already, and no
        later word on a copy says otherwise; else a new one."""
        about = _about(decision)
        standing = in_force(self._known[about])
        holds = _says(last_word(in_force(self._of_copies(decision))), decision)
        if holds and standing and standing[0].value == decision.value:
            return standing[0].entry
        return self._add(about, self._next(decision, old=_value(standing)))

    def undo(self, target: Entry, note: str) -> int:
        """The new entry that takes `target` back; LedgerConflict when it is taken back already."""
        about = target.subject()
        known = self._known[about]
        by = taken_back(known).get(target.entry)
        if by:
            raise LedgerConflict(
                f"entry {target.entry} is taken back already, by entry {by}: undo {by} to bring it "
                "back",
                [entry for entry in known if entry.entry == by],
            )
        decision = Decision(target.image_id, target.action, "", note)
        undo = self._next(decision, old=_value(known))._replace(undoes=target.entry)
        return self._add(about, undo._replace(value=_value([*known, undo])))

    def _of_copies(self, decision: Decision) -> list[Entry]:
        """The entries on the same action of any copy, in order; `different` is each copy's own."""
        if decision.action == "different":
            return self._known[_about(decision)]
        copies = {decision.image_id, *self._copies.get(decision.image_id, ())}
        known = (self._known[_about(decision._replace(image_id=one))] for one in copies)
        return sorted(chain.from_iterable(known))

    def _next(self, decision: Decision, old: str) -> Entry:
        image_id, action, value, note = decision
        return Entry(
            self._last + 1, self._at, self._who, image_id, action, value, old, note, undoes=0
        )

    def _add(self, about: _Subject, entry: Entry) -> int:
        self.new.append(entry)
        self._known[about].append(entry)
        self._last = entry.entry
        return entry.entry


def conflict(entries: Iterable[Entry]) -> LedgerConflict:
    """The refusal of decisions that these entries, each once and in order, have overtaken."""
    theirs = sorted(set(entries))
    last = theirs[-1]
    told = f"{reprlib.repr(last.who)} {_did(last)} meanwhile (entry {last.entry})"
    return LedgerConflict(f"{told}: nothing was recorded; look at it, then decide again", theirs)


def _did(entry: Entry) -> str:
    if entry.action == "tag":
        tag = reprlib.repr(entry.value or entry.old)
        return f"gave the tag {tag}" if entry.value else f"took the tag {tag} off"
    if not entry.value:
        return f"made {entry.action} undecided again"
    return (
        "chose another copy"
        if entry.action == "copy"
        else f"made {entry.action} {reprlib.repr(entry.value)}"
    )


def _says(word: Entry | None, decision: Decision) -> bool:
    """Whether a word that holds for all copies is what `decision` asks for; of copies only one can
    stay."""
    if word is None or word.value != decision.value:
        return False
    return decision.action != "copy" or word.image_id == decision.image_id


def _about(decision: Decision) -> _Subject:
    return subject(decision.image_id, decision.action, decision.value)


def _value(entries: list[Entry]) -> str:
    """The value in force, of entries on one subject."""
    return next((entry.value for entry in in_force(entries)), "")
