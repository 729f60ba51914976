"""Checks that a failed run never came to: shown as skipped, and not as failed.

Dagster plans all checks when a run begins, and shows those that were not evaluated when it failed
as `Execution failed`, though nothing speaks against them. A plan that belongs to no run shows as
skipped."""

from collections.abc import Iterator

import dagster as dg
from dagster import DagsterEvent, DagsterEventType

from inksift.assets.shared.names import BARE, Names

_SECONDS_BETWEEN_LOOKS = 30
_NO_RUN = ""


def unrun_checks(names: Names = BARE) -> dg.SensorDefinition:
    """A sensor that does so after every run, whoever started it, for the checks of these names."""

    @dg.run_failure_sensor(
        name=names.called("unrun_checks"),
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Shows checks that a failed run never came to as skipped, and not as failed; "
        "starts nothing",
    )
    def sensor(context: dg.RunFailureSensorContext) -> dg.SkipReason:
        skipped = show_as_skipped(context.instance, context.dagster_run.run_id, names)
        return dg.SkipReason(f"checks that did not run: {', '.join(skipped) or 'none'}")

    return sensor


def show_as_skipped(instance: dg.DagsterInstance, run_id: str, names: Names = BARE) -> list[str]:
    """Show as skipped what a failed run planned to check and never came to; the names of these
    checks. Those of other assets in the same project are left as they are."""
    return [
        _skip(instance, event)
        for event in _never_came_to(instance, run_id)
        if names.owns(_check_of(event).asset_key)
    ]


def _never_came_to(instance: dg.DagsterInstance, run_id: str) -> Iterator[DagsterEvent]:
    """The plans of checks whose step never began, and which no later run knows anything of."""
    began = {event.step_key for event in _events(instance, run_id, DagsterEventType.STEP_START)}
    for event in _events(instance, run_id, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED):
        if event.step_key not in began and _last_run_of(instance, _check_of(event)) == run_id:
            yield event


def _skip(instance: dg.DagsterInstance, event: DagsterEvent) -> str:
    told = DagsterEvent(
        event.event_type_value, job_name="", event_specific_data=event.event_specific_data
    )
    instance.report_dagster_event(told, run_id=_NO_RUN)
    return _check_of(event).name


def _check_of(event: DagsterEvent) -> dg.AssetCheckKey:
    planned = event.asset_check_planned_data
    return dg.AssetCheckKey(planned.asset_key, planned.check_name)


def _last_run_of(instance: dg.DagsterInstance, check: dg.AssetCheckKey) -> str | None:
    record = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])
    return record[check].run_id if check in record else None


def _events(
    instance: dg.DagsterInstance, run_id: str, kind: DagsterEventType
) -> Iterator[DagsterEvent]:
    for entry in instance.all_logs(run_id, of_type=kind):
        if entry.dagster_event is not None:
            yield entry.dagster_event
