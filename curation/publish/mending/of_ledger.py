"""The ledger: a sound one is never touched, a damaged one is set aside as it is, and what can be
read of it goes on in a new one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from inksift.curation.base.errors import LedgerError, StoreError
from inksift.curation.people.heard import called, words_for_before
from inksift.curation.people.ledger.last_seen import SEEN
from inksift.curation.people.ledger.ledger import OWN_LEDGER, Ledger, is_kept_in
from inksift.curation.people.ledger.recovery import (
    Recovered,
    begin_again,
    is_damaged,
    nobody_writing,
    recovered,
)
from inksift.curation.people.ledger.travel import lines_of
from inksift.curation.publish.mending.mend import Mend
from inksift.curation.store.moved_aside import ASIDE_FOLDER, MovedAside
from inksift.curation.store.sqlite_files import with_what_lies_beside
from inksift.curation.store.workspace import Workspace

_APART = "ledger-apart.jsonl"


def ledger_mends(workspace: Workspace, ledger: Ledger, aside: MovedAside) -> Iterator[Mend]:
    """What is done about the ledger that runs hear. A file elsewhere, and a server, are left to who
    keeps them."""
    own = workspace.root / OWN_LEDGER
    if is_kept_in(workspace, ledger) and own.is_file() and is_damaged(own):
        do = partial(_begin_again, ledger, own, aside)
        yield Mend(OWN_LEDGER, _told(ledger, recovered(own), aside), do)
        return
    try:
        noted: int | None = ledger.noted()  # before the entries, as one may be added meanwhile
    except StoreError:
        noted = None
    try:
        entries = len(ledger.entries())
    except LedgerError:  # damaged elsewhere, or out of reach: `inksift verify` tells
        return
    if noted is None:
        do = partial(_note_anew, workspace, ledger, entries, aside)
        what = f"set aside, and made anew of what can be read: there are {entries} entries"
        yield Mend(SEEN, what, do)
    elif entries < noted:
        what = (
            f"{noted - entries} entries are gone, and {_where(workspace)}: bring back a copy "
            f"first, if there is one; from now on it counts as one of {entries}"
        )
        yield Mend(called(ledger.name), what, partial(ledger.accept, entries))


def _told(ledger: Ledger, found: Recovered, aside: MovedAside) -> str:
    whole = f"set aside as it is; {len(found.entries)} entries go on in a new one"
    apart = f"; {len(found.apart)} more, behind a gap, are in {aside.folder}/{_APART}"
    return whole + (apart if found.apart else "") + words_for_before(ledger)


def _where(workspace: Workspace) -> str:
    """Whether an earlier repair, which may have been killed, has set a ledger aside."""
    kept = sorted((workspace.root / ASIDE_FOLDER).glob(f"*/{OWN_LEDGER}"))
    if not kept:
        return "nothing here has them"
    return f"perhaps {kept[-1].relative_to(workspace.root)} has some of them"


def _begin_again(ledger: Ledger, own: Path, aside: MovedAside) -> None:
    """At each moment there is a ledger: the damaged one, or all that could be read of it."""
    with nobody_writing(own):
        found = recovered(own)
        if found.apart:
            aside.write(_APART, lines_of(found.apart))
        _, *beside = with_what_lies_beside(own)
        aside.keep(own)
        for file in beside:
            aside.move(file)
        begin_again(own, found.entries, generation=found.generation)
    ledger.accept(len(found.entries))


def _note_anew(workspace: Workspace, ledger: Ledger, entries: int, aside: MovedAside) -> None:
    note = workspace.root / SEEN
    (aside.keep if note.is_file() else aside.move)(note)
    ledger.note_anew(entries)
