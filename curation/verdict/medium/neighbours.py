"""Near pictures of the same folder pull a verdict their way, within bounds.

A crawl's pictures come in families: one artist's drawings, one shop's photographs. The head may
never have seen such a family and still be right about most of it, so its members vote for each
other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from curation.verdict.medium.style import signed_root
from curation.verdict.medium.votes import Floats

COMPONENTS = 128
BLOCK = 1024
_TINY = 1e-12


class Near(NamedTuple):
    """For each of n pictures its k nearest others: their rows (n x k) and cosine similarities, at
    least 0 (n x k)."""

    rows: npt.NDArray[np.int64]
    similarities: Floats


def nearest(vectors: npt.NDArray[np.float32], count: int) -> Near:
    """The nearest others of each picture by the cosine of their deviations from the folder's mean.

    `vectors` is n x d, what the pictures show. They are reduced to `COMPONENTS` principal
    components, so that the cost per picture stays small in large folders; one thread, so that the
    answer is the same on every machine."""
    count = min(count, max(len(vectors) - 1, 0))
    with threadpool_limits(limits=1):
        unit = _unit(vectors)
        blocks = (
            [_nearest(unit, start, count) for start in range(0, len(unit), BLOCK)] if count else []
        )
    if not blocks:
        return Near(np.zeros((len(vectors), 0), np.int64), np.zeros((len(vectors), 0)))
    return Near(*(np.concatenate(part) for part in zip(*blocks, strict=True)))


def pull(log_odds: Floats, near: Near, *, share: float, limit: float) -> Floats:
    """What the neighbours add to each of n log-odds: `share` of the way to their mean, weighted by
    similarity, and at most `limit` either way. 0 for a picture without similar neighbours."""
    weights = near.similarities
    total = weights.sum(axis=1)
    mean = (log_odds[near.rows] * weights).sum(axis=1) / np.maximum(total, _TINY)
    pulled = np.clip(share * (mean - log_odds), -limit, limit)
    return np.where(total > _TINY, pulled, 0.0)


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows of length 1 (or 0, for a picture at the folder's mean)."""
    rooted = signed_root(vectors)
    centred = rooted - rooted.mean(axis=0) if len(rooted) else rooted
    if min(centred.shape) > COMPONENTS:
        centred = PCA(COMPONENTS, svd_solver="randomized", random_state=0).fit_transform(centred)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: npt.NDArray[np.float32] = np.where(
        lengths > _TINY, centred / np.maximum(lengths, _TINY), 0.0
    )
    return unit.astype(np.float32)


def _nearest(unit: npt.NDArray[np.float32], start: int, count: int) -> Near:
    similarities = unit[start : start + BLOCK] @ unit.T
    own = np.arange(len(similarities))
    similarities[own, start + own] = -np.inf
    rows = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
    return Near(rows, np.take_along_axis(similarities, rows, axis=1).clip(0.0).astype(np.float64))
