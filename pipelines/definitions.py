"""The code location: assets, checks, jobs, schedule and sensors, bound to one project."""

from collections.abc import Mapping

import dagster as dg

import assets.checks
from assets.registry import registry
from curation.project import Project
from curation.store.setup import Setup, read_setup
from pipelines.executors import executor_from_environment
from pipelines.experiments_sensor import after_experiments
from pipelines.given import settings_remembered
from pipelines.jobs import JOBS
from pipelines.launch import with_setup
from pipelines.ledger_sensors import ledger_changes, new_decisions
from pipelines.resources import project_from_environment, resources
from pipelines.schedules import nightly
from pipelines.sensors import new_files
from pipelines.settings import checked
from pipelines.setup_sensor import first_setup
from pipelines.setup_told import as_the_setup_tells
from pipelines.source_sensor import source_changes
from pipelines.unrun_checks import unrun_checks


def build(
    project: Project | None,
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
    executor: dg.ExecutorDefinition = dg.in_process_executor,
) -> dg.Definitions:
    """Everything Dagster needs, for one project (None: the graph shows, but cannot run).

    ParamError where the setup of its workspace cannot be used."""
    registered = registry()
    settings = settings_remembered(project) if project else checked({})
    setup = read_setup(project.workspace_folder) if project else None
    return dg.Definitions(
        assets=as_the_setup_tells(with_setup(registered, settings), setup or Setup()),
        asset_checks=dg.load_asset_checks_from_modules([assets.checks]),
        jobs=JOBS,
        schedules=[nightly(project)],
        sensors=[
            new_files(project),
            source_changes(project),
            ledger_changes(project),
            new_decisions(project),
            first_setup(project),
            unrun_checks,
            after_experiments,
        ],
        resources=resources(project, registered.contracts),
        executor=executor,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location, bound to what the environment and its workspace name when Dagster loads
    it: commands, which are bound to a workspace of their own, only import `build`."""
    project = project_from_environment()
    return build(project, executor=executor_from_environment(project))
