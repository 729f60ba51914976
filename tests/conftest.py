"""Fixtures that every test may use."""

from __future__ import annotations

import gc
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
from PIL import Image

SHARED = Path(__file__).resolve().parents[2] / "shared"
RAM_DISK = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
"""Free on the RAM disk and in memory before tests write there: many times what they keep."""

GARBAGE_AFTER = 50_000
"""New objects after which garbage is looked for: 700 is Python's own bound, and tests end before it
matters."""

LONG = ("web", "graph")
"""Folders whose files take longest: their tests come first."""

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says how busy the machine is, and nothing of the code."""

settings.register_profile("every change", PATIENT, max_examples=40)
settings.register_profile("wide", PATIENT, max_examples=200)


def pytest_configure(config: pytest.Config) -> None:
    """Temporary files go to a RAM disk where there is one and nobody names another place by TMPDIR,
    and arithmetic has one thread, which sleeps when it has nothing to do. Worker processes inherit
    this.

    Half the time of a run on a few drawn pictures is Dagster's history, which waits for the disk
    after every event. And the processes of the suite fill the cores: with a thread for every core
    in each of them, the same arithmetic costs nearly twice the processor time."""
    settings.load_profile("every change" if config.getoption("markexpr") else "wide")
    gc.set_threshold(GARBAGE_AFTER)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if "TMPDIR" not in os.environ and _has_room(RAM_DISK):
        os.environ["TMPDIR"] = str(RAM_DISK)
        tempfile.tempdir = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes and end with those that take seconds: the worker that
    ends first then waits for no long file of the other."""
    items.sort(key=lambda item: (*LONG, item.path.parent.name).index(item.path.parent.name))


def pytest_collection_finish() -> None:
    """Leave what was imported out of the search for garbage: a suite that has imported torch and
    Dagster spends a tenth of its time on it."""
    gc.collect()
    gc.freeze()


def _has_room(folder: Path) -> bool:
    return (
        os.access(folder, os.W_OK | os.X_OK)
        and shutil.disk_usage(folder).free >= ROOM_BYTES
        and psutil.virtual_memory().available >= ROOM_BYTES
    )


@pytest.fixture(autouse=True)
def _limit_of_pillow() -> Iterator[None]:
    """A test that decodes in this process lowers the limit of Pillow for all that follow."""
    before = Image.MAX_IMAGE_PIXELS
    yield
    Image.MAX_IMAGE_PIXELS = before


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
        "import sys; from pathlib import Path\n"
        "from inksift.curation.store.workspace import Workspace\n"
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
