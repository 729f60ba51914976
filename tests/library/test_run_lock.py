"""Processes of one run take turns in a workspace; those of another, and other threads, are
refused."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from inksift.curation.base.errors import LockedError, StoreError
from inksift.curation.store.lock import RUN_LOCK, demand_free, is_malformed, this_process
from inksift.curation.store.workspace import Workspace

HOLD = """
import sys
from pathlib import Path
from inksift.curation.store.workspace import Workspace

with Workspace(Path(sys.argv[1])).locked(run="r1"):
    print("held", flush=True)
    sys.stdin.read()
"""
TIMEOUT_S = 60


@pytest.fixture
def step(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the workspace for a step of the run r1."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "w")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    if process.poll() is None:
        process.communicate("")


def test_a_step_waits_for_another_of_its_run(step: subprocess.Popen[str], tmp_path: Path) -> None:
    taken = threading.Event()

    def take() -> None:
        with Workspace(tmp_path / "w").locked(run="r1"):
            taken.set()

    waiting = threading.Thread(target=take)
    waiting.start()
    assert not taken.wait(0.5)
    step.communicate("")
    assert taken.wait(TIMEOUT_S)
    waiting.join(TIMEOUT_S)


@pytest.mark.parametrize("run", ["", "r2"])
def test_another_run_is_refused(step: subprocess.Popen[str], tmp_path: Path, run: str) -> None:
    with pytest.raises(LockedError, match=f"pid {step.pid}"), Workspace(tmp_path / "w").locked(run):
        pass


def test_another_thread_is_another_run(tmp_path: Path) -> None:
    """As in a notebook, where one call goes on in the background."""
    refused: list[LockedError] = []

    def take() -> None:
        with pytest.raises(LockedError) as met, Workspace(tmp_path / "w").locked():
            pass
        refused.append(met.value)

    with Workspace(tmp_path / "w").locked(), Workspace(tmp_path / "w").locked("r1"):
        other = threading.Thread(target=take)
        other.start()
        other.join(TIMEOUT_S)
    assert f"pid {os.getpid()}" in str(refused[0])
    with Workspace(tmp_path / "w").locked():
        pass


ME = this_process()


@pytest.mark.parametrize(
    "facts",
    [
        {"pid": 1.5},
        {"pid": "1"},
        {"pid": 0},
        {"pid": 2**31},
        {"started": "today"},
        {"started": 1e300},
        {"host": ""},
    ],
    ids=str,
)
def test_a_lock_of_facts_that_cannot_be_looked_up_is_malformed(
    tmp_path: Path, facts: dict[str, object]
) -> None:
    lock = tmp_path / RUN_LOCK
    lock.write_text(json.dumps(ME | facts))
    assert is_malformed(lock)


@pytest.mark.parametrize("started", [0.5, 1_800_000_000.25, 2.0**31 + 1])
def test_a_lock_of_any_second_tells_its_holder(tmp_path: Path, started: float) -> None:
    lock = tmp_path / RUN_LOCK
    lock.write_text(json.dumps(ME | {"started": started, "host": "elsewhere"}))
    assert not is_malformed(lock)
    with pytest.raises(LockedError, match="on elsewhere"):
        demand_free(lock)


def test_no_lock_and_a_living_one_are_not_malformed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    assert not is_malformed(workspace.lock)
    with workspace.locked():
        assert not is_malformed(workspace.lock)


def test_a_lock_that_cannot_be_read_is_not_taken_for_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network disk that lost the file's handle."""

    def stale(_: Path) -> bytes:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    monkeypatch.setattr(Path, "read_bytes", stale)
    with pytest.raises(StoreError, match="Stale file handle") as met:
        is_malformed(tmp_path / RUN_LOCK)
    assert not isinstance(met.value, LockedError)
