"""The code location: assets, checks, jobs, schedule and sensors, bound to one project."""

from collections.abc import Mapping

import dagster as dg

import assets.ablation
import assets.checks
import assets.clusters
import assets.curated
import assets.dedup
import assets.evaluation
import assets.experiments
import assets.explain
import assets.features
import assets.human
import assets.images
import assets.objects
import assets.profile
import assets.rebalance
import assets.report
import assets.resample
import assets.splits
import assets.training
import assets.verdicts
from curation.project import Project
from pipelines.jobs import JOBS
from pipelines.ledger_sensors import ledger_changes, new_decisions
from pipelines.resources import project_from_environment, resources
from pipelines.schedules import SCHEDULES
from pipelines.sensors import new_files

MODULES = [
    assets.images,
    assets.profile,
    assets.dedup,
    assets.objects,
    assets.features,
    assets.clusters,
    assets.human,
    assets.verdicts,
    assets.report,
    assets.curated,
    assets.splits,
    assets.resample,
    assets.training,
    assets.rebalance,
    assets.explain,
    assets.evaluation,
    assets.ablation,
    assets.experiments,
]


def build(
    project: Project | None, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """Everything Dagster needs, for one project (None: the graph shows, but cannot run)."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(MODULES, include_specs=True),
        asset_checks=dg.load_asset_checks_from_modules([assets.checks]),
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[new_files(project), ledger_changes(project), new_decisions(project)],
        resources=resources(project),
        executor=dg.in_process_executor,
        loggers=loggers,
    )


defs = build(project_from_environment())
