"""What goes on in a thread of its own beside the work, and what is done there now and then."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BEAT_S = 30
"""Seconds between two times."""

log = logging.getLogger("inksift")


@contextmanager
def going_on_beside(act: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let `act` go on in a thread of its own while the block runs; the event tells it to end, and
    the block ends when it has."""
    ended = threading.Event()
    thread = threading.Thread(target=act, args=(ended,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@contextmanager
def now_and_then(act: Callable[[], None], *, otherwise: str) -> Iterator[None]:
    """Call `act` every `BEAT_S` in a thread of its own while the block runs. What it raises is told
    after `otherwise`, which says what was not done, and it is called again all the same."""

    def keep(ended: threading.Event) -> None:
        while not ended.wait(BEAT_S):
            try:
                act()
            except Exception as error:
                log.warning("%s, and tried again: %s: %s", otherwise, type(error).__name__, error)

    with going_on_beside(keep):
        yield
