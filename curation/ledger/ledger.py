"""The ledger itself: record, undo, and what is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from curation.ledger.database import Database, append, entry_numbered, known, last_number
from curation.ledger.decisions import Decision, checked, checked_note, checked_who
from curation.ledger.entries import LEDGER, Draft, Entry, human_decisions
from curation.store.workspace import Workspace

_NAME = "ledger.sqlite"


class Ledger:
    """Human decisions in the database at a SQLAlchemy URL; threads and processes may use one at once.

    Nothing is made before the first writing: until then it reads as empty. An entry that was returned is on the disk.
    LedgerError for a URL that cannot work, and from every method where the database cannot be used or is damaged.
    """

    def __init__(self, url: str | sa.URL) -> None:
        self._database = Database(url)

    @classmethod
    def of(cls, workspace: Workspace, url: str = "") -> Ledger:
        """The ledger at `url`, or else the one in the workspace."""
        return cls(url or sa.URL.create("sqlite", database=str(workspace.root / _NAME)))

    def record(self, decisions: Sequence[Decision], who: str) -> list[int]:
        """Record all decisions or none; the entry that makes each one hold, in the same order.

        A decision whose value is in force already writes nothing, its note neither. LedgerError names the first
        decision that is malformed.
        """
        count = len(decisions)
        sound = [checked(decision, f"decision {n} of {count}") for n, decision in enumerate(decisions, 1)]
        author = checked_who(who)
        if not sound:
            return []
        with self._database.writing() as connection:
            draft = _draft(connection, dict.fromkeys(decision.image_id for decision in sound), author)
            numbers = [draft.decide(decision) for decision in sound]
            append(connection, draft.new)
        return numbers

    def undo(self, entry: int, who: str, note: str = "") -> int:
        """Take an entry back, be it a decision or an undo; the new entry that does so.

        The value in force is then that of the last entry on this picture and action that is neither an undo nor taken
        back. LedgerError when there is no such entry or it is taken back already.
        """
        author, remark = checked_who(who), checked_note(note)
        with self._database.writing() as connection:
            target = entry_numbered(connection, entry)
            draft = _draft(connection, [target.image_id], author)
            number = draft.undo(target, remark)
            append(connection, draft.new)
        return number

    def entries(self) -> list[Entry]:
        """Every entry in order."""
        return self._database.entries()

    def history(self) -> pd.DataFrame:
        """LEDGER: every entry in order."""
        return LEDGER.frame([entry._asdict() for entry in self.entries()])

    def in_force(self) -> pd.DataFrame:
        """HUMAN_DECISIONS: what holds now, one row per picture and action."""
        return human_decisions(self.entries())

    def version(self) -> str:
        """A short digest that changes exactly when `in_force` does."""
        rows = self.in_force().to_json(orient="values")
        return hashlib.sha256(rows.encode()).hexdigest()[:16]


def _draft(connection: sa.Connection, image_ids: Iterable[str], who: str) -> Draft:
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    return Draft(known(connection, image_ids), last=last_number(connection), at=at, who=who)
