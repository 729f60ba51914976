"""The code location: assets, checks, jobs, schedule and sensors, bound to one project."""

from collections.abc import Mapping

import dagster as dg

import assets.checks
from assets.registry import registry
from curation.project import Project
from pipelines.jobs import JOBS
from pipelines.ledger_sensors import ledger_changes, new_decisions
from pipelines.resources import project_from_environment, resources
from pipelines.schedules import SCHEDULES
from pipelines.sensors import new_files


def build(
    project: Project | None, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """Everything Dagster needs, for one project (None: the graph shows, but cannot run)."""
    registered = registry()
    return dg.Definitions(
        assets=registered.assets,
        asset_checks=dg.load_asset_checks_from_modules([assets.checks]),
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[new_files(project), ledger_changes(project), new_decisions(project)],
        resources=resources(project, registered.contracts),
        executor=dg.in_process_executor,
        loggers=loggers,
    )


defs = build(project_from_environment())
