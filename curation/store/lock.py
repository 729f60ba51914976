"""One run at a time in a workspace."""

from __future__ import annotations

import fcntl
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.store.files import write_atomically

_SECONDS_BETWEEN_TRIES = 0.2
"""Far below what a step takes."""


@contextmanager
def run_lock(path: Path, run: str = "") -> Iterator[None]:
    """Hold `path` while the block runs; LockedError when a living process holds it, or one on
    another host.

    Of the processes of one `run`, which Dagster may start for its steps, each waits for the others.
    A lock is stale when its process is gone or when its pid now belongs to a process that started
    at another time."""
    while (nested := _taken(path, run)) is None:
        time.sleep(_SECONDS_BETWEEN_TRIES)
    try:
        yield
    finally:
        if not nested:
            path.unlink(missing_ok=True)


def _taken(path: Path, run: str) -> bool | None:
    """Whether this process held the lock before, as it does now; None where another of the same run
    has it."""
    with _guard(path):
        holder = _read(path)
        if holder and not _is_me(holder) and _alive(holder):
            if run and holder.get("run") == run:
                return None
            raise LockedError(_refusal(path, holder))
        nested = holder is not None and _is_me(holder)
        if not nested:
            write_atomically(path, json.dumps({**_me(), "run": run}).encode())
        return nested


@contextmanager
def _guard(path: Path) -> Iterator[None]:
    try:
        guard = path.with_suffix(".guard").open("w")
    except OSError as error:
        raise StoreError(
            f"cannot write to {path.parent} ({error.strerror}): choose another --workspace"
        ) from error
    with guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _me() -> dict[str, Any]:
    process = psutil.Process()
    return {"pid": process.pid, "started": process.create_time(), "host": socket.gethostname()}


def _is_me(holder: dict[str, Any]) -> bool:
    me = _me()
    return {name: holder[name] for name in me} == me


def _read(path: Path) -> dict[str, Any] | None:
    try:
        holder = json.loads(path.read_text())
        return holder if {"pid", "started", "host"} <= set(holder) else None
    except (OSError, ValueError, TypeError):
        return None


def _alive(holder: dict[str, Any]) -> bool:
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
