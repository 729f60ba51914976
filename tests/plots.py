"""Plots for tests that are not about them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from inksift.curation.drawing import drawing

BLANK_PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mP4DwABAQEAHLCMmQAAAABJRU5ErkJggg=="
)


@contextmanager
def blank_plots() -> Iterator[None]:
    """One white pixel stands for every plot: Matplotlib neither lays out nor draws anything."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(drawing, "_laid_out", lambda *_: None)
        patched.setattr(drawing, "_png", lambda *_: BLANK_PNG)
        yield
