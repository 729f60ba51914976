"""Entries in the making, on top of all that the ledger knows of the same pictures."""

from __future__ import annotations

import reprlib
from collections import defaultdict
from collections.abc import Iterable

from curation.errors import LedgerConflict
from curation.ledger.decisions import Decision, subject
from curation.ledger.entries import Entry, in_force, taken_back

_Subject = tuple[str, ...]


class Draft:
    """The `new` entries of one writing, in order; `known` are all earlier ones on the pictures that it touches."""

    def __init__(self, known: Iterable[Entry], *, last: int, at: str, who: str) -> None:
        self.new: list[Entry] = []
        self._last, self._at, self._who = last, at, who
        self._known: defaultdict[_Subject, list[Entry]] = defaultdict(list)
        for entry in known:
            self._known[entry.subject()].append(entry)

    def overtaken(self, decision: Decision, seen: int) -> list[Entry]:
        """The entries after `seen` on the same subject, where now another value holds than `decision` asks for."""
        known = self._known[_about(decision)]
        return [] if _value(known) == decision.value else [entry for entry in known if entry.entry > seen]

    def decide(self, decision: Decision) -> int:
        """The entry that makes `decision` hold: the one in force where it says so already, else a new one."""
        about = _about(decision)
        standing = in_force(self._known[about])
        if standing and standing[0].value == decision.value:
            return standing[0].entry
        return self._add(about, self._next(decision, old=_value(standing)))

    def undo(self, target: Entry, note: str) -> int:
        """The new entry that takes `target` back; LedgerConflict when it is taken back already."""
        about = target.subject()
        known = self._known[about]
        by = taken_back(known).get(target.entry)
        if by:
            raise LedgerConflict(
                f"entry {target.entry} is taken back already, by entry {by}: undo {by} to bring it back",
                [entry for entry in known if entry.entry == by],
            )
        decision = Decision(target.image_id, target.action, "", note)
        undo = self._next(decision, old=_value(known))._replace(undoes=target.entry)
        return self._add(about, undo._replace(value=_value([*known, undo])))

    def _next(self, decision: Decision, old: str) -> Entry:
        image_id, action, value, note = decision
        return Entry(self._last + 1, self._at, self._who, image_id, action, value, old, note, undoes=0)

    def _add(self, about: _Subject, entry: Entry) -> int:
        self.new.append(entry)
        self._known[about].append(entry)
        self._last = entry.entry
        return entry.entry


def conflict(entries: Iterable[Entry]) -> LedgerConflict:
    """The refusal of decisions that these entries, each once and in order, have overtaken."""
    theirs = sorted(set(entries))
    last = theirs[-1]
    now = reprlib.repr(last.value) if last.value else "undecided again"
    told = f"{reprlib.repr(last.who)} made {last.action} {now} meanwhile (entry {last.entry})"
    return LedgerConflict(f"{told}: nothing was recorded; look at it, then decide again", theirs)


def _about(decision: Decision) -> _Subject:
    return subject(decision.image_id, decision.action, decision.value)


def _value(entries: list[Entry]) -> str:
    """The value in force, of entries on one subject."""
    return next((entry.value for entry in in_force(entries)), "")
