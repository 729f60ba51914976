"""What the last run heard of people, and from which ledger, so that no later one drops it unasked.

A run writes both as soon as it has heard them, so they hold for one that was stopped afterwards
too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

import pandas as pd
from pydantic import Field

from inksift.curation.base.commands import option
from inksift.curation.base.errors import LedgerError, SchemaError, StoreError
from inksift.curation.base.params import Params
from inksift.curation.people.ledger.address import same_place
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS, Entry
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.published import HEARD_LEDGER, read_told
from inksift.curation.store.tables import read_table
from inksift.curation.store.workspace import Workspace

BRING_BACK = "bring back a copy of it, or import your last export with `inksift ledger import`"
_FIRST_FACTS, _FIRST_ACTIONS = ("image_id", "who", "at", "note"), ("outcome", "label", "medium")
"""The columns of the first version: of whom a row is, and what could be decided."""

_ACCEPT = (
    "to go on without them, add --accept-other-ledger (in Dagster, "
    "human_decisions.accept_other_ledger)"
)


class HearingParams(Params):
    """What may be forgotten."""

    accept_other_ledger: bool = Field(
        False,
        description="Go on where the ledger lacks decisions that the last run heard; holds for one "
        "run",
    )


def publish_heard(workspace: Workspace, ledger: Ledger) -> None:
    """Write the name of the ledger that is heard to ledger.json."""
    workspace.publish(HEARD_LEDGER, json.dumps({"ledger": ledger.name}).encode())


def read_heard(workspace: Workspace) -> str | None:
    """The name of the ledger that the last run heard, "" for the workspace's own, None where no run
    says so.

    StoreError when the file is damaged.
    """
    return (
        str(read_told(workspace, HEARD_LEDGER, "ledger")["ledger"])
        if (workspace.root / HEARD_LEDGER).exists()
        else None
    )


def decisions_heard(workspace: Workspace) -> pd.DataFrame:
    """HUMAN_DECISIONS of the last run; none where there are none that can be read."""
    try:
        return _row_per_decision(read_table(workspace.table(HUMAN_DECISIONS.name), None))
    except (StoreError, SchemaError):
        return HUMAN_DECISIONS.frame([])


def _row_per_decision(heard: pd.DataFrame) -> pd.DataFrame:
    """HUMAN_DECISIONS as the last run wrote it; the first version had a row per picture, and a
    column per action, "" where nobody had decided."""
    actions = [name for name in _FIRST_ACTIONS if name in heard]
    if not actions or not {*_FIRST_FACTS} <= {*heard}:
        return HUMAN_DECISIONS.check(heard)
    said = heard.melt([*_FIRST_FACTS], actions, "action").astype("str")
    rows = said[said["value"] != ""].sort_values(list(HUMAN_DECISIONS.key))
    return HUMAN_DECISIONS.check(rows)


def forgotten(heard: pd.DataFrame, entries: Sequence[Entry]) -> int:
    """How many of the decisions that a run heard were never made in a ledger of these entries.

    One that was taken back since is not forgotten, nor one that a person took along by export and
    import."""
    made = {(entry.image_id, entry.action, entry.value) for entry in entries}
    said = heard[["image_id", "action", "value"]].itertuples(index=False, name=None)
    return sum(decision not in made for decision in said)


def whole_ledger(workspace: Workspace, ledger: Ledger, params: HearingParams) -> list[Entry]:
    """Every entry of `ledger`; LedgerError where it has fewer than before, or lacks decisions that
    the last run heard, unless that is accepted."""
    if params.accept_other_ledger:
        return ledger.entries()
    # Before the entries are read: a decision that is made meanwhile is not missing.
    heard, noted = decisions_heard(workspace), ledger.noted()
    entries = ledger.entries()
    if lacking := forgotten(heard, entries):
        told = words_for(lacking, ledger)
        raise LedgerError(f"{told}: {_remedy(workspace, ledger)}; {_ACCEPT}")
    if len(entries) < noted:
        told = words_for_lost(noted, ledger, len(entries))
        raise LedgerError(f"{told}: {BRING_BACK}; {_ACCEPT}")
    return entries


def note_heard(ledger: Ledger, entries: int, params: HearingParams) -> None:
    """Note in the workspace how many entries a run heard: fewer than before only where that is
    accepted, as somebody may have decided since they were read."""
    note = ledger.accept if params.accept_other_ledger else ledger.note
    note(entries)


def words_for(lacking: int, ledger: Ledger) -> str:
    """That so many decisions are not in `ledger`."""
    counted = (
        f"{lacking} decision{'s' if lacking > 1 else ''} that the last run heard "
        f"{'are' if lacking > 1 else 'is'}"
    )
    return f"{counted} not in this ledger, {called(ledger.name)}"


def words_for_lost(noted: int, ledger: Ledger, entries: int) -> str:
    """That `ledger`, of which so many entries were noted, has so many now."""
    return (
        f"the ledger, {called(ledger.name)}, had {noted} entries when it was last seen, "
        f"and has {entries} now"
    )


def words_for_before(ledger: Ledger) -> str:
    """How many entries a damaged ledger had, to follow what is wrong with it; "" where nothing
    tells."""
    with suppress(StoreError):
        if noted := ledger.noted():
            return f"; it had {noted} entries when it was last seen"
    return ""


def called(name: str) -> str:
    """The ledger of that name, to a person."""
    return name or "the workspace's own"


def how_to_name(name: str) -> str:
    """How a command is told to use the ledger of that name."""
    return (
        f"name it with {option('--ledger', name)}"
        if name
        else "leave --ledger and INKSIFT_LEDGER away, and the ledger of inksift.yaml"
    )


def _remedy(workspace: Workspace, ledger: Ledger) -> str:
    try:
        heard = read_heard(workspace)
    except StoreError:  # the next run writes it anew
        heard = None
    if heard is None or same_place(heard, ledger.name):
        return BRING_BACK
    return (
        f"that run heard {called(heard)}: {how_to_name(heard)}, "
        "or take them along with `inksift ledger export` and `import`"
    )
