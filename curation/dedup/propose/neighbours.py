"""Pairs of pictures whose embeddings are close: the second source of candidates, for crops and
overlays.

Vectors are brought to one length and rounded to whole numbers so small that sums of their products
are exact in single precision. So cosines are good to about 0.001, and neither threads nor blocks
nor the order of pictures change a bit."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations_with_replacement, product
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Floats32, Integers
from inksift.curation.base.vectors import blocks_of
from inksift.curation.dedup.propose.nearest import Cosines, Nearest, NearestSoFar, nothing_near


class Vectors(Protocol):
    """n x dimension numbers, of which some rows at a time are asked for: an array, or what reads
    them from where they lie."""

    def __len__(self) -> int: ...
    def __getitem__(self, rows: Integers, /) -> Floats32: ...


Block = tuple[Integers, Integers]
"""Positions of rows and of columns that are compared."""

_LONGEST = 4095.0
"""Length of a vector of whole numbers: 4096 squared is the largest whole number to which single
precision counts."""


@dataclass(frozen=True)
class NeighbourLimits:
    """When and how cells take the place of comparing all with all. Chosen by eye;
    `benchmarks/dedup_scale.py` measures time and memory of what they come to."""

    exact_up_to: int = 100_000
    """Vectors up to which all are compared with all."""

    cell_size: int = 500
    """Vectors in a cell of the k-means, in the mean."""

    cells_in_reach: int = 8
    """Cells whose vectors one is compared with, its own among them."""

    most_in_cell: int = 8192
    """Vectors of one cell that others are compared with, the earliest; a crowd of equal drawings
    fills one cell."""

    directions: int = 64
    """Principal directions in which cells are laid out: distances in thousands of numbers cost
    more and tell no more."""

    sample: int = 4096
    """Vectors that the directions are found from, and in one batch of the k-means."""

    sampled_per_cell: int = 40
    """Vectors per cell that the k-means is fitted to."""

    rounds: int = 20
    """Passes of the k-means over these."""

    side: int = 2048
    """Rows and columns of a block of products, 16 MB. Changes no answer."""

    panel: int = 4
    """Blocks of rows that are compared with a block of columns while it is in memory. Changes no
    answer."""


_LIMITS = NeighbourLimits()


def near_vectors(vectors: Vectors, neighbours: int, min_cosine: float) -> tuple[Integers, Integers]:
    """Pairs i < j, ordered, of which one is among the `neighbours` nearest of the other, with at
    least `min_cosine`.

    `vectors` is n x dimension; rows of zeros match nothing. Of others equally near the earlier
    count as nearer, so that there are at most n x `neighbours` pairs. Exact up to 100,000 vectors.
    Of more, each is compared with those in the eight nearest cells of a k-means, the earliest 8,192
    of a cell, and a pair across a farther border is missed."""
    near = nearest_of_all(vectors, neighbours, min_cosine)
    return ordered_pairs(near.one, near.other, len(vectors))


def nearest_of_all(vectors: Vectors, neighbours: int, min_cosine: float) -> Nearest:
    """The nearest few of every vector, as `near_vectors` says."""
    if not neighbours:
        return nothing_near()
    known = known_vectors(vectors)
    blocks = _all_blocks(known) if is_exact(len(known)) else _blocks_in_reach(vectors, known)
    return _found(vectors, blocks, neighbours, min_cosine)


def nearest_of_some(
    vectors: Vectors, some: Integers, neighbours: int, min_cosine: float
) -> Nearest:
    """The nearest few of the vectors at these positions among all, and of all among those."""
    known = known_vectors(vectors)
    within, beyond = np.intersect1d(some, known), np.setdiff1d(known, some)
    blocks = chain(_all_blocks(within), _blocks_of(_split(within), _split(beyond)))
    return _found(vectors, blocks, neighbours, min_cosine)


def known_vectors(vectors: Vectors) -> Integers:
    """The positions of rows that are not zero."""
    parts = [_squares(vectors[some]) for some in _split(np.arange(len(vectors)))]
    return np.flatnonzero(np.concatenate([np.empty(0), *parts]))


def is_exact(number: int) -> bool:
    """Whether of so many vectors all are compared with all."""
    return number <= _LIMITS.exact_up_to


def ordered_pairs(one: Integers, other: Integers, number: int) -> tuple[Integers, Integers]:
    """Pairs of positions below `number`, each once, with the smaller first, in ascending order."""
    code = np.unique(np.minimum(one, other) * number + np.maximum(one, other))
    return code // max(1, number), code % max(1, number)


def _found(
    vectors: Vectors, blocks: Iterable[Block], neighbours: int, min_cosine: float
) -> Nearest:
    best, read = NearestSoFar(len(vectors), neighbours, min_cosine), _Rounded(vectors)
    for rows, columns in blocks:
        best.add(_close_in_block(read, rows, columns, best))
    return best.nearest()


class _Rounded:
    """Vectors as whole numbers, of which the last few blocks that were asked for are kept."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._kept: OrderedDict[bytes, Floats32] = OrderedDict()

    def __call__(self, rows: Integers) -> Floats32:
        name = rows.tobytes()
        if name not in self._kept:
            self._kept[name] = _whole(self._vectors[rows])
        self._kept.move_to_end(name)
        while len(self._kept) > _LIMITS.panel + 1:
            self._kept.popitem(last=False)
        return self._kept[name]


def _all_blocks(known: Integers) -> Iterator[Block]:
    # Each two parts once: a block also gives the neighbours of its columns.
    parts = _split(known)
    for start in range(0, len(parts), _LIMITS.panel):
        panel = parts[start : start + _LIMITS.panel]
        yield from combinations_with_replacement(panel, 2)
        yield from _blocks_of(panel, parts[start + _LIMITS.panel :])


def _blocks_of(rows: list[Integers], columns: list[Integers]) -> Iterator[Block]:
    """All of these rows with all of these columns; few blocks are asked for at a time, as vectors
    may have to be read."""
    for start in range(0, len(rows), _LIMITS.panel):
        for some in columns:
            yield from product(rows[start : start + _LIMITS.panel], [some])


def _blocks_in_reach(vectors: Vectors, known: Integers) -> Iterator[Block]:
    """All that have a cell in reach, with what lies in it."""
    import sklearn.cluster  # noqa: F401 - threads are limited of what is loaded by then

    with threadpool_limits(1):  # sums over several threads differ in the last bits from run to run
        points = _outlines(vectors, known)
        centres = _centres(points)
        parts = _split(np.arange(len(known)))
        nearest = [_nearest_centres(points[some], centres) for some in parts]
    home, reach = (np.concatenate(part) for part in zip(*nearest, strict=True))
    members, visits = _grouped(home, len(centres)), _grouped(reach.ravel(), len(centres))
    for inside, visit in zip(members, visits, strict=True):
        visitors = known[visit // reach.shape[1]]
        inhabitants = known[inside[: _LIMITS.most_in_cell]]
        yield from _blocks_of(_split(visitors), _split(inhabitants))


def _outlines(vectors: Vectors, known: Integers) -> Floats32:
    """n x 64: each vector, at unit length, along the directions in which a sample of them differs
    most."""
    from sklearn.utils.extmath import randomized_svd

    sample = _unit(vectors[_spaced(known, _LIMITS.sample)])
    middle = sample.mean(axis=0)
    number = min(_LIMITS.directions, *sample.shape)
    _, _, rows = randomized_svd(sample - middle, number, random_state=0)
    outlines = [(_unit(vectors[some]) - middle) @ rows.T for some in _split(known)]
    return np.concatenate(outlines)


def _centres(points: Floats32) -> Floats32:
    from sklearn.cluster import MiniBatchKMeans

    cells = math.ceil(len(points) / _LIMITS.cell_size)
    means = MiniBatchKMeans(
        cells,
        n_init=1,
        max_iter=_LIMITS.rounds,
        batch_size=_LIMITS.sample,
        random_state=0,
    )
    means.fit(_spaced(points, _LIMITS.sampled_per_cell * cells))
    # Equal vectors give equal centres, and an empty cell in reach would crowd out a full one.
    centres: Floats32 = np.unique(means.cluster_centers_, axis=0)
    return centres


def _nearest_centres(points: Floats32, centres: Floats32) -> tuple[Integers, Integers]:
    """The nearest centre of each point, and the nearest few in no special order."""
    # Half the squared distance, short of the point's own square, which is the same to all.
    distances = _squares(centres) / 2 - points @ centres.T
    few = min(_LIMITS.cells_in_reach, len(centres))
    reach = np.argpartition(distances, few - 1, axis=1)[:, :few]
    return distances.argmin(axis=1), reach


def _grouped(labels: Integers, number: int) -> list[Integers]:
    """The positions of each label below `number`, ascending."""
    ends = np.cumsum(np.bincount(labels, minlength=number))
    return np.split(np.argsort(labels, kind="stable"), ends[:-1])


def _spaced(rows: npt.NDArray[Any], most: int) -> npt.NDArray[Any]:
    """At most so many rows, evenly spaced."""
    return rows[:: math.ceil(len(rows) / most)]


def _close_in_block(
    read: _Rounded, rows: Integers, columns: Integers, best: NearestSoFar
) -> list[Nearest]:
    """The nearest columns of each row, then the nearest rows of each column."""
    one, other = read(rows), read(columns)
    products, squares = one @ other.T, (_squares(one), _squares(other))
    _, row, column = np.intersect1d(rows, columns, assume_unique=True, return_indices=True)
    products[row, column] = -np.inf
    # Both ways: among the nearest of a picture need not mean that it is among theirs.
    return [
        _closest(_Block(products, *squares), rows, columns, best),
        _closest(_Block(products.T, *squares[::-1]), columns, rows, best),
    ]


class _Block(NamedTuple):
    """Products of vectors of whole numbers, and the squared lengths of those of its rows and of its
    columns."""

    products: Floats32
    rows: Cosines
    columns: Cosines

    def may_be(self, least: Cosines) -> npt.NDArray[np.bool_]:
        """Marks every cosine that is no less than the least of its row, and few that are."""
        # All are nearly equally long: one bound for a row saves dividing every product.
        squares = np.where(least < 0, self.columns.max(), self.columns.min())
        bounds = (least * np.sqrt(self.rows * squares)).astype(np.float32)
        marked: npt.NDArray[np.bool_] = self.products >= np.nextafter(bounds, -np.inf)[:, None]
        return marked

    def cosines(self, rows: Integers, columns: Integers) -> Cosines:
        """Those at these places."""
        return _cosines(self.products[rows, columns], self.rows[rows] * self.columns[columns])

    def cosines_of(self, rows: Integers) -> Cosines:
        """Those of whole rows."""
        return _cosines(self.products[rows], np.outer(self.rows[rows], self.columns))


def _cosines(products: Floats32, squares: Cosines) -> Cosines:
    cosines: Cosines = products / np.sqrt(squares)
    return cosines


def _closest(block: _Block, ones: Integers, others: Integers, best: NearestSoFar) -> Nearest:
    """The nearest few of each row that may count among the best."""
    least = best.least[ones]
    marked = block.may_be(least)
    crowded = np.flatnonzero(np.count_nonzero(marked, axis=1) > best.most)
    if len(crowded):
        marked[crowded] = _largest(block.cosines_of(crowded), best.most)
    row, column = _places(marked)
    cosine = block.cosines(row, column)
    enough = cosine >= least[row]
    return Nearest(ones[row[enough]], others[column[enough]], cosine[enough])


def _places(marked: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """The rows and columns of what is marked, by the order in memory, which is far quicker."""
    if marked.flags.c_contiguous:
        row, column = np.divmod(np.flatnonzero(marked), marked.shape[1])
        return row, column
    column, row = _places(marked.T)
    return row, column


def _largest(cosines: Cosines, most: int) -> npt.NDArray[np.bool_]:
    """Marks the `most` largest of every row; of equal ones the first."""
    least = np.partition(cosines, -most, axis=1)[:, [-most]]
    above, equal = cosines > least, cosines == least
    # What a partition leaves of equal ones depends on their order in memory; the first do not.
    room = most - above.sum(axis=1, keepdims=True)
    marked: npt.NDArray[np.bool_] = above | (equal & (equal.cumsum(axis=1) <= room))
    return marked


def _whole(vectors: Floats32) -> Floats32:
    """Rows as whole numbers whose products, in whatever order they are added, stay below the
    largest exact sum."""
    # Rounding moves each of d numbers by up to a half, so a vector by up to half the root of d.
    length = _LONGEST - np.sqrt(vectors.shape[1]) / 2
    scale = (length / np.sqrt(_squares(vectors))).astype(np.float32)
    whole: Floats32 = np.rint(vectors * scale[:, None])
    return whole


def _unit(vectors: Floats32) -> Floats32:
    unit: Floats32 = vectors / np.sqrt(_squares(vectors)).astype(np.float32)[:, None]
    return unit


def _squares(vectors: Floats32) -> Cosines:
    """The squared length of each row."""
    squares: Cosines = np.einsum("ij,ij->i", vectors, vectors).astype(np.float64)
    return squares


def _split(positions: Integers) -> list[Integers]:
    return [positions[block] for block in blocks_of(len(positions), _LIMITS.side)]
