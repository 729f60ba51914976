"""Dagster's history for runs that are not about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from inksift.curation.project import Project
from inksift.pipelines.commands import runner
from inksift.pipelines.instance import instance_in_terminal

QUIET = {"telemetry": {"enabled": False}}


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
        yield
    for instance in kept.values():
        instance.dispose()
