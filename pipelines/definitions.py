"""The code location: assets, checks, jobs, schedule and sensors, bound to one project."""

from collections.abc import Mapping

import dagster as dg

from inksift.assets import checks
from inksift.assets.registry import registry
from inksift.curation.project import Project
from inksift.curation.store.setup import Setup, read_setup
from inksift.pipelines.executors import executor_from_environment
from inksift.pipelines.experiments_sensor import after_experiments
from inksift.pipelines.given import settings_remembered
from inksift.pipelines.jobs import JOBS
from inksift.pipelines.launch import with_setup
from inksift.pipelines.ledger_sensors import ledger_changes, new_decisions
from inksift.pipelines.resources import project_from_environment, resources
from inksift.pipelines.schedules import nightly
from inksift.pipelines.sensors import new_files
from inksift.pipelines.settings import checked
from inksift.pipelines.setup_sensor import first_setup
from inksift.pipelines.setup_told import as_the_setup_tells
from inksift.pipelines.source_sensor import source_changes
from inksift.pipelines.unrun_checks import unrun_checks


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
<<<<<<< HEAD
        assets=with_setup(registered, settings_remembered(project) if project else checked({})),
        asset_checks=dg.load_asset_checks_from_modules([checks]),
=======
        assets=as_the_setup_tells(with_setup(registered, settings), setup or Setup()),
        asset_checks=dg.load_asset_checks_from_modules([assets.checks]),
>>>>>>> 41b531c (conv)
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
