"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, settings

SHARED = Path(__file__).resolve().parents[2] / "shared"
RAM_DISK = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
"""Free on the RAM disk and in memory before tests write there: many times what they keep."""

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
"""How long an example takes says how busy the machine is, and nothing of the code."""


def pytest_configure() -> None:
    """Temporary files go to a RAM disk where there is one and nobody names another place by TMPDIR,
    and threads that have nothing to do sleep. Worker processes inherit both.

    Half the time of a run on a few drawn pictures is Dagster's history, which waits for the disk
    after every event. And where more threads than cores train networks, those of OpenMP that wait
    for others keep them from the cores: a training of 3 s takes minutes."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if "TMPDIR" not in os.environ and _has_room(RAM_DISK):
        os.environ["TMPDIR"] = str(RAM_DISK)
        tempfile.tempdir = None


def _has_room(folder: Path) -> bool:
    return (
        os.access(folder, os.W_OK | os.X_OK)
        and shutil.disk_usage(folder).free >= ROOM_BYTES
        and psutil.virtual_memory().available >= ROOM_BYTES
    )


@pytest.fixture
def shared() -> Path:
    """The folder of real pictures and weights beside the checkout."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"the real pictures are not at {SHARED}")
    return SHARED


@pytest.fixture
def weights(shared: Path) -> Path:
    """The folder with real YOLO weights."""
    if not (shared / "weights" / "yolov8n.pt").is_file():
        pytest.skip(f"yolov8n.pt is not at {shared / 'weights'}")
    return shared / "weights"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A workspace that another living process holds, and the pid of that process."""
    workspace = tmp_path / "held"
    program = (
        "import sys; from pathlib import Path; from curation.store.workspace import Workspace\n"
        f"with Workspace(Path({str(workspace)!r})).locked():\n    print('held', flush=True); "
        "sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield workspace, other.pid
    finally:
        other.communicate("")


@pytest.fixture
def rng() -> np.random.Generator:
    """Seeded randomness."""
    return np.random.default_rng(20221)
