"""The ledger itself: record, undo, and what is in force."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import sqlalchemy as sa

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.database import (
    Database,
    append,
    entry_numbered,
    generation_of,
    known_entries,
    last_number,
)
from inksift.curation.people.ledger.decisions import (
    Decision,
    checked_decision,
    checked_note,
    checked_who,
)
from inksift.curation.people.ledger.draft import Copies, Draft, conflict
from inksift.curation.people.ledger.entries import (
    LEDGER_ENTRIES,
    Entry,
    LedgerConflict,
    human_decisions,
    version,
)
from inksift.curation.people.ledger.last_seen import LastSeen
from inksift.curation.store.workspace import Workspace

OWN_LEDGER = "ledger.sqlite"


class Recorded(NamedTuple):
    """The entry that makes each decision hold, in the order of the decisions, and those that this
    writing added."""

    entries: list[int]
    new: list[int]


class Ledger:
    """Human decisions in the database at a SQLAlchemy URL; threads and processes may use one at
    once.

    Nothing is made before the first writing: until then it reads as empty. An entry that was
    returned is on the disk. LedgerError for a URL that cannot work, and from every method where the
    database cannot be used or is damaged.

    `name` is "" for a workspace's own file, else the URL without a password; `file` is None for a
    server."""

    def __init__(self, url: str | sa.URL) -> None:
        self._database = Database(url)
        self.name = self._database.name
        self.file: Path | None = self._database.file
        self._seen: LastSeen | None = None

    @classmethod
    def of(cls, workspace: Workspace, url: str = "") -> Ledger:
        """The ledger at `url`, or else the one in the workspace."""
        own = os.path.realpath(workspace.root / OWN_LEDGER)
        ledger = cls(url or sa.URL.create("sqlite", database=own))
        if ledger.file == Path(own):
            ledger.name = ""
        ledger._seen = LastSeen(workspace.root, ledger.name)
        return ledger

    def noted(self) -> int:
        """How many entries it had, by what the workspace noted outside of it; 0 where nothing was.
        Ask before you read the entries: one that is added between is then no loss. StoreError where
        that note is damaged."""
        return self._seen.entries() if self._seen else 0

    def note(self, entries: int) -> None:
        """Note that it has so many entries, or more."""
        if self._seen:
            self._seen.at_least(entries)

    def note_anew(self, entries: int) -> None:
        """Note that it has so many entries, or more, in place of a note that is damaged."""
        if self._seen:
            self._seen.anew(entries)

    def accept(self, entries: int) -> None:
        """Note that it has so many entries, and that others are gone for good."""
        if self._seen:
            self._seen.exactly(entries)

    def record(
        self,
        decisions: Sequence[Decision],
        who: str,
        *,
        seen: Sequence[int] | None = None,
        copies: Copies | None = None,
        generation: int | None = None,
    ) -> Recorded:
        """Record all decisions or none.

        A decision whose value is in force already writes nothing, its note neither. `seen` has for
        each decision the number of the last entry that its author knew of: LedgerConflict where a
        later one on the same subject has made another value hold than is asked for. `copies` says
        which pictures share one word on each action but `different`: a decision then writes, and
        conflicts, where a later word on a copy holds for all of them. It may leave pictures out.
        LedgerError names the first decision that is malformed, LedgerConflict says where numbers
        are of another `generation` than the author's."""
        count = len(decisions)
        sound = [
            checked_decision(decision, f"decision {n} of {count}")
            for n, decision in enumerate(decisions, 1)
        ]
        looked = [] if seen is None else list(zip(sound, seen, strict=True))
        author, together = checked_who(who), copies or {}
        if not sound:
            return Recorded([], [])
        touched: list[str] = []
        for decision in sound:
            touched += (decision.image_id, *together.get(decision.image_id, ()))
        with self._database.writing() as connection:
            _check_generation(connection, generation)
            _check_known(connection, seen or ())
            draft = _draft(connection, dict.fromkeys(touched), author, copies=together)
            newer: list[Entry] = []
            for decision, last in looked:
                newer += draft.overtaken(decision, last)
            if newer:
                raise conflict(newer)
            numbers = [draft.decide(decision) for decision in sound]
            append(connection, draft.new)
        self._note(draft.new)
        return Recorded(numbers, [entry.entry for entry in draft.new])

    def undo(
        self,
        entries: Sequence[int],
        who: str,
        note: str = "",
        *,
        generation: int | None = None,
    ) -> list[int]:
        """Take entries back, all or none, be they decisions or undos; the new entries that do so,
        in the same order.

        The value in force is then that of the last entry on the same subject that is neither an
        undo nor taken back. LedgerConflict when an entry is taken back already, and where numbers
        are of another `generation` than the author's; LedgerError when there is none of that
        number."""
        author, remark = checked_who(who), checked_note(note)
        if len(set(entries)) != len(entries):
            raise LedgerError(
                f"expected each entry to undo once, got {', '.join(map(str, entries))}"
            )
        if not entries:
            return []
        with self._database.writing() as connection:
            _check_generation(connection, generation)
            targets = [entry_numbered(connection, entry) for entry in entries]
            draft = _draft(
                connection, dict.fromkeys(target.image_id for target in targets), author, copies={}
            )
            numbers = [draft.undo(target, remark) for target in targets]
            append(connection, draft.new)
        self._note(draft.new)
        return numbers

    def _note(self, added: Sequence[Entry]) -> None:
        if added:
            self.note(added[-1].entry)

    def generation(self) -> int:
        """How often entries were given new numbers, as where two machines had decided."""
        return self._database.generation()

    def last(self) -> int:
        """The number of the last entry, 0 for none."""
        return self._database.last()

    def entries(self) -> list[Entry]:
        """Every entry in order."""
        return self._database.entries()

    def history(self) -> pd.DataFrame:
        """LEDGER: every entry in order."""
        return LEDGER_ENTRIES.frame([entry._asdict() for entry in self.entries()])

    def in_force(self) -> pd.DataFrame:
        """HUMAN_DECISIONS: what holds now."""
        return human_decisions(self.entries())

    def version(self) -> str:
        """A short digest that changes exactly when `in_force` does."""
        return version(self.in_force())


def is_kept_in(workspace: Workspace, ledger: Ledger) -> bool:
    """Whether a ledger is a file of the workspace itself, which may be replaced: no server's, and
    none elsewhere that is named or that a link leads to."""
    return not ledger.name and not (workspace.root / OWN_LEDGER).is_symlink()


def _draft(
    connection: sa.Connection, image_ids: Iterable[str], who: str, *, copies: Copies
) -> Draft:
    entries = known_entries(connection, image_ids)
    return Draft(entries, copies=copies, last=last_number(connection), at=_moment(entries), who=who)


def _moment(earlier: Sequence[Entry]) -> str:
    """Now, or right after the latest of these entries where the clock is behind it: the later of
    two words holds."""
    now = datetime.now(UTC)
    latest = max(
        (datetime.fromisoformat(entry.at) for entry in earlier),
        default=now - timedelta(microseconds=1),
    )
    return max(now, latest + timedelta(microseconds=1)).isoformat(timespec="microseconds")


def _check_generation(connection: sa.Connection, known: int | None) -> None:
    if known is not None and known != generation_of(connection):
        raise LedgerConflict(
            "decisions of another machine have given entries new numbers since this page was "
            "loaded: nothing was recorded; load it again",
            [],
        )


def _check_known(connection: sa.Connection, seen: Sequence[int]) -> None:
    last = last_number(connection)
    if any(not 0 <= number <= last for number in seen):
        raise LedgerError(
            f"decided on another state of the ledger, whose last entry is {last}: look again"
        )
