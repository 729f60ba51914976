"""Near pictures of the same folder pull a verdict their way, within bounds.

A crawl's pictures come in families: one artist's drawings, one shop's photographs. The head may
never have seen such a family and still be right about most of it, so its members vote for each
other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from inksift.curation.verdict.medium.style import signed_root
from inksift.curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class SearchSettings:
    """How neighbours are searched."""

    components: int = 128
    """Principal components that vectors are reduced to: the cost per picture stays small in large
    folders."""

    block: int = 1024
    """Pictures compared with all others at a time: bounds the memory, changes no answer."""

    tiny: float = 1e-12
    """Lengths and sums below this are 0."""


SEARCH = SearchSettings()


class Near(NamedTuple):
    """For each of n pictures its k nearest others."""

    rows: npt.NDArray[np.int64]
    """Their rows, n x k."""

    similarities: Floats
    """Their cosine similarities, at least 0, n x k."""


def nearest(vectors: npt.NDArray[np.float32], count: int) -> Near:
    """The nearest others of each picture by the cosine of their deviations from the folder's mean.

    `vectors` is n x d, what the pictures show."""
    return nearest_units(unit_vectors(vectors), count)


def nearest_units(unit: npt.NDArray[np.float32], count: int) -> Near:
    """The same from the folder's `unit_vectors`. One thread, so that the answer is the same on
    every machine."""
    count = min(count, max(len(unit) - 1, 0))
    if not count:
        return Near(np.zeros((len(unit), 0), np.int64), np.zeros((len(unit), 0)))
    with threadpool_limits(limits=1):
        blocks = [_nearest(unit, start, count) for start in range(0, len(unit), SEARCH.block)]
    rows = np.concatenate([block.rows for block in blocks])
    return Near(rows, np.concatenate([block.similarities for block in blocks]))


def unit_vectors(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """What n pictures show (n x d) as deviations from the folder's mean, each of length 1 (or 0,
    for a picture at the mean), on `SEARCH.components` principal components at most."""
    from sklearn.decomposition import PCA

    if not len(vectors):
        return np.zeros((0, 0), dtype=np.float32)
    rooted = signed_root(vectors)
    centred = rooted - rooted.mean(axis=0)
    if min(centred.shape) > SEARCH.components:
        reduction = PCA(SEARCH.components, svd_solver="randomized", random_state=0)
        with threadpool_limits(limits=1):
            centred = reduction.fit_transform(centred)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    scaled = centred / np.maximum(lengths, SEARCH.tiny)
    unit: npt.NDArray[np.float32] = np.where(lengths > SEARCH.tiny, scaled, 0.0)
    return unit.astype(np.float32)


def pull(log_odds: Floats, near: Near, *, share: float, limit: float) -> Floats:
    """What the neighbours add to each of n log-odds: `share` of the way to their mean, weighted by
    similarity, and at most `limit` either way. 0 for a picture without similar neighbours."""
    weights = near.similarities
    total = weights.sum(axis=1)
    mean = (log_odds[near.rows] * weights).sum(axis=1) / np.maximum(total, SEARCH.tiny)
    pulled = np.clip(share * (mean - log_odds), -limit, limit)
    return np.where(total > SEARCH.tiny, pulled, 0.0)


def _nearest(unit: npt.NDArray[np.float32], start: int, count: int) -> Near:
    similarities = unit[start : start + SEARCH.block] @ unit.T
    own = np.arange(len(similarities))
    similarities[own, start + own] = -np.inf  # no picture is a neighbour of itself
    rows = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
    found = np.take_along_axis(similarities, rows, axis=1).clip(0.0)
    return Near(rows, found.astype(np.float64))
