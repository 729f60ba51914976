"""What runs in a process of the cluster: one task at a time, started once."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import cv2

from inksift.curation.base.engine import use_cores
from inksift.curation.base.errors import EngineError
from inksift.curation.spread.engine import Task

Landmarks = Mapping[str, int]
"""Paths that every machine must see as this one does, each with the time of its last change in
nanoseconds, 0 for a folder."""


def landmark(path: Path) -> int:
    """What `Landmarks` say of a path; OSError where it is not there."""
    status = path.stat()
    return 0 if stat.S_ISDIR(status.st_mode) else status.st_mtime_ns


class Worker:
    """Holds the task that it was given last, with what that loaded, until it is given another."""

    def __init__(self, cores: int) -> None:
        use_cores(cores)
        cv2.setNumThreads(cores)
        self._holding = ExitStack()
        self._number: int | None = None
        self._work: Callable[[Sequence[Any]], Any]

    def ready(self, landmarks: Landmarks) -> None:
        """EngineError where this machine does not see the folders of the run."""
        for path, expected in landmarks.items():
            if not _seen(Path(path), expected):
                raise EngineError(
                    f"a worker does not see {path} as this machine does: mount that folder on "
                    "every machine of the cluster, at the same place"
                )

    def work(self, number: int, fetch: Callable[[], Task[Any, Any]], items: Sequence[Any]) -> Any:
        """What the task of that number answers on a batch; `fetch` gives it where it is new."""
        if number != self._number:
            self._start(number, fetch)
        return self._work(items)

    def _start(self, number: int, fetch: Callable[[], Task[Any, Any]]) -> None:
        self._number = None
        self._holding.close()
        self._work = self._holding.enter_context(fetch().started())
        self._number = number


def _seen(path: Path, expected: int) -> bool:
    try:
        return landmark(path) == expected
    except OSError:
        return False
