"""What starts a run when the folder changes."""

import dagster as dg

from inksift.assets.shared.names import BARE, Names
from inksift.curation.gather.folder.snapshot import (
    Snapshot,
    changes_told,
    snapshot_digest,
)
from inksift.curation.gather.reached import snapshot
from inksift.curation.project import Project
from inksift.pipelines.automatic import NO_PROJECT, request_remembered
from inksift.pipelines.jobs import jobs_called
from inksift.pipelines.source_sensor import last_run_saw

_SECONDS_BETWEEN_LOOKS = 60
_CHANGED_TAG = "inksift/changed"
"""The tag of a run that says what changed in the folder."""
_NO_RUN = dg.SkipReason(
    "no run has read the folder yet, so there is nothing to compare with: run `inksift run`, or "
    "the job `everything` or `curate`, once"
)


def new_files(project: Project | None, names: Names = BARE) -> dg.SensorDefinition:
    """A sensor that curates anew, with the setup, once the files below the project's source have
    changed since the last run and then held still.

    Each state of the folder is asked for once: a run that fails is not tried again before something
    changes."""

    curate = jobs_called(names).curate

    @dg.sensor(
        name=names.called("new_files"),
        job=curate,
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        description="Curates anew, with the settings of inksift.yaml, when files were added, "
        "changed or removed since the last run and the folder has held still",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if project is None:
            return NO_PROJECT
        if not project.source.exists():  # as where a drive is not mounted: no reason to start
            return dg.SkipReason(f"{project.source} is not there")
        before = last_run_saw(context.instance, names)
        if before is None:
            return _NO_RUN
        now = snapshot(project.source)
        changes, digest = changes_told(before, now), snapshot_digest(now)
        if not changes:
            return dg.SkipReason(f"no file has changed since the last run: {_told(now)}")
        seen, _, asked = (context.cursor or "").partition(" ")
        if digest == asked:
            return dg.SkipReason(
                f"a run was asked for on what changed ({changes}); if it failed, re-execute it "
                "from its page"
            )
        if digest != seen:
            return dg.SensorResult(
                cursor=f"{digest} {asked}", skip_reason=f"files are still changing: {changes}"
            )
        tags = {_CHANGED_TAG: changes}
        request = request_remembered(project, context, curate.name, tags, names)
        if isinstance(request, dg.SkipReason):
            return request
        context.log.info(f"since the last run: {changes}")
        return dg.SensorResult(cursor=f"{digest} {digest}", run_requests=[request])

    return sensor


def _told(snapshot: Snapshot) -> str:
    files = sum(found.files for found in snapshot.values())
    return f"{files} files in {len(snapshot)} folders"
