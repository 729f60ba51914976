"""What tells Dagster that people decided something, and what starts a run on it."""

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import InksiftError
from inksift.curation.project import Project
from inksift.pipelines.automatic import NO_PROJECT, request_remembered
from inksift.pipelines.freshness import being_taken_in, ledger_at, taken_in, told
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.remembering import measured_otherwise

_SECONDS_BETWEEN_LOOKS = 30
_NO_RUN = dg.SkipReason(
    "no run has taken the ledger in yet: run `inksift run`, or the job `everything` or `curate`, "
    "once"
)
_NOTHING_NEW = dg.SkipReason("every decision in the ledger has been taken in")
_NOTHING_ASKED = " "
"""A cursor without a state seen or asked for; Dagster would leave an empty one as it was."""
_NOT_STARTED = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
]


def ledger_changes(project: Project | None, names: Names = BARE) -> dg.SensorDefinition:
    """A sensor that tells Dagster when the ledger is ahead of the last run, so that what follows
    shows as stale."""

    @dg.sensor(
        name=names.called("ledger_changes"),
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks as stale what was made before the last decision of a person; starts "
        "nothing",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        ahead = _ahead(project, context.instance, names)
        if isinstance(ahead, dg.SkipReason):
            return ahead
        if ahead == told(context.instance, names):
            return dg.SkipReason("Dagster knows already; what people decided waits for a run")
        return dg.SensorResult(
            asset_events=[ledger_at(ahead, names)],
            skip_reason="people decided something: Dagster knows now",
        )

    return sensor


def new_decisions(project: Project | None, names: Names = BARE) -> dg.SensorDefinition:
    """A sensor that runs `decide` once people have decided something and the ledger has then held
    still.

    Each state of the ledger is asked for once while it is ahead: a run that fails is not tried
    again before somebody decides anew."""

    decide = jobs_called(names).decide

    @dg.sensor(
        name=names.called("new_decisions"),
        job=decide,
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        description="Takes in what people decided, with the settings of inksift.yaml, once they "
        "have paused",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        ahead = _ahead(project, context.instance, names)
        if ahead is _NOTHING_NEW:  # a state that comes back may be asked for again
            return dg.SensorResult(cursor=_NOTHING_ASKED, skip_reason=_NOTHING_NEW)
        if isinstance(ahead, dg.SkipReason):
            return ahead
        seen, _, asked = (context.cursor or "").partition(" ")
        if ahead != seen:
            return dg.SensorResult(
                cursor=f"{ahead} {asked}", skip_reason="people are still deciding"
            )
        if ahead == asked:
            return dg.SkipReason("a run was asked for; if it failed, re-execute it from its page")
        if context.instance.get_runs_count(
            dg.RunsFilter(job_name=decide.name, statuses=_NOT_STARTED)
        ):
            return dg.SkipReason("a run of `decide` waits already and will take these in")
        if being_taken_in(context.instance, names) == ahead:
            return dg.SkipReason("a run is taking these in")
        request = request_remembered(project, context, decide.name, names=names)
        if isinstance(request, dg.SkipReason):
            return request
        if reason := _otherwise(project):
            return dg.SkipReason(reason)
        return dg.SensorResult(cursor=f"{ahead} {ahead}", run_requests=[request])

    return sensor


def _otherwise(project: Project | None) -> str:
    try:
        return measured_otherwise(project) if project else ""
    except InksiftError as error:
        return str(error)


def _ahead(
    project: Project | None, instance: dg.DagsterInstance, names: Names
) -> str | dg.SkipReason:
    """The version of the ledger where no run has taken it in yet, or why there is nothing to do."""
    if project is None:
        return NO_PROJECT
    read = taken_in(instance, names)
    if read is None:
        return _NO_RUN
    try:
        version = project.ledger.version()
    except InksiftError as error:
        return dg.SkipReason(str(error))
    return _NOTHING_NEW if version == read else version
