"""Dagster's history for runs that are not about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log import in_memory
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from dagster._core.storage.schedules.sqlite import sqlite_schedule_storage
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from inksift.curation.project import Project
from inksift.pipelines import runner
from inksift.pipelines.instance import instance_in_terminal

QUIET = {"telemetry": {"enabled": False}}
ON_DISK = (sqlite_event_log, sqlite_run_storage, sqlite_schedule_storage)
ONLY_SHOWN = {
    dg.DagsterEventType.LOADED_INPUT,
    dg.DagsterEventType.STEP_INPUT,
    dg.DagsterEventType.STEP_OUTPUT,
    dg.DagsterEventType.HANDLED_OUTPUT,
}
"""Events of a run that nothing but the log in the UI reads: two in three."""


@contextmanager
def engines_kept() -> Iterator[None]:
    """Histories on disk are written through one engine a file. Dagster makes one for every event,
    which compiles every statement anew: a third of what a run costs that measures nothing."""

    engines: dict[str, Engine] = {}

    def kept(url: str, **options: Any) -> Engine:
        if url not in engines:
            engines[url] = create_engine(url, **options)
        return engines[url]

    with pytest.MonkeyPatch.context() as patched:
        for module in ON_DISK:
            patched.setattr(module, "create_engine", kept)
        yield


@contextmanager
def histories_in_memory() -> Iterator[None]:
    """A workspace without a history gets one in memory, which lasts as long as the block: SQLite's
    files are a fifth of what a run costs that measures nothing."""
    kept: dict[Path, dg.DagsterInstance] = {}

    @contextmanager
    def opened(project: Project) -> Iterator[dg.DagsterInstance]:
        root = project.workspace.root
        if (root / "dagster").exists():
            with instance_in_terminal(project) as instance:
                yield instance
            return
        if root not in kept:
            kept[root] = dg.DagsterInstance.ephemeral(settings=QUIET)
        yield kept[root]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runner, "instance_in_terminal", opened)
        _keep_what_is_asked_for(patched)
        yield
    for instance in kept.values():
        instance.dispose()


def _keep_what_is_asked_for(patched: pytest.MonkeyPatch) -> None:
    """A history in memory goes without the events that are only shown."""
    storage = in_memory.InMemoryEventLogStorage
    store = storage.store_event

    def kept(self: Any, event: dg.EventLogEntry) -> None:
        told = event.dagster_event
        if told is None or told.event_type not in ONLY_SHOWN:
            store(self, event)

    patched.setattr(storage, "store_event", kept)
