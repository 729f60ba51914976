"""One run at a time in a workspace."""

from __future__ import annotations

import fcntl
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.store.files import write_atomically

RUN_LOCK = "run.lock"
"""What it is called in a workspace."""

_ABOVE_EVERY_PID = 2**31
"""Linux numbers processes with 22 bits, others with 31."""

_LAST_SECOND = 253_402_214_400
"""The last day of the year 9999, which is the last that a date can tell."""

_SECONDS_BETWEEN_TRIES = 0.2
"""Far below what a step takes."""


@contextmanager
def run_lock(path: Path, run: str = "", *, for_steps: bool = False) -> Iterator[bool]:
    """Hold `path` while the block runs, which is told whether it was held for it already;
    LockedError when a living process holds it, another thread of this one, or one on another host.

    A process that holds it `for_steps` lets the processes of the same `run` in, and gives it back
    when all of them have ended. Without one, each of these waits for the others. A lock is stale
    when its process is gone or when its pid now belongs to a process that started at another
    time."""
    while (held := _taken(path, run, for_steps=for_steps)) is None:
        time.sleep(_SECONDS_BETWEEN_TRIES)
    try:
        yield held
    finally:
        if not held:
            path.unlink(missing_ok=True)


def demand_free(path: Path) -> None:
    """LockedError when a living process holds `path`, or another thread of this one; StoreError
    where it cannot be read. Nothing is written."""
    if other := _other(path):
        raise LockedError(_refusal(path, other))


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Nobody else is in such a block with the same `path`, in this or another process; StoreError
    where its folder cannot be written to."""
    try:
        guard = path.with_suffix(".guard").open("w")
    except OSError as error:
        raise StoreError(
            f"cannot write to {path.parent} ({error.strerror}): give yourself permission to write "
            "there"
        ) from error
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _taken(path: Path, run: str, *, for_steps: bool) -> bool | None:
    """Whether the lock was held for this process before, as it is now; None where another process
    of the same run has it for itself."""
    with guarded(path):
        if other := _other(path):
            if run and other.get("run") == run:
                return True if other.get("for_steps") else None
            raise LockedError(_refusal(path, other))
        held = _is_me(_read(path))
        if not held:
            mine = {**this_process(), "run": run, "for_steps": for_steps}
            write_atomically(path, json.dumps(mine).encode())
        return held


def _other(path: Path) -> dict[str, Any] | None:
    """The living process that holds the lock, where it is not this one in this thread."""
    holder = _read(path)
    return holder if holder and not _is_me(holder) and may_be_alive(holder) else None


def this_process() -> dict[str, Any]:
    """What tells this process, and this thread, from all others on any machine."""
    process = psutil.Process()
    return {
        "pid": process.pid,
        "started": process.create_time(),
        "host": socket.gethostname(),
        "thread": threading.get_ident(),
    }


def _is_me(holder: dict[str, Any] | None) -> bool:
    me = this_process()
    return holder is not None and {name: holder.get(name) for name in me} == me


def _read(path: Path) -> dict[str, Any] | None:
    """Who holds the lock, None for nobody; LockedError where that cannot be told: it is written
    whole, so that what is no holder was damaged since, perhaps under a living run. StoreError where
    it cannot be read now, which tells nothing about it."""
    try:
        holder = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (IsADirectoryError, ValueError):
        holder = None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read ({error.strerror}), so nothing tells whether a run is at work: "
            "check its permissions, and its disk"
        ) from error
    if not _is_holder(holder):
        raise LockedError(
            f"{path} does not tell which run holds {path.parent}: where none is at work, run "
            "`inksift repair`, which moves it aside"
        )
    return dict(holder)


def _is_holder(told: Any) -> bool:
    """Whether these are facts as `this_process` tells them, such as can be looked up."""
    try:
        pid, started = told["pid"], told["started"]
        known = isinstance(pid, int) and 0 < pid < _ABOVE_EVERY_PID
        return bool(known and 0 < started < _LAST_SECOND and told["host"])
    except (TypeError, KeyError):
        return False


def is_malformed(path: Path) -> bool:
    """Whether a lock lies there that tells no holder. StoreError as `demand_free`."""
    try:
        _read(path)
    except LockedError:
        return True
    return False


def may_be_alive(holder: dict[str, Any]) -> bool:
    """Whether the process that is told so lives, as far as can be known here."""
    if holder["host"] != socket.gethostname():
        return True
    try:
        return bool(abs(psutil.Process(holder["pid"]).create_time() - holder["started"]) < 1)
    except psutil.NoSuchProcess:
        return False


def _refusal(path: Path, holder: dict[str, Any]) -> str:
    since = datetime.fromtimestamp(holder["started"]).strftime("%Y-%m-%d %H:%M:%S")
    return (
        f"another run holds {path.parent}: pid {holder['pid']} on {holder['host']}, started "
        f"{since}.\n"
        f"Wait for it, choose another --workspace, or remove {path} if that machine is gone"
    )
