"""The code location: assets, checks, jobs, schedule and sensors, bound to one project."""

from collections.abc import Mapping

import dagster as dg

from inksift.assets.registry import registry
from inksift.assets.shared.names import BARE
from inksift.curation.base.switches import own_this_process
from inksift.curation.project import Project
from inksift.pipelines.executors import executor_from_environment
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.parts import all_checks, assets_of, sensors_of
from inksift.pipelines.resources import project_from_environment, resources
from inksift.pipelines.schedules import nightly


def build(
    project: Project | None,
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
    executor: dg.ExecutorDefinition = dg.in_process_executor,
) -> dg.Definitions:
    """Everything Dagster needs, for one project (None: the graph shows, but cannot run).

    ParamError where the setup of its workspace cannot be used."""
    return dg.Definitions(
        assets=assets_of(project),
        asset_checks=all_checks(),
        jobs=list(jobs_called(BARE)),
        schedules=[nightly(project)],
        sensors=sensors_of(project),
        resources=resources(project, registry().contracts),
        executor=executor,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location, bound to what the environment and its workspace name when Dagster loads
    it: commands, which are bound to a workspace of their own, only import `build`."""
    own_this_process()
    project = project_from_environment()
    return build(project, executor=executor_from_environment(project))
