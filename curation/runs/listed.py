"""The kept runs of a workspace as a list tells them: plain values, the newest first."""

from __future__ import annotations

from typing import Any

from inksift.curation.runs.kept import folder_of, kept_runs, latest_name, own_bytes
from inksift.curation.store.workspace import Workspace

_NOT_LISTED = {"settings", "training", "stages", "kept", "format"}


def listed_runs(workspace: Workspace) -> list[dict[str, Any]]:
    """What a RunRecord tells of each run but its settings, whether it is the `latest`, its
    `folder`, the names of what is `kept` there, and `only_here_bytes`, which would be free without
    it."""
    latest = latest_name(workspace)
    told = []
    for run in kept_runs(workspace):
        folder = folder_of(workspace, run.name)
        told.append(
            {
                **run.model_dump(exclude=_NOT_LISTED),
                "latest": run.name == latest,
                "folder": str(folder),
                "kept": sorted(run.kept),
                "only_here_bytes": own_bytes(folder),
            }
        )
    return told
