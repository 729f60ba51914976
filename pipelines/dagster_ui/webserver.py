"""Dagster's own web server as an app in this process, so that nobody reaches it but through the
door."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

# Dagster offers its web server as a command alone, which listens on a port that has no door. Its
# app can only be had by these names, which are not public: a test starts it.
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.types import ASGIApp

POLL_MS = 2000
"""Milliseconds between two looks of a page at what is new, as in `dagster dev`."""


@contextmanager
def dagster_app(home: Path, workspace_file: Path, *, read_only: bool) -> Iterator[ASGIApp]:
    """The app, for a Dagster home and the code location that a workspace file names; where it is
    read-only, Dagster refuses all changes."""
    with (
        dg.DagsterInstance.from_config(str(home)) as instance,
        WorkspaceProcessContext(
            instance,
            WorkspaceFileTarget(paths=[str(workspace_file)]),
            version=dg.__version__,
            read_only=read_only,
        ) as context,
    ):
        yield create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_MS)
