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

from inksift.curation.base.arrays import Floats32, Integers
from inksift.curation.verdict.medium.alike import alike_order
from inksift.curation.verdict.medium.cells import CELLS, Compared, comparisons
from inksift.curation.verdict.medium.deviations import unit_vectors
from inksift.curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class SearchSettings:
    """How neighbours are searched."""

    group: int = 64
    """Pictures of which the nearest is found first; the nearest of all are in the groups of the
    nearest."""

    tiny: float = 1e-12
    """Sums below this are 0."""


SEARCH = SearchSettings()


class Near(NamedTuple):
    """For each of n pictures its k nearest others."""

    rows: npt.NDArray[np.int64]
    """Their rows, rising, n x k."""

    similarities: Floats
    """Their cosine similarities, at least 0, n x k."""


def nearest(vectors: npt.NDArray[np.float32], count: int) -> Near:
    """The nearest others of each picture by the cosine of their deviations from the folder's mean.

    `vectors` is n x d, what the pictures show."""
    unit = unit_vectors(len(vectors), lambda places: vectors[places].copy())
    return nearest_units(unit, count)


def nearest_units(unit: Floats32, count: int, *, alike: Integers | None = None) -> Near:
    """The same from the folder's `unit_vectors`; `alike` is their `alike_order`, where that is
    known. One thread, so that the answer is the same on every machine.

    Exact up to `CELLS.compared` pictures; of more, each is compared with so many, see `cells`."""
    count = min(count, max(len(unit) - 1, 0))
    near = Near(np.zeros((len(unit), count), np.int64), np.zeros((len(unit), count)))
    if not count:
        return near
    if alike is None and len(unit) > CELLS.compared:
        alike = alike_order(unit)
    with threadpool_limits(limits=1):
        for compared in comparisons(unit, alike):
            found = _nearest(unit, compared, count)
            near.rows[compared.rows], near.similarities[compared.rows] = found
    return near


def pull(log_odds: Floats, near: Near, *, share: float, limit: float) -> Floats:
    """What the neighbours add to each of n log-odds: `share` of the way to their mean, weighted by
    similarity, and at most `limit` either way. 0 for a picture without similar neighbours."""
    weights = near.similarities
    total = weights.sum(axis=1)
    mean = (log_odds[near.rows] * weights).sum(axis=1) / np.maximum(total, SEARCH.tiny)
    pulled = np.clip(share * (mean - log_odds), -limit, limit)
    return np.where(total > SEARCH.tiny, pulled, 0.0)


def _nearest(unit: Floats32, compared: Compared, count: int) -> Near:
    similarities = unit[compared.rows] @ unit[compared.others].T
    own = np.searchsorted(compared.others, compared.rows)
    # no picture is a neighbour of itself
    similarities[np.arange(len(own)), own] = -np.inf
    places = np.sort(_largest(similarities, count), axis=1)
    found = np.take_along_axis(similarities, places, axis=1).clip(0.0)
    return Near(compared.others[places], found.astype(np.float64))


def _largest(values: Floats32, count: int) -> Integers:
    """The places of the largest `count` values of each row, in no order."""
    whole = values.shape[1] // SEARCH.group * SEARCH.group
    groups = values[:, :whole].reshape(len(values), -1, SEARCH.group)
    if groups.shape[1] <= count:
        return _partition(values, count)
    fullest = _partition(groups.max(axis=2), count)
    inside = fullest[:, :, None] * SEARCH.group + np.arange(SEARCH.group)
    rest = np.broadcast_to(
        np.arange(whole, values.shape[1]), (len(values), values.shape[1] - whole)
    )
    places = np.concatenate([inside.reshape(len(values), -1), rest], axis=1)
    chosen = _partition(np.take_along_axis(values, places, axis=1), count)
    return np.take_along_axis(places, chosen, axis=1)


def _partition(values: Floats32, count: int) -> Integers:
    return np.argpartition(-values, count - 1, axis=1)[:, :count]
