"""What starts a run when the folder changes."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import dagster as dg

from curation.project import Project
from pipelines.jobs import curate

_SECONDS_BETWEEN_LOOKS = 60


def listing_digest(source: Path) -> str:
    """A digest of the names, sizes and times of all files below `source`, or of an archive; no file
    is opened."""
    lines = []
    for path in _paths(os.fsencode(source)):
        with suppress(FileNotFoundError):  # the crawler may remove files while we look
            found = os.lstat(path)
            lines.append(b"%s\0%d\0%d" % (path, found.st_size, found.st_mtime_ns))
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()


def _paths(source: bytes) -> Iterator[bytes]:
    if os.path.isfile(source):
        yield source
    for folder, _, names in os.walk(source):
        yield from (os.path.join(folder, name) for name in names)


def new_files(project: Project | None) -> dg.SensorDefinition:
    """A sensor that curates anew once the files below the project's source have changed and then
    held still."""

    @dg.sensor(
        name="new_files",
        job=curate,
        minimum_interval_seconds=_SECONDS_BETWEEN_LOOKS,
        description="Curates anew when files were added, changed or removed and the folder has "
        "held still since",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        if project is None:
            return dg.SkipReason("INKSIFT_SOURCE is not set")
        digest = listing_digest(project.source)
        seen, _, curated = (context.cursor or "").partition(" ")
        if digest == curated:
            return dg.SkipReason("no file has changed")
        if digest != seen:
            return dg.SensorResult(
                cursor=f"{digest} {curated}", skip_reason="files are still changing"
            )
        return dg.SensorResult(cursor=f"{digest} {digest}", run_requests=[dg.RunRequest()])

    return sensor
