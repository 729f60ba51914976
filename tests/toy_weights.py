"""Weights of a network that is registered for one test."""

from __future__ import annotations

from pathlib import Path

import pytest

from inksift.curation.evidence.models import families
from inksift.curation.evidence.models.pinned import Weights
from inksift.curation.evidence.models.roles import Embedder, EmbedderModel


def register(monkeypatch: pytest.MonkeyPatch, weights: Weights) -> None:
    """Make `weights` known, in place of others of that name."""
    others = [model for model in families.EMBEDDERS if model.weights.name != weights.name]
    monkeypatch.setattr(families, "EMBEDDERS", (*others, EmbedderModel(weights, _never_loaded)))


def _never_loaded(weights: Path, folder: Path) -> Embedder:
    raise AssertionError(f"nothing here loads {weights}")
