"""What a page asks to be recorded, checked before anything is touched."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from starlette.exceptions import HTTPException

from inksift.curation.base.errors import LedgerError
from inksift.curation.base.relations import DUPLICATE, ITSELF, SAME_BYTES, SAME_PIXELS
from inksift.curation.people.ledger.decisions import (
    ACTIONS,
    Decision,
    checked_decision,
    checked_note,
    subject,
)
from inksift.curation.review.run import Run
from inksift.curation.review.state import State

_MOST_DIGITS = 9
"""Digits of a number in a request: below what any counter reaches."""

_RELATIONS = {"copy": (SAME_PIXELS, DUPLICATE), "different": (SAME_PIXELS, DUPLICATE)}
_NO_SUCH = {
    "": "it could not be read",
    ITSELF: "it is no copy: no other file is kept instead of it",
    SAME_BYTES: "it has the same bytes as the file that is kept, so there is nothing to choose "
    "between",
}


class AskedDecision(NamedTuple):
    """A decision on the file of a run, by someone who knew of the ledger's entries up to `seen`."""

    file: int
    action: str
    value: str
    seen: int


class ToRecord(NamedTuple):
    """All that one request asks for, and what the ledger is to record for each."""

    asked: Sequence[AskedDecision]
    decisions: Sequence[Decision]


def decisions_of(body: object, state: State, *, ledger: str) -> ToRecord:
    """What to record. HTTPException in words: 404 for an unknown file, 409 when the page is of an
    earlier run or not of this `ledger`, 422 for all else that is wrong."""
    told = told_object(body, required={"decisions"}, optional={"note", "run", "ledger"})
    check_ledger(told, ledger)
    check_run(told, state.run)
    note = told_note(told)
    asked = [_asked(one, state) for one in told_list(told, "decisions")]
    decisions = [_decision(one, note, state.run) for one in asked]
    _check_agreement(asked, decisions, state.run)
    return ToRecord(asked, decisions)


def undo_of(body: object, state: State, *, ledger: str) -> tuple[list[int], str]:
    """The entries to take back, and why. HTTPException as above."""
    told = told_object(body, required={"entries"}, optional={"note", "ledger"})
    check_ledger(told, ledger)
    entries = [told_number(one, "entries") for one in told_list(told, "entries")]
    if len(set(entries)) < len(entries):
        raise wrong("entries names one of them twice")
    unknown = [entry for entry in entries if not 0 < entry <= state.last]
    if unknown:
        raise HTTPException(404, f"there is no entry {unknown[0]}: the last one is {state.last}")
    return entries, told_note(told)


def _asked(one: object, state: State) -> AskedDecision:
    told = told_object(one, required=set(AskedDecision._fields), optional=set())
    file, seen = told_number(told["file"], "file"), told_number(told["seen"], "seen")
    if file >= len(state.run):
        raise HTTPException(404, f"there is no file {file}: the last run found {len(state.run)}")
    if seen > state.last:
        raise wrong(f"seen is {seen}, but the last entry is {state.last}: load the page again")
    if told["action"] not in tuple(ACTIONS):
        raise wrong(f"action: expected {', '.join(ACTIONS)}, got {reprlib.repr(told['action'])}")
    if not isinstance(told["value"], str):
        raise wrong(f"value: expected text, got {reprlib.repr(told['value'])}")
    return AskedDecision(file, str(told["action"]), told["value"], seen)


def _decision(one: AskedDecision, note: str, run: Run) -> Decision:
    place = run.place(one.file)
    relation = "" if place is None else str(place["relation"])
    if not relation or relation not in _RELATIONS.get(one.action, (relation,)):
        raise wrong(f"{run.path(one.file)!r}: {_NO_SUCH[relation]}")
    kept = run.image_id(run.kept(one.file))
    target = run.image_id(one.file) if one.action in _RELATIONS else kept
    if one.action == "different" and one.value != kept:
        raise wrong(
            f"{run.path(one.file)!r}: value: expected the image_id of the file that is kept "
            f"instead, {kept}"
        )
    try:
        return checked_decision(Decision(target, one.action, one.value, note), run.path(one.file))
    except LedgerError as error:
        raise wrong(str(error)) from None


def check_ledger(told: Mapping[str, Any], ledger: str) -> None:
    """Ledgers number their entries alike, and an undo must never reach another decision."""
    if told.get("ledger", ledger) != ledger:
        raise HTTPException(
            409,
            "this page is of another workspace or ledger than the server has now, or decisions of "
            "another machine have come between: nothing was recorded; load it again",
        )


def check_run(told: Mapping[str, Any], run: Run) -> None:
    """Another run numbers the files anew, and a decision must never reach another picture."""
    if told.get("run", run.name) != run.name:
        raise HTTPException(
            409, "another run has ended since this page was loaded: load it again, then decide"
        )


def _check_agreement(
    asked: Sequence[AskedDecision], decisions: Sequence[Decision], run: Run
) -> None:
    matters = {(one.file, *subject("", one.action, one.value)) for one in asked}
    if len(matters) < len(asked):
        raise wrong("one file is given the same kind of decision twice")
    words: dict[tuple[object, ...], Sequence[str]] = {}
    for one, (image_id, action, value, _) in zip(asked, decisions, strict=True):
        own = image_id if action == "different" else str(run.groups[one.file])
        about = subject(own, action, value)
        word = (image_id, value) if action == "copy" else (value,)
        if words.setdefault(about, word) != word:
            raise wrong(
                f"{run.path(one.file)!r}: two copies of one picture are given decisions that "
                "contradict"
            )


def told_object(body: object, *, required: set[str], optional: set[str]) -> dict[str, Any]:
    """`body`, which has to be an object with these fields and no others."""
    if not isinstance(body, dict) or not required <= set(body) <= required | optional:
        names = ", ".join([*sorted(required), *(f"perhaps {name}" for name in sorted(optional))])
        raise wrong(f"expected a JSON object with {names}; got {reprlib.repr(body)}")
    return body


def told_list(told: Mapping[str, Any], name: str) -> list[object]:
    """That field, which has to be a list with something in it."""
    found = told[name]
    if not isinstance(found, list) or not found:
        raise wrong(f"{name}: expected a list with something in it, got {reprlib.repr(found)}")
    return found


def told_number(value: object, name: str) -> int:
    """`value`, which has to be a whole number from 0 of at most 9 digits."""
    if type(value) is not int or not 0 <= value < 10**_MOST_DIGITS:
        raise wrong(f"{name}: expected a whole number from 0, got {reprlib.repr(value)}")
    return value


def told_note(told: Mapping[str, Any]) -> str:
    """The note in a request, "" for none."""
    note = told.get("note", "")
    if not isinstance(note, str):
        raise wrong(f"note: expected text, got {reprlib.repr(note)}")
    try:
        return checked_note(note)
    except LedgerError as error:
        raise wrong(str(error)) from None


def wrong(words: str) -> HTTPException:
    """What is raised where a request is well-formed but cannot be meant."""
    return HTTPException(422, words)
