"""What there is to review, kept true while people decide, other programs write to the ledger, and
runs end."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import replace

from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.base.rgb import Rgb
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger, Recorded
from inksift.curation.review.grid.laying import Overlays
from inksift.curation.review.looks.looks import Looks
from inksift.curation.review.looks.stored import read_looks
from inksift.curation.review.originals import Originals
from inksift.curation.review.pictures import ServedPictures
from inksift.curation.review.reading import Stamps, give_back, read_run, stamps
from inksift.curation.review.run import Run
from inksift.curation.review.state import State
from inksift.curation.store.thumbnails import SingleThumbnails
from inksift.curation.store.workspace import Workspace


class Catalogue:
    """The last run of a workspace and its ledger; many threads may use one.

    A run that ends is noticed. While one goes on, or where its tables cannot be used, the one
    before goes on holding.

    ParamError when no run has finished its verdicts there, StoreError when its tables are damaged,
    LedgerError when the ledger is."""

    def __init__(self, workspace: Workspace, ledger: Ledger) -> None:
        self._workspace, self._ledger = workspace, ledger
        self._lock, self._reading = threading.RLock(), threading.Lock()
        self._stamps: Stamps = stamps(workspace)
        self._state = self._state_of(read_run(workspace))
        self._show(self._state.run)
        self.originals = Originals(workspace)
        give_back()
        self._looks: Looks | None = None

    @property
    def ledger(self) -> Ledger:
        return self._ledger

    @property
    def workspace(self) -> Workspace:
        return self._workspace

    def identity(self, state: State) -> str:
        """Tells this workspace with this ledger from all others, and from what it was before its
        entries were given new numbers: other entries have the same ones."""
        places = f"{self._workspace.root.resolve()}\n{self._ledger.name}\n{state.generation}"
        return hashlib.sha256(places.encode(errors="surrogateescape")).hexdigest()[:16]

    @property
    def pictures(self) -> ServedPictures:
        """The pictures of the last run."""
        return self._pictures

    @property
    def overlays(self) -> Overlays:
        """Lays these over one another."""
        return self._overlays

    @property
    def looks(self) -> Looks | None:
        """What is prepared of the last run, None while it is not."""
        with self._lock:
            if self._looks is None:
                self._looks = read_looks(self._workspace, self._state.run)
            return self._looks

    def state(self) -> State:
        """What holds now."""
        with self._lock:
            self._notice_run()
            self._notice_entries()
            return self._state

    def record(
        self,
        decisions: Sequence[Decision],
        who: str,
        *,
        seen: Sequence[int],
        generation: int | None = None,
    ) -> Recorded:
        """Record all decisions or none, and see to it that they show.

        LedgerConflict as the ledger says, which takes all copies of a picture for one.
        """
        with self._lock:
            copies = self._state.run.copies
            recorded = self._ledger.record(
                decisions, who, seen=seen, copies=copies, generation=generation
            )
            self._notice_entries()
            return recorded

    def undo(
        self, entries: Sequence[int], who: str, note: str, *, generation: int | None = None
    ) -> list[int]:
        """Take back all entries or none, and see to it that it shows."""
        with self._lock:
            undos = self._ledger.undo(entries, who, note, generation=generation)
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
        if run.unfinished:
            return
        self._state = self._state_of(run)
        self._show(run)
        self._looks = None
        give_back()

    def _notice_entries(self) -> None:
        generation = self._ledger.generation()
        if (generation, self._ledger.last()) != (self._state.generation, self._state.last):
            state = self._state.after(self._ledger.entries())
            self._state = replace(state, generation=generation)

    def _state_of(self, run: Run) -> State:
        generation = self._ledger.generation()  # first: an older one than the entries' is refused
        return replace(State.of(run, self._ledger.entries()), generation=generation)

    def _show(self, run: Run) -> None:
        """Show the pictures of a run from now on."""
        thumbnails = SingleThumbnails(self._workspace, run.thumbnails, run.pictures)

        def read(image_id: str) -> Rgb:
            """One after the other, for a browser asks for six at once and a stored part may take 30
            MB to read."""
            with self._reading:
                picture = thumbnails(image_id)
                give_back()
                return picture

        self._pictures, self._overlays = ServedPictures(read, run.pictures), Overlays(read)
