"""The proof that what lies in a workspace is what inksift wrote, and that its counts add up."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.errors import LedgerError, ParamError, StoreError
from inksift.curation.base.tables import DECISIONS, IMAGES, Table
from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.people.heard import (
    BRING_BACK,
    decisions_heard,
    forgotten,
    words_for,
    words_for_before,
    words_for_lost,
)
from inksift.curation.people.ledger.last_seen import SEEN
from inksift.curation.people.ledger.ledger import OWN_LEDGER, Ledger, is_kept_in
from inksift.curation.people.ledger.recovery import is_damaged
from inksift.curation.publish.problem import REPAIR, Problem
from inksift.curation.publish.verify_parts import part_problems
from inksift.curation.publish.verify_runs import run_problems
from inksift.curation.publish.verify_stored import damaged_models, unread_tables
from inksift.curation.runs.record import RUN_FILE
from inksift.curation.store.lock import is_malformed
from inksift.curation.store.published import (
    CSV,
    F1,
    HEARD_LEDGER,
    PARQUET,
    PROPOSAL,
    SOURCE,
    changed,
    decisions_csv,
)
from inksift.curation.store.setup import SETUP, read_setup, setup_file
from inksift.curation.store.tables import RUN_AGAIN, error_line, read_table
from inksift.curation.store.workspace import TABLES, Workspace
from inksift.curation.verdict.conservation import conservation_problems

_ROUNDING = 1e-6
"""Within which a stored probability and one computed again are the same."""

_FILES = (CSV, PARQUET, F1, SOURCE, HEARD_LEDGER, RUN_FILE)


def verify(
    workspace: Workspace, contracts: Mapping[str, Table], ledger_url: str = ""
) -> list[Problem]:
    """Everything in the workspace, kept runs among it, that does not match its digest, its contract
    (by the name of the table) or its own counts, and what is amiss in the ledger; ParamError when
    the last run heard another ledger than the one at `ledger_url`."""
    stored = [
        *_setup(workspace),
        *_published(workspace),
        *part_problems(workspace),
        *_models(workspace),
        *_tables(workspace, contracts),
        *run_problems(workspace),
        *_lock(workspace),
    ]
    return [
        *stored,
        *_decisions(workspace),
        *_f1(workspace),
        *_ledger(workspace, ledger_url),
    ]


def _published(workspace: Workspace) -> Iterator[Problem]:
    listed = workspace.published()
    if not listed and any((workspace.root / name).exists() for name in _FILES):
        yield Problem("published.json", "not there, or not a JSON object of digests", RUN_AGAIN)
        return
    for name, digest in listed.items():
        yield from _against_digest(workspace.root / name, name, digest)
    for name in _FILES:
        if name not in listed and (workspace.root / name).exists():
            yield Problem(name, "published.json does not list it", RUN_AGAIN)


def _against_digest(path: Path, name: str, digest: str) -> Iterator[Problem]:
    if not path.is_file():
        yield Problem(name, "published, but no longer there", RUN_AGAIN)
    elif changed(path, digest):
        yield Problem(
            name,
            "changed since it was published",
            f"if you edited it, move it elsewhere; {RUN_AGAIN}",
        )


def _models(workspace: Workspace) -> Iterator[Problem]:
    for file in damaged_models(workspace):
        what = "its bytes do not match its digest"
        yield Problem(f"models/{file.name}", what, f"{RUN_AGAIN}: it is made anew")


def _tables(workspace: Workspace, contracts: Mapping[str, Table]) -> Iterator[Problem]:
    others = []
    for table in unread_tables(workspace, contracts):
        name = table.path.relative_to(workspace.root).as_posix()
        if table.is_damaged:
            yield Problem(name, error_line(table.error), RUN_AGAIN)
        else:
            others.append(name.removeprefix(f"{TABLES}/"))
    if others:
        what = f"not as this version of inksift writes them: {', '.join(others)}"
        yield Problem(TABLES, what, RUN_AGAIN)


def _decisions(workspace: Workspace) -> Iterator[Problem]:
    published, images = workspace.root / PARQUET, workspace.table(IMAGES.name)
    if not published.exists():
        return
    decisions, problem = _read(published, workspace, DECISIONS)
    if decisions is None:
        yield from filter(None, [problem])
        return
    sheet = workspace.root / CSV
    if not sheet.exists() or sheet.read_bytes() != decisions_csv(decisions):
        yield Problem(CSV, f"does not say what {PARQUET} says", RUN_AGAIN)
    if not images.exists():
        yield Problem(
            str(images.relative_to(workspace.root)),
            "not there, so no count can be checked",
            RUN_AGAIN,
        )
        return
    found, _ = _read(images, workspace, IMAGES)
    if (
        found is not None and not (workspace.root / PROPOSAL).exists()
    ):  # the list of files is then the proposal's
        yield from (
            Problem(PARQUET, what, RUN_AGAIN) for what in conservation_problems(found, decisions)
        )


def _setup(workspace: Workspace) -> Iterator[Problem]:
    try:
        read_setup(workspace.root)
    except ParamError as error:
        what = str(error).removeprefix(f"{setup_file(workspace.root)}: ")
        yield Problem(
            SETUP,
            what,
            "it is yours: correct it, or move it away and give the next run what it says",
        )


def _lock(workspace: Workspace) -> Iterator[Problem]:
    if is_malformed(workspace.lock):
        what = "does not tell which run holds the workspace"
        yield Problem(workspace.lock.name, what, f"where none is at work, {REPAIR}")


def _ledger(workspace: Workspace, url: str) -> Iterator[Problem]:
    """A ledger only grows, so every decision that the last run heard is still among its entries,
    and it has no fewer than before."""
    ledger = ledger_told(workspace, url)
    name = ledger.name or OWN_LEDGER
    # Before the entries are read: a decision that is made meanwhile is not missing.
    heard, noted = decisions_heard(workspace), _noted(ledger)
    try:
        entries = ledger.entries()
    except LedgerError as error:
        what, _, remedy = str(error).rpartition(": ")
        what += words_for_before(ledger)
        own = workspace.root / OWN_LEDGER
        mended = is_kept_in(workspace, ledger) and own.is_file() and is_damaged(own)
        yield Problem(name, what, f"{REPAIR}, or {remedy}" if mended else remedy)
        return
    if noted is None:
        yield Problem(SEEN, "cannot be read, so nothing tells how many entries there were", REPAIR)
    if lacking := forgotten(heard, entries):
        yield Problem(name, words_for(lacking, ledger) + words_for_before(ledger), BRING_BACK)
    elif noted and len(entries) < noted:
        yield Problem(name, words_for_lost(noted, ledger, len(entries)), BRING_BACK)


def _noted(ledger: Ledger) -> int | None:
    with suppress(StoreError):
        return ledger.noted()
    return None


def ledger_told(workspace: Workspace, url: str = "") -> Ledger:
    """As `ledger_of`, as far as the files can be read that tell which ledger it is."""
    if [*_setup(workspace)]:
        return Ledger.of(workspace, url)
    try:
        return ledger_of(workspace, url)
    except StoreError:  # source.json or ledger.json is damaged: its own problem
        return Ledger.of(workspace, url)


def _f1(workspace: Workspace) -> Iterator[Problem]:
    path = workspace.root / F1
    if not path.exists():
        return
    try:
        wrong = _f1_problems(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        wrong = [f"not an F1 report ({error_line(error)})"]
    yield from (Problem(F1, what, RUN_AGAIN) for what in wrong)


def _f1_problems(report: dict[str, Any]) -> list[str]:
    """Which sums of an F1 report do not follow from its own per-class rows."""
    rows = list(report["per_class"].values())
    support = sum(row["support"] for row in rows)
    correct = sum(row["recall"] * row["support"] for row in rows if row["support"])
    averaged = [report["per_class"][name]["f1"] for name in report["macro_f1_classes"]]
    claims = {
        "test_pictures": (report["test_pictures"], support),
        "accuracy": (report["accuracy"], correct / support if support else None),
        "macro_f1": (report["macro_f1"], sum(averaged) / len(averaged) if averaged else None),
    }
    return [
        f"{name} is {said}, but its rows give {derived}"
        for name, (said, derived) in claims.items()
        if not _same(said, derived)
    ]


def _same(said: float | None, derived: float | None) -> bool:
    if said is None or derived is None:
        return said is derived
    return math.isclose(said, derived, abs_tol=_ROUNDING)


def _read(
    path: Path, workspace: Workspace, contract: Table | None
) -> tuple[pd.DataFrame | None, Problem | None]:
    """The table in `path`, checked where it has a contract, or the problem that stands in the
    way."""
    try:
        return read_table(path, contract), None
    except StoreError as error:
        what = error_line(error.__cause__)
        return None, Problem(str(path.relative_to(workspace.root)), what, RUN_AGAIN)
