"""The Dagster instance of a workspace: its history, in the workspace itself."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import DatabaseError

from inksift.curation.base.errors import ParamError, StoreError
from inksift.curation.project import Project
from inksift.curation.store.files import write_atomically
from inksift.pipelines.history import history_problems

_SETTINGS = Path(__file__).parent / "dagster.yaml"
CODE_LOCATION = {
    "module_name": "inksift.pipelines.definitions",
    "location_name": "inksift",  # as in workspace.yaml: history and sensors go by it
    "working_directory": str(Path(__file__).parents[2]),  # else it is the current folder
}
HOME_VARIABLE = "INKSIFT_DAGSTER_HOME"
_OWN_SETTINGS = "dagster.yaml"
_IN_TERMINAL = "terminal.yaml"
_LEFT_TO_THE_TERMINAL = b"""
# Captured output would no longer reach the terminal as a terminal, and progress bars would go.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def dagster_home(project: Project) -> Path:
    """The folder of the workspace's own Dagster instance, made ready on first use; or the one that
    INKSIFT_DAGSTER_HOME names, whose settings are its owner's."""
    if chosen := os.environ.get(HOME_VARIABLE):
        return _chosen_home(Path(chosen))
    home = own_home(project.workspace.root)
    write_atomically(home / _OWN_SETTINGS, _SETTINGS.read_bytes())
    return home


def own_home(workspace: Path) -> Path:
    """Where the instance of a workspace is, or would be."""
    return workspace / "dagster"


def _chosen_home(home: Path) -> Path:
    if not (home / _OWN_SETTINGS).is_file():
        raise ParamError(f"{HOME_VARIABLE}: expected a folder with a {_OWN_SETTINGS}, got {home}")
    return home


@contextmanager
def instance_in_terminal(project: Project) -> Iterator[dg.DagsterInstance]:
    """The instance, opened by a process whose output a person sees; StoreError when Dagster cannot
    read or write its history."""
    home = dagster_home(project)
    settings = (home / _OWN_SETTINGS).read_bytes()
    write_atomically(home / _IN_TERMINAL, settings + _LEFT_TO_THE_TERMINAL)
    with history_kept_in(home), dg.DagsterInstance.from_config(str(home), _IN_TERMINAL) as instance:
        yield instance


@contextmanager
def history_kept_in(home: Path) -> Iterator[None]:
    """Within, a database of the instance there that Dagster cannot use is a StoreError that says
    whether it is damaged or gone, and what to do."""
    try:
        yield
    except DatabaseError as error:
        _demand_sound_history(home)
        raise StoreError(
            f"Dagster cannot keep its history in {home} ({error.orig}): free some disk space"
        ) from error


def _demand_sound_history(home: Path) -> None:
    for file, what, remedy in history_problems(home):
        raise StoreError(f"Dagster's history is damaged ({file}: {what}): {remedy}")
