"""Run a job in this process, with progress on the terminal and its history in the workspace."""

from collections.abc import Mapping
from types import MappingProxyType

import dagster as dg

from inksift.assets.registry import registry
from inksift.assets.shared.retries import COMMAND_LINE_TAG
from inksift.curation.base.outlook import Outlook
from inksift.curation.base.params import Params
from inksift.curation.base.progress import heard_by
from inksift.curation.project import Project
from inksift.pipelines import freshness
from inksift.pipelines.definitions import build
from inksift.pipelines.instance import instance_in_terminal
from inksift.pipelines.listener import Heard, terminal_logger
from inksift.pipelines.settings import run_config
from inksift.pipelines.shared import held
from inksift.pipelines.source_sensor import tell_source
from inksift.pipelines.unrun_checks import show_as_skipped

_UNFINISHED = [
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.CANCELING,
]

_LOOPS = {
    "decoded_images": "decode pictures",
    "embeddings": "features",
    "pairs": "glance at pictures",
    "object_counts": "objects",
}
"""The steps that look at every new picture, and what they show meanwhile."""

_FAILED = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])


def execute(
    project: Project,
    job_name: str,
    settings: dict[str, Params],
    *,
    partition: str | None = None,
    tags: Mapping[str, str] = MappingProxyType({}),
    quiet: bool = False,
    only: str = "",
) -> Heard:
    """Run the job of that name, or of it what the asset `only` needs, for one partition if it has
    any, with these tags, and say what was heard; a failed blocking check ends it early.

    An InksiftError of a stage comes out as it is; StoreError when Dagster cannot write its history,
    KeyboardInterrupt when the run was stopped."""
    heard = Heard()
    workspace = project.workspace
    with (
        workspace.locked(),
        held(workspace, *project.pictures),
        instance_in_terminal(project) as instance,
    ):
        _close_orphans(instance)
        freshness.tell(instance, project.ledger.version())
        tell_source(instance, project.source)
        job = build(
            project, loggers={"terminal": terminal_logger(heard, quiet=quiet)}
        ).resolve_job_def(job_name)
        config = run_config(settings, {node.name for node in job.nodes}) | {
            "loggers": {"terminal": {}}
        }
        needed = _needed_by(only) if only else None
        try:
            with heard_by(Outlook(_loops(job, needed))):
                job.execute_in_process(
                    run_config=config,
                    instance=instance,
                    partition_key=partition,
                    tags={COMMAND_LINE_TAG: "yes", **tags},
                    asset_selection=needed,
                    raise_on_error=True,
                )
        except dg.DagsterExecutionInterruptedError:
            raise KeyboardInterrupt from None
        except dg.DagsterError:  # a blocking check failed: it was heard, and is told at the end
            if not heard.failed_checks:
                raise
        finally:
            for run in instance.get_runs(_FAILED, limit=1):  # ours, if it failed: we hold the lock
                show_as_skipped(instance, run.run_id)
    return heard


def _loops(job: dg.JobDefinition, needed: list[dg.AssetKey] | None) -> list[str]:
    """The loops over pictures in a job, or in what is `needed` of it."""
    part = job.get_subset(asset_selection=set(needed)) if needed else job
    steps = {node.name for node in part.nodes}
    return [loop for step, loop in _LOOPS.items() if step in steps]


def _needed_by(name: str) -> list[dg.AssetKey]:
    """An asset, all that is made on the way to it, and what the same steps make beside that."""
    made = [one for one in registry().assets if isinstance(one, dg.AssetsDefinition)]
    way = dg.AssetSelection.assets(name).upstream().required_multi_asset_neighbors()
    return sorted(way.resolve(made))


def _close_orphans(instance: dg.DagsterInstance) -> None:
    """Mark runs that a killed process left unfinished; we hold the lock, so none of them is
    alive."""
    for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)):
        instance.report_run_failed(run, "the process of this run is gone")
