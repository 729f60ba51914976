"""Fixtures that every test may use."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


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
