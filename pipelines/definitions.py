"""The code location: assets, checks, jobs, schedule and sensors, bound to one project."""

from collections.abc import Mapping

import dagster as dg

from inksift.assets import checks
from inksift.assets.registry import registry
from inksift.assets.shared.names import BARE
from inksift.curation.project import Project
from inksift.pipelines.given import settings_remembered
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.launch import with_setup
from inksift.pipelines.ledger_sensors import ledger_changes, new_decisions
from inksift.pipelines.resources import project_from_environment, resources
from inksift.pipelines.schedules import nightly
from inksift.pipelines.sensors import new_files
from inksift.pipelines.settings import checked
from inksift.pipelines.setup_sensor import first_setup


def build(
    project: Project | None, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """Everything Dagster needs, for one project (None: the graph shows, but cannot run).

    ParamError where the setup of its workspace cannot be used."""
    registered = registry()
    return dg.Definitions(
        assets=with_setup(registered, settings_remembered(project) if project else checked({})),
        asset_checks=dg.load_asset_checks_from_modules([checks]),
        jobs=list(jobs_called(BARE)),
        schedules=[nightly(project)],
        sensors=[
            new_files(project),
            ledger_changes(project),
            new_decisions(project),
            first_setup(project),
        ],
        resources=resources(project, registered.contracts),
        executor=dg.in_process_executor,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location, bound to what the environment and its workspace name when Dagster loads
    it: commands, which are bound to a workspace of their own, only import `build`."""
    return build(project_from_environment())
