"""The workspace of an earlier run, as a person named it."""

from pathlib import Path
from typing import TYPE_CHECKING

from inksift.curation.base.errors import ParamError

if TYPE_CHECKING:
    from inksift.curation.store.workspace import Workspace


def existing(workspace: Path) -> "Workspace":
    """The workspace of an earlier run; ParamError where there is none."""
    from inksift.curation.store.mark import is_workspace
    from inksift.curation.store.workspace import Workspace

    if not is_workspace(workspace):
        raise ParamError(
            f"{workspace} is not an inksift workspace: give the --workspace of an earlier `inksift "
            "run`"
        )
    return Workspace(workspace)
