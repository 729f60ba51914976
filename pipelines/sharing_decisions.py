"""Decisions that others have soon, and not only when the review ends."""

from contextlib import AbstractContextManager
from pathlib import Path

from inksift.curation.base.beats import now_and_then
from inksift.pipelines.shared import share_ledger


def decisions_shared(workspace: Path) -> AbstractContextManager[None]:
    """Share what people decide in the copy of a shared workspace while the block runs; nothing for
    a workspace that is no copy."""
    return now_and_then(
        lambda: share_ledger(workspace), otherwise="what was decided is not shared yet"
    )
