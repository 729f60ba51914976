"""Where the ledger of what people decided is, and whether it can be read."""

from pathlib import Path

from inksift.curation.base.errors import InksiftError
from inksift.curation.people.chosen_ledger import any_ledger
from inksift.curation.store.mark import is_workspace
from inksift.pipelines.doctor.finding import Finding, told_of
from inksift.pipelines.existing import existing

_GROUP = "ledger"


def ledger_there(workspace: Path, url: str) -> list[Finding]:
    """The one that a run on this workspace hears."""
    try:
        if not is_workspace(workspace):
            return [Finding(_GROUP, "ledger", "ok", f"none yet: no workspace at {workspace}")]
        found = any_ledger(existing(workspace), url)
        entries = len(found.entries())
    except InksiftError as error:
        return [Finding(_GROUP, "ledger", "problem", *told_of(error))]
    where = found.name or f"{found.file}"
    return [Finding(_GROUP, "ledger", "ok", f"{where}, can be read, {entries} entries")]
