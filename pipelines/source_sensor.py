"""What Dagster knows of the source: when it was last seen changed, and whether runs have read it as
it is."""

import hashlib

import dagster as dg

from inksift.assets.gather.listing import SNAPSHOT
from inksift.assets.shared.names import BARE, Names
from inksift.assets.shared.reuse import DATA_VERSION
from inksift.curation.base.location import Location
from inksift.curation.gather.folder.snapshot import (
    InFolder,
    Snapshot,
    changes_told,
    snapshot_digest,
)
from inksift.curation.gather.reached import snapshot
from inksift.curation.project import Project
from inksift.pipelines.automatic import NO_PROJECT
from inksift.pipelines.freshness import last_made, made_by_success

_SECONDS_BETWEEN_LOOKS = 300
_SOURCE, _LISTING = "source", "listing"
_READ_TAG = "dagster/input_data_version/"
"""Before the key of the source: where `listing` says which version of it Dagster took it to have
read."""
_DIGEST = "digest"
"""The metadata that tells what lay in the source when Dagster was told."""
_DIGEST_LETTERS = 16
"""Of a SHA-256, which the UI can show."""


def source_changes(project: Project | None, names: Names = BARE) -> dg.SensorDefinition:
    """A sensor that tells Dagster when the source has changed, so that what follows shows as stale
    and the source says when that was."""

    @dg.sensor(
        name=names.called("source_changes"),
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells when the source was last seen changed, and marks as stale what was made "
        "before; starts nothing",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if project is None:
            return NO_PROJECT
        if not project.source.exists():  # as where a drive is not mounted: nothing is known
            return dg.SkipReason(f"{project.source} is not there")
        event = _change(context.instance, project.source, names)
        if event is None:
            return dg.SkipReason("nothing has changed since Dagster was told")
        return dg.SensorResult(
            asset_events=[event], skip_reason="the source changed: Dagster knows now"
        )

    return sensor


def tell_source(instance: dg.DagsterInstance, source: Location, names: Names = BARE) -> None:
    """Tell Dagster how the source is before a run reads it, where that has changed."""
    event = _change(instance, source, names)
    if event is not None:
        instance.report_runless_asset_event(event)


def last_run_saw(instance: dg.DagsterInstance, names: Names = BARE) -> Snapshot | None:
    """What lay in the source when the last successful run listed it."""
    return _seen_by(made_by_success(instance, names.key(_LISTING)))


def _change(
    instance: dg.DagsterInstance, source: Location, names: Names
) -> dg.AssetMaterialization | None:
    """The event of a source that is not as Dagster was told; None where it is."""
    key = names.key(_SOURCE)
    now, before = snapshot(source), last_made(instance, key)
    digest = snapshot_digest(now)[:_DIGEST_LETTERS]
    if before is not None and before.metadata.get(_DIGEST) == dg.MetadataValue.text(digest):
        return None
    made = made_by_success(instance, names.key(_LISTING))
    read = (made.tags or {}).get(_READ_TAG + key.to_user_string(), "") if made else ""
    seen = _seen_by(made)
    return dg.AssetMaterialization(
        key,
        metadata={
            "files": sum(found.files for found in now.values()),
            "folders": len(now),
            "since_the_last_run": changes_told(seen or {}, now) or "nothing changed",
            _DIGEST: digest,
        },
        tags={DATA_VERSION: read if read and seen == now else _unlike(read, digest)},
    )


def _unlike(read: str, digest: str) -> str:
    """A version of the source that is not the one that was read."""
    return hashlib.sha256(f"{read} {digest}".encode()).hexdigest()[:_DIGEST_LETTERS]


def _seen_by(made: dg.AssetMaterialization | None) -> Snapshot | None:
    told = made and made.metadata.get(SNAPSHOT)
    if not isinstance(told, dg.JsonMetadataValue) or not isinstance(told.data, dict):
        return None
    return {name: InFolder(*found) for name, found in told.data.items()}
