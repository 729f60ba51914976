"""Pairs of pictures whose embeddings are close: the second source of candidates, for crops and
overlays.

Vectors are brought to one length and rounded to whole numbers so small that sums of their products
are exact in single precision. So cosines are good to about 0.001, and neither threads nor blocks
nor the order of pictures change a bit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd
from threadpoolctl import threadpool_limits

Vectors = npt.NDArray[np.float32]
Cosines = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_EXACT_UP_TO = 50_000
_CELL_SIZE = 500
_CELLS_IN_REACH = 8
_MOST_IN_CELL = 8192
_DIRECTIONS = 64
_SAMPLE = 4096
_SAMPLED_PER_CELL = 40
_ROUNDS = 20
_SIDE = 2048
_LONGEST = 4095.0  # 4096 squared is the largest whole number to which single precision counts


class _Close(NamedTuple):
    """Which `other` is close to which `one`, and how close."""

    one: Indices
    other: Indices
    cosine: Cosines


def near_vectors(vectors: Vectors, neighbours: int, min_cosine: float) -> tuple[Indices, Indices]:
    """Pairs i < j, ordered, of which one is among the `neighbours` nearest of the other, with at
    least `min_cosine`.

    `vectors` is n x dimension; rows of zeros match nothing. Of others equally near the earlier
    count as nearer, so that there are at most n x `neighbours` pairs. Exact up to 50,000 vectors.
    Of more, each is compared with those in the eight nearest cells of a k-means, the earliest 8,192
    of a cell, and a pair across a farther border is missed."""
    if not neighbours:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    known = np.flatnonzero(_squares(vectors))
    blocks = _all_blocks(known) if len(known) <= _EXACT_UP_TO else _blocks_in_reach(vectors, known)
    found = [
        close
        for rows, columns in blocks
        for close in _close_in_block(
            vectors, rows, columns, neighbours=neighbours, min_cosine=min_cosine
        )
    ]
    near = _nearest(_joined(found), neighbours)
    return ordered_pairs(near.one, near.other, len(vectors))


def ordered_pairs(one: Indices, other: Indices, number: int) -> tuple[Indices, Indices]:
    """Pairs of positions below `number`, each once, with the smaller first, in ascending order."""
    code = np.unique(np.minimum(one, other) * number + np.maximum(one, other))
    return code // max(1, number), code % max(1, number)


def _all_blocks(known: Indices) -> Iterator[tuple[Indices, Indices]]:
    parts = _split(known)
    yield from ((rows, columns) for k, rows in enumerate(parts) for columns in parts[k:])


def _blocks_in_reach(vectors: Vectors, known: Indices) -> Iterator[tuple[Indices, Indices]]:
    """All that have a cell in reach, with what lies in it."""
    with threadpool_limits(1):  # sums over several threads differ in the last bits from run to run
        points = _outlines(vectors, known)
        centres = _centres(points)
        nearest = [
            _nearest_centres(points[some], centres) for some in _split(np.arange(len(known)))
        ]
    home, reach = (np.concatenate(part) for part in zip(*nearest, strict=True))
    members, visits = _grouped(home, len(centres)), _grouped(reach.ravel(), len(centres))
    for inside, visit in zip(members, visits, strict=True):
        yield from product(
            _split(known[visit // reach.shape[1]]), _split(known[inside[:_MOST_IN_CELL]])
        )


def _outlines(vectors: Vectors, known: Indices) -> Vectors:
    """n x 64: each vector, at unit length, along the directions in which a sample of them differs
    most."""
    sample = _unit(vectors[_spaced(known, _SAMPLE)])
    middle = sample.mean(axis=0)
    directions = randomized_svd(sample - middle, min(_DIRECTIONS, *sample.shape), random_state=0)[
        2
    ].T
    return np.concatenate([(_unit(vectors[some]) - middle) @ directions for some in _split(known)])


def _centres(points: Vectors) -> Vectors:
    cells = math.ceil(len(points) / _CELL_SIZE)
    means = MiniBatchKMeans(cells, n_init=1, max_iter=_ROUNDS, batch_size=_SAMPLE, random_state=0)
    centres: Vectors = np.unique(
        means.fit(_spaced(points, _SAMPLED_PER_CELL * cells)).cluster_centers_, axis=0
    )
    return centres


def _nearest_centres(points: Vectors, centres: Vectors) -> tuple[Indices, Indices]:
    """The nearest centre of each point, and the nearest few in no special order."""
    distances = _squares(centres) / 2 - points @ centres.T
    few = min(_CELLS_IN_REACH, len(centres))
    return distances.argmin(axis=1), np.argpartition(distances, few - 1, axis=1)[:, :few]


def _grouped(labels: Indices, number: int) -> list[Indices]:
    """The positions of each label below `number`, ascending."""
    return np.split(
        np.argsort(labels, kind="stable"), np.cumsum(np.bincount(labels, minlength=number))[:-1]
    )


def _spaced(rows: npt.NDArray[Any], most: int) -> npt.NDArray[Any]:
    """At most so many rows, evenly spaced."""
    return rows[:: math.ceil(len(rows) / most)]


def _close_in_block(
    vectors: Vectors, rows: Indices, columns: Indices, *, neighbours: int, min_cosine: float
) -> Iterator[_Close]:
    """The nearest columns of each row, then the nearest rows of each column."""
    cosines = _cosines(vectors, rows, columns)
    cosines[rows[:, None] == columns] = -np.inf
    for ones, others, table in ((rows, columns, cosines), (columns, rows, cosines.T)):
        one, other = np.nonzero(_largest(table, neighbours, min_cosine))
        yield _Close(ones[one], others[other], table[one, other])


def _largest(cosines: Cosines, most: int, minimum: float) -> npt.NDArray[np.bool_]:
    """Marks, in every row, of the `most` largest that are no less than `minimum`; of equal ones the
    first."""
    marked = cosines >= minimum
    crowded = np.flatnonzero(np.count_nonzero(marked, axis=1) > most)
    if not len(crowded):
        return marked
    crowd = cosines[crowded]
    least = np.partition(crowd, -most, axis=1)[:, [-most]]
    above, equal = crowd > least, crowd == least
    marked[crowded] = above | (
        equal & (equal.cumsum(axis=1) <= most - above.sum(axis=1, keepdims=True))
    )
    return marked


def _nearest(close: _Close, neighbours: int) -> _Close:
    """The nearest few others of each one; what two blocks found counts once."""
    order = np.lexsort((close.other, -close.cosine, close.one))
    one, other, cosine = (column[order] for column in close)
    again = np.concatenate([[False], (one[1:] == one[:-1]) & (other[1:] == other[:-1])])[: len(one)]
    one, other, cosine = one[~again], other[~again], cosine[~again]
    first_few = np.arange(len(one)) - np.searchsorted(one, one) < neighbours
    return _Close(one[first_few], other[first_few], cosine[first_few])


def _joined(found: list[_Close]) -> _Close:
    nothing = _Close(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    return _Close(*(np.concatenate(column) for column in zip(nothing, *found, strict=True)))


def _cosines(vectors: Vectors, rows: Indices, columns: Indices) -> Cosines:
    one, other = _whole(vectors[rows]), _whole(vectors[columns])
    cosines: Cosines = (one @ other.T) / np.sqrt(np.outer(_squares(one), _squares(other)))
    return cosines


def _whole(vectors: Vectors) -> Vectors:
    """Rows as whole numbers whose products, in whatever order they are added, stay below the
    largest exact sum."""
    length = _LONGEST - np.sqrt(vectors.shape[1]) / 2
    scale = (length / np.sqrt(_squares(vectors))).astype(np.float32)
    whole: Vectors = np.rint(vectors * scale[:, None])
    return whole


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.sqrt(_squares(vectors)).astype(np.float32)[:, None]
    return unit


def _squares(vectors: Vectors) -> Cosines:
    """The squared length of each row."""
    squares: Cosines = np.einsum("ij,ij->i", vectors, vectors).astype(np.float64)
    return squares


def _split(positions: Indices) -> list[Indices]:
    return [positions[start : start + _SIDE] for start in range(0, len(positions), _SIDE)]
