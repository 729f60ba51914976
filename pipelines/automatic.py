"""What everything that starts runs by itself shares: it runs with the setup of the workspace."""

from typing import Any

import dagster as dg

from curation.base.errors import ParamError
from curation.project import Project
from pipelines.given import settings_remembered
from pipelines.settings import run_config

NO_PROJECT = dg.SkipReason(
    "no source: set INKSIFT_WORKSPACE to a workspace with an inksift.yaml, or INKSIFT_SOURCE, "
    "before starting Dagster"
)


def config_remembered(project: Project | None, steps: set[str]) -> dict[str, Any]:
    """Run config for `steps` with the settings that the setup holds now, not when Dagster read it;
    ParamError where it cannot be used."""
    if project is None:
        raise ParamError(str(NO_PROJECT.skip_message))
    return run_config(settings_remembered(project), steps)


def steps_of(
    context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext, job: str
) -> set[str]:
    """The steps of a job."""
    if context.repository_def is None:
        raise dg.DagsterInvariantViolationError("evaluated without its code location")
    return {node.name for node in context.repository_def.get_job(job).nodes}
