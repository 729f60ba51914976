"""The Dagster instance of a workspace: its history, in the workspace itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml
from sqlalchemy.exc import OperationalError

from inksift.curation.base.errors import StoreError
from inksift.curation.project import Project
from inksift.curation.store.files import write_atomically

_SETTINGS = Path(__file__).parent / "dagster.yaml"
_CODE_LOCATION = {
    "module_name": "inksift.pipelines.definitions",
    "location_name": "inksift",  # as in workspace.yaml: history and sensors go by it
    "working_directory": str(Path(__file__).parents[2]),  # else it is the current folder
}
_IN_TERMINAL = "terminal.yaml"
_LEFT_TO_THE_TERMINAL = b"""
# Captured output would no longer reach the terminal as a terminal, and progress bars would go.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""


def dagster_home(project: Project) -> Path:
    """The folder of the workspace's own Dagster instance, made ready on first use."""
    home = project.workspace.root / "dagster"
    write_atomically(home / "dagster.yaml", _SETTINGS.read_bytes())
    return home


def workspace_file(project: Project) -> Path:
    """The file that tells Dagster where the code is, and by which name."""
    file = dagster_home(project) / "workspace.yaml"
    write_atomically(
        file, yaml.safe_dump({"load_from": [{"python_module": _CODE_LOCATION}]}).encode()
    )
    return file


@contextmanager
def instance_in_terminal(project: Project) -> Iterator[dg.DagsterInstance]:
    """The instance, opened by a process whose output a person sees; StoreError when Dagster cannot
    write its history."""
    home = dagster_home(project)
    write_atomically(home / _IN_TERMINAL, _SETTINGS.read_bytes() + _LEFT_TO_THE_TERMINAL)
    try:
        with dg.DagsterInstance.from_config(str(home), _IN_TERMINAL) as instance:
            yield instance
    except OperationalError as error:
        raise StoreError(
            f"Dagster cannot keep its history in {home} ({error.orig}): free some disk space"
        ) from error
