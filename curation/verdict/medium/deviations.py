"""What pictures show, as deviations from the mean of their folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.vectors import blocks_of
from inksift.curation.verdict.medium.style import signed_root

ReadVectors = Callable[[slice], Floats32]
"""From places in a folder to what the pictures there show, m x d, as numbers of the caller's."""


@dataclass(frozen=True)
class DeviationSettings:
    """How what pictures show is reduced."""

    components: int = 128
    """Principal components that vectors are reduced to: the cost per picture stays small in large
    folders."""

    exact: int = 16_384
    """Pictures up to which all tell mean and components; of a larger folder evenly spread ones do,
    at most so many and at least half of that."""

    block: int = 1024
    """Pictures read at a time: bounds the memory, changes no answer."""

    tiny: float = 1e-12
    """A length below this is 0."""


DEVIATIONS = DeviationSettings()


def unit_vectors(count: int, read: ReadVectors) -> Floats32:
    """What `count` pictures show as deviations from the folder's mean, each of length 1 (or 0, for
    a picture at the mean), on `DEVIATIONS.components` principal components at most.

    Pictures in the order of their image_id, a digest, are as good as shuffled: the evenly spread
    ones stand for all."""
    from sklearn.decomposition import PCA

    if not count:
        return np.zeros((0, 0), dtype=np.float32)
    step = -(-count // DEVIATIONS.exact)
    sample = _rooted(read, slice(0, count, step))
    mean = sample.mean(axis=0)
    sample -= mean
    reduction = PCA(DEVIATIONS.components, copy=False, svd_solver="randomized", random_state=0)
    is_wide = min(sample.shape) > DEVIATIONS.components
    with threadpool_limits(limits=1):
        if step == 1:
            return _scaled(reduction.fit_transform(sample) if is_wide else sample)
        project = reduction.fit(sample).transform if is_wide else np.asarray
        blocks = (_rooted(read, block) - mean for block in blocks_of(count, DEVIATIONS.block))
        return np.concatenate([_scaled(project(block)) for block in blocks])


def _rooted(read: ReadVectors, places: slice) -> Floats32:
    """The signed roots of what the pictures show."""
    rooted = read(places)
    for block in blocks_of(len(rooted), DEVIATIONS.block):
        rooted[block] = signed_root(rooted[block])
    return rooted


def _scaled(vectors: Floats32) -> Floats32:
    """Each of length 1, or 0 where it has none."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled = vectors / np.maximum(lengths, DEVIATIONS.tiny)
    unit: Floats32 = np.where(lengths > DEVIATIONS.tiny, scaled, 0.0)
    return unit.astype(np.float32)
