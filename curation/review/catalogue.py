"""What there is to review, kept true while people decide, other programs write to the ledger, and runs end."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from curation.errors import LedgerConflict, ParamError, StoreError
from curation.ledger.decisions import Decision
from curation.ledger.entries import Entry
from curation.ledger.ledger import Ledger
from curation.review.pictures import Pictures
from curation.review.run import Run, Stamps, give_back, read_run, stamps
from curation.review.state import State
from curation.rgb import Rgb
from curation.store.workspace import Workspace
from curation.thumbnails import SingleThumbnails


class Catalogue:
    """The last run of a workspace and its ledger; many threads may use one.

    A run that ends is noticed. While one goes on, or where its tables cannot be used, the one before goes on holding.
    """

    def __init__(self, workspace: Workspace, ledger: Ledger) -> None:
        self._workspace, self._ledger = workspace, ledger
        self._lock, self._reading = threading.RLock(), threading.Lock()
        self._stamps: Stamps = stamps(workspace)
        self._state = State.of(read_run(workspace), ledger.entries())
        self._pictures = self._pictures_of(self._state.run)

    @classmethod
    def of(cls, workspace: Workspace, ledger: Ledger) -> Catalogue:
        """ParamError when no run has finished its verdicts there, StoreError when its tables are damaged, LedgerError
        when the ledger is."""
        return cls(workspace, ledger)

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    @property
    def workspace(self) -> Workspace:
        return self._workspace

    @property
    def pictures(self) -> Pictures:
        """The pictures of the last run."""
        return self._pictures

    def state(self) -> State:
        """What holds now."""
        with self._lock:
            self._notice_run()
            self._notice_entries()
            return self._state

    def record(self, decisions: Sequence[Decision], who: str, *, seen: Sequence[int]) -> list[int]:
        """Record all decisions or none, and see to it that they show.

        LedgerConflict as the ledger says, and where another copy of the same picture was chosen meanwhile.
        """
        with self._lock:
            self._notice_entries()
            _check_copies(self._state, decisions, seen)
            entries = self._ledger.record(decisions, who, seen=seen)
            self._notice_entries()
            return entries

    def undo(self, entries: Sequence[int], who: str, note: str) -> list[int]:
        """Take back all entries or none, and see to it that it shows."""
        with self._lock:
            undos = self._ledger.undo(entries, who, note)
            self._notice_entries()
            return undos

    def _notice_run(self) -> None:
        found = stamps(self._workspace)
        if found == self._stamps:
            return
        self._stamps = found
        try:
            run = read_run(self._workspace)
        except (ParamError, StoreError):
            return
        self._state = State.of(run, self._ledger.entries())
        self._pictures = self._pictures_of(run)

    def _notice_entries(self) -> None:
        if self._ledger.last() != self._state.last:
            self._state = self._state.after(self._ledger.entries())

    def _pictures_of(self, run: Run) -> Pictures:
        thumbnails = SingleThumbnails(self._workspace, run.thumbnails)

        def read(image_id: str) -> Rgb:
            """One after the other, for a browser asks for six at once and a stored part may take 30 MB to read."""
            with self._reading:
                picture = thumbnails(image_id)
                give_back()
                return picture

        return Pictures(read, run.pictures)


def _check_copies(state: State, decisions: Sequence[Decision], seen: Sequence[int]) -> None:
    """The ledger takes copies for pictures that have nothing to do with each other."""
    rivals = [entry for one, last in zip(decisions, seen, strict=True) for entry in _rivals(state, one, last)]
    if rivals:
        who = ", ".join(sorted({repr(entry.who) for entry in rivals}))
        raise LedgerConflict(f"{who} chose another copy meanwhile: nothing was recorded", sorted(set(rivals)))


def _rivals(state: State, decision: Decision, seen: int) -> list[Entry]:
    if decision.action != "copy":
        return []
    standing = state.standing.get(state.run.group_of.get(decision.image_id, -1), [])
    chosen = [entry for entry in standing if entry.action == "copy" and entry.image_id != decision.image_id]
    return [entry for entry in chosen if entry.entry > seen]
