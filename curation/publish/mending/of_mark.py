"""The mark of a workspace: what stands before all other mending, as nothing opens without it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from inksift.curation.publish.mending.mend import Mend
from inksift.curation.store.mark import WORKSPACE_MARK, lacks_mark, mark_workspace
from inksift.curation.store.moved_aside import MovedAside


def mark_mends(root: Path, aside: MovedAside) -> Iterator[Mend]:
    """What is done for a workspace whose mark is damaged or gone; nothing about other folders."""
    if lacks_mark(root):
        damaged = os.path.lexists(root / WORKSPACE_MARK)
        what = f"{'set aside, and ' if damaged else ''}written anew: this is a workspace"
        yield Mend(WORKSPACE_MARK, what, partial(_write_anew, root, aside if damaged else None))


def _write_anew(root: Path, aside: MovedAside | None) -> None:
    if aside:
        aside.move(root / WORKSPACE_MARK)
    mark_workspace(root)
