"""Decisions that others have soon, and not only when the review ends."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inksift.curation.base.errors import InksiftError
from inksift.pipelines.shared import share_ledger

EVERY_S = 30
"""Seconds between two times that decisions are shared."""

log = logging.getLogger("inksift")


@contextmanager
def decisions_shared(workspace: Path) -> Iterator[None]:
    """Share what people decide in the copy of a shared workspace while the block runs; nothing for
    a workspace that is no copy."""
    ended = threading.Event()

    def share_them() -> None:
        while not ended.wait(EVERY_S) and _is_shared(workspace):
            pass

    thread = threading.Thread(target=share_them, name="decisions", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _is_shared(workspace: Path) -> bool:
    """Whether this is worth to be asked again; what was not shared is next time."""
    try:
        return share_ledger(workspace)
    except (InksiftError, OSError) as error:
        log.warning("what was decided is not shared yet: %s", error)
        return True
