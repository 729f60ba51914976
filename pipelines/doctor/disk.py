"""Whether there is room where files are written."""

import shutil
import tempfile
from pathlib import Path

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import demand_writable
from inksift.pipelines.doctor.finding import Finding, told_of

_GROUP = "disk"
LEAST_FREE_BYTES = 2**30
"""Below it a run on some thousand pictures may not end."""


def disk(workspace: Path) -> list[Finding]:
    """Where the workspace is, or would be, and where temporary files go."""
    places = {"workspace": workspace.absolute(), "temporary folder": Path(tempfile.gettempdir())}
    return [_room(name, _there(place)) for name, place in places.items()]


def _there(place: Path) -> Path:
    """The place, or what of the way to it exists."""
    return next(folder for folder in (place, *place.parents) if folder.is_dir())


def _room(name: str, folder: Path) -> Finding:
    try:
        demand_writable(folder, "give the account that runs inksift the right to write there")
    except StoreError as error:
        return Finding(_GROUP, name, "problem", *told_of(error))
    free = shutil.disk_usage(folder).free
    told = f"{free / 10**9:.1f} GB free at {folder}"
    if free < LEAST_FREE_BYTES:
        return Finding(_GROUP, name, "warning", told, "free some, or choose another place")
    return Finding(_GROUP, name, "ok", told)
