"""Which run it is whose decisions, or whose F1, have just been made.

A run that decides as a kept one did, with the same settings and the same code, is that run: it is
not kept twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.runs.keep import OF_DECISIONS, keep_files, record_run
from inksift.curation.runs.kept import kept_run_of, kept_runs, latest_name
from inksift.curation.runs.record import RunFacts, RunRecord, RunScores, encodable, known_run
from inksift.curation.store.published import (
    F1,
    OF_TRAINING,
    PARQUET,
    SOURCE,
    f1_bytes,
    read_decisions,
    read_f1_report,
    read_told,
)
from inksift.curation.store.workspace import Workspace

_ID_DIGITS = 6
"""Hexadecimal digits after the date that tell the runs of a day apart."""


def begin_run(
    workspace: Workspace, facts: RunFacts, decisions: pd.DataFrame, *, ledger: str = ""
) -> RunRecord:
    """Record which run the DECISIONS are of that were just published: a kept one that made the same
    ones alike, or a new one, which is kept as soon as its report is there.

    Of stages that this job left out, the settings are those of the run before."""
    before = known_run(workspace)
    settings = {**(before.settings if before else {}), **facts.settings}
    run = _new_run(workspace, facts.model_copy(update={"settings": settings}), decisions, ledger)
    same = _kept_alike(workspace, run)
    if same is None:
        return record_run(workspace, run if run.training else _with_known_scores(workspace, run))
    training = run.training or same.training
    return record_run(workspace, same.model_copy(update={"training": training}))


def begin_training(
    workspace: Workspace, facts: RunFacts, report: Mapping[str, Any]
) -> RunRecord | None:
    """Record which run an F1 report is of that is about to be published: the one whose decisions
    are there, or, where that one has another F1 already, a new one of the same decisions. None
    where no run is known, as after one of an earlier version."""
    run = known_run(workspace)
    if run is None:
        return None
    known, digest = run.kept.get(F1), hashlib.sha256(f1_bytes(report)).hexdigest()
    trained = run.model_copy(update={"training": facts.training, "scores": RunScores.of(report)})
    if known is None or (known == digest and trained.trains_like(run)):
        return record_run(workspace, trained)
    moment = _now()
    called = {"name": _name_of(moment, run.decisions), "date": moment.isoformat()}
    return keep_files(workspace, trained.model_copy(update={"kept": {}, **called}), OF_DECISIONS)


def keep_what_is_there(workspace: Workspace) -> RunRecord | None:
    """Keep what lies in the workspace and in no kept run, before other decisions replace it: the
    run of an earlier version of inksift, and what was learned and not kept. The run that it
    belongs to; None where there is nothing to lose."""
    try:
        run = known_run(workspace) or _adopted(workspace)
        kept = run and kept_run_of(workspace, run.name)
    except StoreError:  # damaged, so it is no run that could be kept
        return None
    digests = workspace.published()
    if run is None or digests.get(PARQUET) != run.decisions:
        return None
    lacking = [name for name in OF_TRAINING if name in digests and not _is_stored(workspace, name)]
    if lacking or not run.version:
        return keep_files(workspace, run, lacking)
    return run if kept else None  # it was killed before its report


def _adopted(workspace: Workspace) -> RunRecord | None:
    """A record of what a version of inksift left that kept no runs: without settings and version.

    StoreError when it is damaged.
    """
    place = workspace.root / PARQUET
    if not place.is_file():
        return None
    written = datetime.fromtimestamp(int(place.stat().st_mtime)).astimezone()
    run = _run_of(workspace, RunFacts(), read_decisions(workspace), written)
    return _with_known_scores(workspace, run)


def _new_run(
    workspace: Workspace, facts: RunFacts, decisions: pd.DataFrame, ledger: str
) -> RunRecord:
    run = _run_of(workspace, facts, decisions, _now())
    return run.model_copy(update={"ledger": encodable(ledger)})


def _run_of(
    workspace: Workspace, facts: RunFacts, decisions: pd.DataFrame, moment: datetime
) -> RunRecord:
    told = read_told(workspace, SOURCE, "source")
    digest = workspace.published()[PARQUET]
    return RunRecord(
        **facts.model_dump(),
        name=_name_of(moment, digest),
        date=moment.isoformat(),
        source=encodable(told["source"]),
        test=encodable(told.get("test", "")),
        review=told.get("review", "kept"),
        decisions=digest,
        files=len(decisions),
        outcomes={str(name): int(n) for name, n in decisions["outcome"].value_counts().items()},
    )


def _with_known_scores(workspace: Workspace, run: RunRecord) -> RunRecord:
    """With the F1 that lies in the workspace: it holds for as long as the decisions stay. Without,
    where there is none or it is damaged."""
    try:
        scores = RunScores.of(read_f1_report(workspace))
    except StoreError:
        return run
    return run.model_copy(update={"scores": scores})


def _name_of(moment: datetime, decisions: str) -> str:
    """What a run is called that decided at that moment."""
    told = hashlib.sha256(f"{moment.isoformat()}\n{decisions}".encode()).hexdigest()
    return f"{moment:%Y-%m-%d}-{told[:_ID_DIGITS]}"


def _now() -> datetime:
    return datetime.now().astimezone()


def _kept_alike(workspace: Workspace, run: RunRecord) -> RunRecord | None:
    """The kept run that this one repeats; of several the latest."""
    latest = latest_name(workspace)
    alike = [one for one in kept_runs(workspace) if run.decides_like(one) and run.trains_like(one)]
    return next(iter(sorted(alike, key=lambda one: one.name != latest)), None)


def _is_stored(workspace: Workspace, name: str) -> bool:
    """Whether some kept run has the published file of that name as it is."""
    digest = workspace.published()[name]
    return any(run.kept.get(name) == digest for run in kept_runs(workspace))
