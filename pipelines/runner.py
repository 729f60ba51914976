"""Run a job in this process, with progress on the terminal and its history in the workspace."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError
from dagster._core.instance import InstanceRef
from sqlalchemy.exc import OperationalError

from curation.base.errors import StoreError
from curation.base.params import Params
from curation.project import Project
from curation.store.files import write_atomically
from pipelines import freshness
from pipelines.definitions import build
from pipelines.listener import Heard, terminal_logger
from pipelines.settings import run_config

_INSTANCE = Path(__file__).parent / "dagster.yaml"
# Captured output would no longer reach the terminal as a terminal, and progress bars would go
_TERMINAL = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
_UNFINISHED = [
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.CANCELING,
]


def dagster_home(project: Project) -> Path:
    """The folder of the workspace's own Dagster instance, made ready on first use."""
    home = project.workspace.root / "dagster"
    write_atomically(home / "dagster.yaml", _INSTANCE.read_bytes())
    return home


def execute(
    project: Project,
    job_name: str,
    settings: dict[str, Params],
    *,
    partition: str | None = None,
    quiet: bool = False,
) -> Heard:
    """Run the job of that name, for one partition if it has any, and say what was heard; a failed
    blocking check ends it early.

    An InksiftError of a stage comes out as it is; StoreError when Dagster cannot write its history,
    KeyboardInterrupt when the run was stopped."""
    heard = Heard()
    with project.workspace.locked(), _instance(project) as instance:
        _close_orphans(instance)
        freshness.tell(instance, project.ledger.version())
        job = build(
            project, loggers={"terminal": terminal_logger(heard, quiet=quiet)}
        ).resolve_job_def(job_name)
        config = run_config(settings, {node.name for node in job.nodes}) | {
            "loggers": {"terminal": {}}
        }
        try:
            job.execute_in_process(
                run_config=config, instance=instance, partition_key=partition, raise_on_error=True
            )
        except DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
        except DagsterAssetCheckFailedError:
            if not heard.failed_checks:
                raise
    return heard


@contextmanager
def _instance(project: Project) -> Iterator[dg.DagsterInstance]:
    home = dagster_home(project)
    try:
        with dg.DagsterInstance.from_ref(
            InstanceRef.from_dir(str(home), overrides=_TERMINAL)
        ) as instance:
            yield instance
    except OperationalError as error:
        raise StoreError(
            f"Dagster cannot keep its history in {home} ({error.orig}): free some disk space"
        ) from error


def _close_orphans(instance: dg.DagsterInstance) -> None:
    """Mark runs that a killed process left unfinished; we hold the lock, so none of them is
    alive."""
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        instance.report_run_failed(run, "the process of this run is gone")
