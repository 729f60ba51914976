"""One decision on many files, as the grid asks for it, checked before anything is touched."""

from __future__ import annotations

import reprlib
from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from inksift.curation.base.errors import LedgerError
from inksift.curation.base.relations import DUPLICATE, ITSELF, SAME_BYTES, SAME_PIXELS
from inksift.curation.people.ledger.decisions import Decision, checked_decision
from inksift.curation.review.asked import (
    check_ledger,
    check_run,
    told_note,
    told_object,
    undo_of,
    wrong,
)
from inksift.curation.review.grid.asked_files import told_files, told_seen, told_value
from inksift.curation.review.grid.tagging import given_tags
from inksift.curation.review.state import State

MEANT_FOR: Mapping[str, Collection[str]] = {
    "outcome": (ITSELF,),
    "medium": (ITSELF,),
    "label": (ITSELF, SAME_BYTES, SAME_PIXELS, DUPLICATE),
    "copy": (SAME_PIXELS, DUPLICATE),
    "different": (SAME_PIXELS, DUPLICATE),
    "tag": (ITSELF, SAME_BYTES, SAME_PIXELS, DUPLICATE),
}
"""The relations to the kept file for which an action makes sense, of which many share one value."""

OF_A_COPY = ("copy", "different")
"""The actions that are about the copy, and not about the file that is kept of all copies."""


class Many(NamedTuple):
    """The `files` that a decision is meant for, the `decisions` on each, and how many `others` were
    asked for that it makes no sense for. All by someone who knew the ledger up to `seen`."""

    files: Sequence[int]
    decisions: Sequence[Decision]
    seen: int
    others: int


def many_of(body: object, state: State, *, ledger: str) -> Many:
    """What to record. HTTPException in words: 404 for an unknown file, 409 when the page is of an
    earlier run or not of this `ledger`, 422 for all else that is wrong."""
    needed = {"files", "action", "value", "seen", "run"}
    told = told_object(body, required=needed, optional={"note", "ledger"})
    check_ledger(told, ledger)
    check_run(told, state.run)
    action, value, seen = _action(told), told_value(told), told_seen(told["seen"], state)
    asked = told_files(told, state)
    files = [file for file in asked if state.run.relations[file] in MEANT_FOR[action]]
    if not files:
        raise wrong("none of these files is one that this can be said of")
    note = told_note(told)
    values = given_tags(value, state) if action == "tag" else [value]
    said = product(files, values)
    decisions = [_decision(state, file, action, one, note) for file, one in said]
    _check_one_copy(action, files, state)
    try:
        for one in decisions[: len(values)]:
            checked_decision(one, state.run.path(files[0]))
    except LedgerError as error:
        raise wrong(str(error)) from None
    return Many(files, decisions, seen, len(asked) - len(files))


def undone_of(body: object, state: State, *, ledger: str) -> tuple[list[int], str, int]:
    """The entries to take back, why, and the last entry that the page knew. HTTPException as
    above."""
    told = told_object(body, required={"entries", "seen"}, optional={"note", "ledger"})
    rest = {name: value for name, value in told.items() if name != "seen"}
    return *undo_of(rest, state, ledger=ledger), told_seen(told["seen"], state)


def _action(told: Mapping[str, Any]) -> str:
    if told["action"] not in tuple(MEANT_FOR):
        expected = ", ".join(MEANT_FOR)
        raise wrong(f"action: expected {expected}, got {reprlib.repr(told['action'])}")
    return str(told["action"])


def _decision(state: State, file: int, action: str, value: str, note: str) -> Decision:
    kept = state.run.image_id(state.run.kept(file))
    target = state.run.image_id(file) if action in OF_A_COPY else kept
    return Decision(target, action, kept if action == "different" else value, note)


def _check_one_copy(action: str, files: Sequence[int], state: State) -> None:
    """Of the copies of a picture one can be kept."""
    if action == "copy" and len({state.run.groups[file] for file in files}) < len(files):
        raise wrong("two copies of one picture cannot both be the one that stays")
