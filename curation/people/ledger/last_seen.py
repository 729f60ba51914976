"""How many entries each ledger had when it was last written or heard, noted in the workspace and
not in the ledger: a ledger only grows, so one that has fewer was lost, emptied, or replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import write_unsynced
from inksift.curation.store.lock import RUN_LOCK, guarded

SEEN = ".ledgers.json"
"""Hidden, as it is true of this machine only, and travels nowhere."""

_NOTED = re.compile(r'("(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*"): (\d{1,18})[,}]')
"""A name and its number, as `json.dumps` writes them, with what shows that the number is whole."""


class LastSeen:
    """What is noted of the ledger of one name, as `Ledger` has it, in the workspace `root`."""

    def __init__(self, root: Path, name: str) -> None:
        self.file = root / SEEN
        self._name = name

    def entries(self) -> int:
        """How many it had, 0 where nothing is noted; StoreError where the note is damaged."""
        return self._noted().get(self._name, 0)

    def at_least(self, entries: int) -> None:
        """It has so many now, of which the note may know."""
        if entries > self._legible().get(self._name, 0):
            self.anew(entries)

    def exactly(self, entries: int) -> None:
        """It has so many now, and whatever it had before is accepted as lost."""
        if entries != self._legible().get(self._name, 0):
            self._note(lambda _: entries)

    def anew(self, entries: int) -> None:
        """As `at_least`, in a note that is sound, with what can be read of one that is damaged."""
        self._note(lambda before: max(before, entries))

    def _note(self, now: Callable[[int], int]) -> None:
        """What cannot be noted is noted after the next entry: the ledger itself has it. So nobody
        waits for the disk either."""
        with suppress(StoreError), guarded(self.file.with_name(RUN_LOCK)):
            known = self._legible()
            noted = known | {self._name: now(known.get(self._name, 0))}
            write_unsynced(self.file, json.dumps(noted).encode())

    def _legible(self) -> dict[str, int]:
        """What can be read of the note, damaged or not: it tells of several ledgers."""
        try:
            text = self.file.read_text(errors="replace")
        except OSError:
            return {}
        return {json.loads(name): int(entries) for name, entries in _NOTED.findall(text)}

    def _noted(self) -> dict[str, int]:
        try:
            told = json.loads(self.file.read_bytes() or b"{}")  # empty after a loss of power
            return {str(name): int(entries) for name, entries in told.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise StoreError(
                f"{self.file} cannot be read: run `inksift repair`, which makes it anew"
            ) from error
