"""Which signals came, whoever handled them."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_MOST = 4096
"""Signals that are remembered."""


@contextmanager
def signals_heard() -> Iterator[Callable[[], set[int]]]:
    """What tells the numbers of the signals that came within the block.

    Dagster gives SIGTERM the handler of SIGINT, so that both end as the same exception. Python
    writes the number of each that has a handler into a socket; an event loop has one of its own,
    and nothing is heard then, nor outside of the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield set
        return
    hearing, telling = socket.socketpair()
    with hearing, telling:
        hearing.setblocking(False)
        telling.setblocking(False)
        before = signal.set_wakeup_fd(telling.fileno(), warn_on_full_buffer=False)

        def heard() -> set[int]:
            with suppress(BlockingIOError):  # none came
                return set(hearing.recv(_MOST, socket.MSG_PEEK))
            return set()

        try:
            yield heard
        finally:
            signal.set_wakeup_fd(before)
