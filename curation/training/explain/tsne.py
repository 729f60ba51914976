"""Floats64 in few dimensions that are near each other where vectors are: t-SNE (van der Maaten and
Hinton 2008)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import AnyFloats, Floats64


@dataclass(frozen=True)
class TsneSettings:
    """What the authors advise or scikit-learn sets by itself, but where a field says otherwise."""

    components: int = 50
    """Principal components kept before."""

    start: float = 1e-4
    """Deviation of the points at the start."""

    noise: float = 0.01
    """How much of that is the seed's: by eye."""

    iterations: int = 500
    """Steps of the descent: by eye, half of scikit-learn's."""

    exaggeration: int = 12
    """How many times closer than they are the vectors pretend to be in the first steps."""


_SETTINGS = TsneSettings()


def tsne(vectors: AnyFloats, *, dimensions: int, perplexity: float, seed: int) -> Floats64:
    """n x dimensions points for n vectors; on one thread, so that the same vectors always give the
    same points.

    They start at the first principal components, each moved a little by `seed`. The perplexity is
    at most a third of the other points. Two vectors give two points, one vector or vectors that are
    all the same give one spot."""
    if len(vectors) < 2 or not np.ptp(vectors, axis=0).any():
        return np.zeros((len(vectors), dimensions))
    with threadpool_limits(1):
        components = _principal_components(np.asarray(vectors, dtype=np.float64))
        start = _start(components, dimensions, np.random.default_rng(seed))
        if len(vectors) == 2:
            return start
        fitted = TSNE(
            dimensions,
            perplexity=max(1.0, min(perplexity, (len(vectors) - 1) / 3)),
            learning_rate=_learning_rate(len(vectors)),
            init=start,
            max_iter=_SETTINGS.iterations,
            random_state=seed,
            n_jobs=1,
        ).fit_transform(components)
    return np.asarray(fitted, dtype=np.float64)


def same_class_neighbours(vectors: AnyFloats, labels: npt.NDArray[np.object_]) -> float:
    """Share of the vectors whose nearest other one has the same label; NaN for fewer than two.

    >>> classes = np.array(["a", "a", "b"], dtype=object)
    >>> same_class_neighbours(np.array([[0.0], [1.0], [3.0]]), classes).__round__(2)
    0.67
    """
    if len(vectors) < 2:
        return float("nan")
    nearest = (
        NearestNeighbors(n_neighbors=1, n_jobs=1)
        .fit(vectors)
        .kneighbors(return_distance=False)[:, 0]
    )
    return float((labels[nearest] == labels).mean())


def _learning_rate(count: int) -> float:
    """What scikit-learn sets by itself, but for its least value of 50: with that, fewer than some
    hundred points in three dimensions fly apart (divergence from the vectors 2.8 for 60 of them,
    0.3 with this)."""
    return max(2.0, count / _SETTINGS.exaggeration / 4)


def _principal_components(vectors: Floats64) -> Floats64:
    """The 50 that carry most, as the authors advise, or as many as there are."""
    left, strength, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    components: Floats64 = (left * strength)[:, : _SETTINGS.components]
    return components


def _start(components: Floats64, dimensions: int, rng: np.random.Generator) -> Floats64:
    """As small as t-SNE wants it."""
    start = np.zeros((len(components), dimensions))
    width = min(dimensions, components.shape[1])
    start[:, :width] = components[:, :width]
    moved = _SETTINGS.noise * rng.standard_normal(start.shape)
    started: Floats64 = _SETTINGS.start * (start / start.std() + moved)
    return started
