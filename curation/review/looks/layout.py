"""A map of embeddings: t-SNE of some, and each of the others among the nearest of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors

from inksift.curation.training.explain.tsne import tsne

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class MapSettings:
    """By eye, on crawls of some thousands."""

    landmarks: int = 3000
    """Pictures that t-SNE places: it takes 20 seconds on one core for them, and minutes for ten
    times as many."""

    perplexity: float = 30.0
    """How many neighbours each keeps close, as the authors of t-SNE advise."""

    nearest: int = 3
    """Landmarks between which every other picture is placed."""

    margin: float = 0.002
    """Share of the pictures at either end of an axis that may be drawn in to the edge."""


_MAP = MapSettings()


def points_of(directions: _Floats, seed: int) -> _Floats:
    """n x 2 points, each axis from 0 to 1, for n unit vectors."""
    count = len(directions)
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(count, min(count, _MAP.landmarks), replace=False))
    placed = tsne(directions[chosen], dimensions=2, perplexity=_MAP.perplexity, seed=seed)
    points = placed if len(chosen) == count else _among(directions, directions[chosen], placed)
    return _scaled(points)


def _among(directions: _Floats, landmarks: _Floats, placed: npt.NDArray[np.float64]) -> _Floats:
    """Every vector at the mean of the places of its nearest landmarks, the nearer the heavier."""
    apart, nearest = (
        NearestNeighbors(n_neighbors=_MAP.nearest).fit(landmarks).kneighbors(directions)
    )
    weights = 1 / (apart + 1e-3)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray((weights[:, :, None] * placed[nearest]).sum(axis=1), np.float32)


def _scaled(points: npt.NDArray[np.floating]) -> _Floats:
    low, high = np.quantile(points, (_MAP.margin, 1 - _MAP.margin), axis=0)
    wide = np.where(high > low, high - low, 1.0)
    return np.asarray(np.clip((points - low) / wide, 0, 1), np.float32)
