"""Fixtures that every test may use."""

from __future__ import annotations

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
def rng() -> np.random.Generator:
    """Seeded randomness."""
    return np.random.default_rng(20221)
