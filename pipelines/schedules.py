"""When the chain runs by itself."""

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import ParamError
from inksift.curation.project import Project
from inksift.curation.store.setup import ScheduleParams, read_setup, setup_file
from inksift.pipelines.automatic import request_remembered
from inksift.pipelines.jobs import jobs_called


def nightly(project: Project | None, names: Names = BARE) -> dg.ScheduleDefinition:
    """The schedule that runs the whole chain when the setup says so, with its settings; ParamError
    where its time cannot be understood."""

    everything = jobs_called(names).everything

    def run_or_why_not(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return request_remembered(project, context, everything.name, names=names)

    times = _times(project)
    try:
        return dg.ScheduleDefinition(
            name=names.called("nightly"),
            job=everything,
            cron_schedule=times.cron,
            execution_timezone=times.timezone,
            execution_fn=run_or_why_not,
            description="The whole chain at the time that inksift.yaml says, with its settings; "
            "pictures measured before are not measured again",
        )
    except dg.DagsterInvalidDefinitionError:
        where = setup_file(project.workspace_folder) if project else "the default"
        raise ParamError(
            f"{where}: setup.schedule.cron: expected minute, hour, day, month and weekday, such as "
            f"0 2 * * *, got {times.cron!r}"
        ) from None


def _times(project: Project | None) -> ScheduleParams:
    setup = read_setup(project.workspace_folder) if project else None
    return setup.schedule if setup else ScheduleParams()
