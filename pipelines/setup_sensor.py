"""What writes down the setup of a workspace when its first run was started in Dagster."""

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.base.errors import InksiftError
from inksift.curation.project import Project
from inksift.curation.store.setup import setup_file
from inksift.pipelines.automatic import NO_PROJECT
from inksift.pipelines.remembering import REMEMBER_TAG, remember
from inksift.pipelines.resources import settings_of_run

_SECONDS_BETWEEN_LOOKS = 30
_WHOLE_RUN = ("listing", "curated_dataset")
"""What a run makes that began with the folder and came to decisions."""


def first_setup(project: Project | None, names: Names = BARE) -> dg.SensorDefinition:
    """A sensor that writes inksift.yaml once a run succeeded, where there is none or its tag asks
    for it."""

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name=names.called("first_setup"),
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Writes inksift.yaml into the workspace from the first run that succeeded, or "
        f"from one with the tag {REMEMBER_TAG}; starts nothing",
    )
    def sensor(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        if project is None:
            return NO_PROJECT
        if not _made_all(context.instance, context.dagster_run.run_id, names):
            return dg.SkipReason("this run did not go from the folder to decisions")
        run = context.dagster_run
        try:
            settings = settings_of_run(project, run.run_config, names)
            anew = REMEMBER_TAG in run.tags and not _written_since(run.run_id, project, context)
            told = remember(project, settings, anew=anew)
        except InksiftError as error:
            return dg.SkipReason(f"the setup cannot be written: {error}")
        return dg.SkipReason("; ".join(told) or "inksift.yaml is there already")

    return sensor


def _written_since(run_id: str, project: Project, context: dg.RunStatusSensorContext) -> bool:
    """Whether inksift.yaml was written after a run ended: by the command that ran it, or by hand,
    which is not to be replaced by what is older."""
    record = context.instance.get_run_record_by_id(run_id)
    file = setup_file(project.workspace_folder)
    if record is None or record.end_time is None or not file.exists():
        return False
    return file.stat().st_mtime >= record.end_time


def _made_all(instance: dg.DagsterInstance, run_id: str, names: Names) -> bool:
    """Whether a run was the last to make both ends of the way to decisions."""
    made = map(instance.get_latest_materialization_event, map(names.key, _WHOLE_RUN))
    return all(event is not None and event.run_id == run_id for event in made)
