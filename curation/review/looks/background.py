"""The looks of a run are prepared beside the server, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

_PROGRAM = "inksift.curation.review.looks.prepare"


class Preparation:
    """Prepares the looks of the last run of the workspace at `root`, of each run once. Safe to use
    from many threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._run = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, run: str) -> None:
        """Begin with the run of that name, unless that was begun before; what is at work on another
        is ended."""
        with self._lock:
            if run == self._run:
                return
            self._end()
            command = ["nice", "-n", "10", sys.executable, "-P", "-m", _PROGRAM, str(self._root)]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
            self._run = run

    def end(self) -> None:
        """End what is at work: the next server begins anew."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
