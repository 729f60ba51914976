"""DBSCAN block by block: the labels of scikit-learn's, without the list of every point's
neighbours, which in a crowd is the square of the points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from inksift.curation.base.arrays import Flags, Floats32, Integers
from inksift.curation.base.components import connected_components
from inksift.curation.base.vectors import blocks_of

if TYPE_CHECKING:
    from sklearn.neighbors import NearestNeighbors

_AT_ONCE = 1024
"""Points whose neighbours are in memory at a time. Changes no answer."""

NOISE = -1
"""The label of a point that belongs to no cluster."""


def dbscan(points: Floats32, eps: float, min_samples: int) -> Integers:
    """The cluster of every point, in order of their first dense ones; -1 for noise. A point at the
    edge of several belongs to the first of these."""
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(radius=eps).fit(points)
    blocks = list(blocks_of(len(points), _AT_ONCE))
    counts = [_counted(_pairs(search, points, some)[0], some) for some in blocks]
    dense = np.concatenate(counts) >= min_samples
    tied = np.arange(len(points))
    for some in blocks:
        one, other = _pairs(search, points, some)
        both = dense[one + some.start] & dense[other]
        tied = _joined(tied, one[both] + some.start, other[both])
    labels = np.full(len(points), NOISE)
    labels[dense] = pd.factorize(tied[dense])[0]
    edges = [_edges(_pairs(search, points, some), some, dense, labels) for some in blocks]
    return np.where(dense, labels, np.concatenate(edges))


def _pairs(search: NearestNeighbors, points: Floats32, some: slice) -> tuple[Integers, Integers]:
    """Each point of a block, counted in it, beside each within the radius of it, itself among
    them."""
    found = search.radius_neighbors(points[some], return_distance=False)
    return np.repeat(np.arange(len(found)), [len(near) for near in found]), np.concatenate(found)


def _counted(ones: Integers, some: slice) -> Integers:
    """The neighbours of every point of a block: rounding may keep even a point itself out of a
    small radius."""
    return np.bincount(ones, minlength=some.stop - some.start)


def _joined(tied: Integers, one: Integers, other: Integers) -> Integers:
    """The first point of the chain that each point belongs to, with these ties among them."""
    points = np.arange(len(tied))
    starts, ends = np.concatenate([points, one]), np.concatenate([tied, other])
    labels = connected_components(len(tied), starts, ends)
    first: Integers = np.unique(labels, return_index=True)[1]
    return first[labels]


def _edges(
    pairs: tuple[Integers, Integers], some: slice, dense: Flags, labels: Integers
) -> Integers:
    """The first cluster that reaches each point of a block, -1 where none does."""
    one, other = pairs
    number = some.stop - some.start
    first = np.full(number, len(labels))
    near = dense[other]
    np.minimum.at(first, one[near], labels[other[near]])
    return np.where(first == len(labels), NOISE, first)
