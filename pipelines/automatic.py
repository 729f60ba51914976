"""What everything that starts runs by itself shares: it runs with the setup of the workspace."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import InksiftError, ParamError
from inksift.curation.project import Project
from inksift.curation.store.setup import read_setup, setup_file
from inksift.pipelines.given import settings_remembered
from inksift.pipelines.settings import run_config

NO_PROJECT = dg.SkipReason(
    "no source: set INKSIFT_WORKSPACE to a workspace with an inksift.yaml, or INKSIFT_SOURCE, "
    "before starting Dagster"
)


def request_remembered(
    project: Project | None,
    context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext,
    job: str,
    tags: Mapping[str, str] = MappingProxyType({}),
    names: Names = BARE,
) -> dg.RunRequest | dg.SkipReason:
    """A run of a job with the setup, or why there can be none; the job has the name, and its steps
    have the names, by which they are called here."""
    if project is None:
        return NO_PROJECT
    try:
        config = config_remembered(project, _steps_of(context, job), names)
    except InksiftError as error:
        return dg.SkipReason(f"the setup cannot be used: {error}")
    return dg.RunRequest(run_config=config, tags=dict(tags))


def config_remembered(project: Project, steps: set[str], names: Names = BARE) -> dict[str, Any]:
    """Run config for `steps` with the settings that the setup holds now, not when Dagster read it.

    ParamError where there is no setup, as then nobody said with what to run, or where it cannot be
    used."""
    workspace = project.workspace_folder
    if read_setup(workspace) is None:
        raise ParamError(
            f"no {setup_file(workspace)} yet: the first run that succeeds writes it, "
            "`inksift run`, or the job `everything` or `curate`"
        )
    return run_config(settings_remembered(project), steps, names)


def _steps_of(
    context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext, job: str
) -> set[str]:
    if context.repository_def is None:
        raise dg.DagsterInvariantViolationError("evaluated without its code location")
    return {node.name for node in context.repository_def.get_job(job).nodes}
