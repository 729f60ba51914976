"""All pairs of 64-bit hashes within a radius: exact, in bounded memory, without comparing all with
all.

Cut into m bands, two hashes that differ in at most r bits agree in at least m - r whole bands. So
for every choice of m - r bands the hashes are sorted by the bits in those bands, and only hashes
that agree there are compared. A pair counts where the chosen bands are the first that it agrees in,
and so comes once. Identical hashes are compared as one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Integers

Hashes = npt.NDArray[np.uint64]
Pairs = tuple[Integers, Integers, Integers]

_BITS = 64
"""Bits of a hash."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2^64 divided by the golden ratio, odd: Fibonacci hashing (Knuth, The Art of Computer Programming,
volume 3, section 6.4)."""

_POSITION = np.uint64(0xFFFF_FFFF)
"""The low bits of a key, that hold a position: enough for four thousand million hashes."""


@dataclass(frozen=True)
class NearLimits:
    """How much work is done at a time. None of these changes what is found, only how fast;
    `benchmarks/hash_search.py` and `benchmarks/dedup_scale.py` measure that."""

    most_shared_bands: int = 4
    """Bands that two hashes may be asked to agree in; the number of choices of them grows fast."""

    sorting_cost: int = 13
    """What sorting one hash costs, where comparing one pair costs 1."""

    cached_pairs: int = 1 << 16
    """Pairs compared at a time: half a MB of differences, so that they stay in a core's cache."""

    chunk_pairs: int = 1 << 19
    """Pairs handed on at a time, 4 MB a column."""


_LIMITS = NearLimits()


def near_pairs(hashes: Hashes, max_distance: int, others: Hashes | None = None) -> Pairs:
    """The pairs of `iter_near_pairs` at once, ordered by i, then j.

    >>> [found.tolist() for found in near_pairs(np.array([0b1, 0b111, 0b11], dtype=np.uint64), 1)]
    [[0, 1], [2, 2], [1, 1]]
    """
    first, second, bits = _joined(list(iter_near_pairs(hashes, max_distance, others)))
    order = np.lexsort((second, first))
    return first[order], second[order], bits[order]


def iter_near_pairs(
    hashes: Hashes, max_distance: int, others: Hashes | None = None
) -> Iterator[Pairs]:
    """All pairs that differ in at most `max_distance` of 64 bits, as chunks of i, j and the bits,
    in no special order.

    Without `others` the pairs i < j of `hashes`; with them, i indexes `hashes` and j `others`.
    Every pair comes once. A chunk has about half a million, or as many as one hash has. Mind that n
    identical hashes are n (n - 1) / 2 pairs."""
    left = _distinct(hashes)
    if others is not None:
        right = _distinct(others)
        yield from _of_members(left, right, _banded(left.values, right.values, max_distance))
        return
    # Equal hashes never reach the bands: among a thousand white pictures all would be compared.
    yield from _twins(left)
    for first, second, bits in _of_members(left, left, _banded(left.values, None, max_distance)):
        yield np.minimum(first, second), np.maximum(first, second), bits


class _Distinct(NamedTuple):
    """Different hashes; `values[k]` stands at the positions `order[start[k]:end[k]]`, ascending."""

    values: Hashes
    """Each hash once, ascending."""

    order: Integers
    """The positions of all hashes, those of equal ones side by side."""

    start: Integers
    """Where in `order` the positions of each value begin."""

    end: Integers
    """Where they end."""


class _Choice(NamedTuple):
    """A choice of bands in which two hashes agree."""

    bits: np.uint64
    """The bits of the chosen bands."""

    passed_over: list[np.uint64]
    """The bands that come before the last of these and are not chosen."""

    def is_first(self, differences: Hashes) -> npt.NDArray[np.bool_]:
        """Whether pairs that differ in these bits agree in the chosen bands and in none before that
        is not chosen."""
        first: npt.NDArray[np.bool_] = (differences & self.bits) == 0
        for band in self.passed_over:
            first &= (differences & band) != 0
        return first


class _Sorted(NamedTuple):
    """Hashes in an order in which those that agree in some bits are side by side."""

    values: Hashes
    """The hashes in that order."""

    order: Integers
    """The positions they came from."""

    keys: Hashes
    """What they are sorted by: equal where they agree in those bits, and seldom elsewhere."""


def _distinct(hashes: Hashes) -> _Distinct:
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    # What is prepended is unlike the first, so that the first is a start; and empty for nothing.
    start = np.flatnonzero(np.diff(ordered, prepend=~ordered[:1]) != 0)
    return _Distinct(ordered[start], order, start, np.append(start, len(hashes))[1:])


def _twins(hashes: _Distinct) -> Iterator[Pairs]:
    """Pairs of identical hashes."""
    end = np.repeat(hashes.end, hashes.end - hashes.start)
    for first, second in _spans(np.arange(1, len(end) + 1), end, _LIMITS.chunk_pairs):
        yield hashes.order[first], hashes.order[second], np.zeros(len(first), np.int64)


def _of_members(left: _Distinct, right: _Distinct, pairs: Iterable[Pairs]) -> Iterator[Pairs]:
    """For pairs of distinct hashes, the pairs of all their positions."""
    most = _LIMITS.chunk_pairs
    for first, second, bits in _gathered(pairs):
        for pair, one in _spans(left.start[first], left.end[first], most):
            partner = second[pair]
            for which, other in _spans(right.start[partner], right.end[partner], most):
                yield left.order[one[which]], right.order[other], bits[pair[which]]


def _banded(left: Hashes, right: Hashes | None, radius: int) -> Iterator[Pairs]:
    """Near pairs of distinct hashes: of `left` and `right`, or among `left`."""
    if right is None:
        shared = _shared_bands(radius, len(left), len(left) ** 2 / 2)
    else:
        shared = _shared_bands(radius, len(left) + len(right), len(left) * len(right))
    for choice in _choices(radius, shared):
        yield from _agreeing(left, right, choice, radius)


def _agreeing(left: Hashes, right: Hashes | None, choice: _Choice, radius: int) -> Iterator[Pairs]:
    """The near pairs for which this choice is the first."""
    rows = _sorted_by(left, choice.bits)
    columns = rows if right is None else _sorted_by(right, choice.bits)
    start, end = _later_equals(rows.keys) if right is None else _equals(rows.keys, columns.keys)
    for row, column in _spans(start, end, _LIMITS.cached_pairs):
        differences = rows.values.take(row) ^ columns.values.take(column)
        near = np.flatnonzero(np.bitwise_count(differences) <= radius)
        # Last, as few are near: whether this pair comes here or under an earlier choice.
        near = near[choice.is_first(differences[near])]
        bits = np.bitwise_count(differences[near]).astype(np.int64)
        yield rows.order[row[near]], columns.order[column[near]], bits


def _shared_bands(radius: int, hashes: int, pairs: float) -> int:
    """How many shared bands to ask for, so as to have the least work with so many hashes and pairs
    of them."""

    def work(shared: int) -> float:
        # As many pairs as agree by chance in the bits of the shared bands, were bits random.
        compared = pairs / 2 ** (_BITS * shared / max(1, radius + shared))
        choices = math.comb(radius + shared, shared)
        return choices * (_LIMITS.sorting_cost * hashes + compared)

    # A band has at least one bit, so radius and shared bands together are at most 64.
    most = min(_LIMITS.most_shared_bands, max(0, _BITS - radius))
    return min(range(most + 1), key=work)


def _choices(radius: int, shared: int) -> list[_Choice]:
    """All choices of so many bands; without any, the one in which all hashes agree."""
    bands = _bands(radius + shared)
    return [_choice(bands, chosen) for chosen in combinations(range(len(bands)), shared)]


def _choice(bands: list[np.uint64], chosen: tuple[int, ...]) -> _Choice:
    passed_over = [bands[band] for band in range(max(chosen, default=0)) if band not in chosen]
    bits = reduce(np.bitwise_or, (bands[band] for band in chosen), np.uint64(0))
    return _Choice(bits, passed_over)


def _bands(number: int) -> list[np.uint64]:
    """Masks of consecutive bits, as wide as one another to a bit."""
    edges = [_BITS * band // number for band in range(number + 1)] if number else []
    return [np.uint64((1 << high) - (1 << low)) for low, high in pairwise(edges)]


def _sorted_by(hashes: Hashes, bits: np.uint64) -> _Sorted:
    """Hashes that agree in these bits side by side.

    Sorting numbers is far quicker than finding the order that sorts them, so each key has its
    position in its low bits. The bits above are a product with an odd constant: seldom equal for
    different hashes, always for those that agree."""
    keys = hashes & bits
    keys *= _SPREAD
    keys &= ~_POSITION
    keys |= np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    order = (keys & _POSITION).astype(np.int64)
    return _Sorted(hashes[order], order, keys & ~_POSITION)


def _equals(ordered: Hashes, others: Hashes) -> tuple[Integers, Integers]:
    """From where to where the others equal each value."""
    start = np.searchsorted(others, ordered, "left")
    return start, np.searchsorted(others, ordered, "right")


def _later_equals(ordered: Hashes) -> tuple[Integers, Integers]:
    """From where to where later values equal each value."""
    ends = np.flatnonzero(np.diff(ordered, append=~ordered[-1:]) != 0) + 1
    return np.arange(1, len(ordered) + 1), np.repeat(ends, np.diff(ends, prepend=0))


def _spans(start: Integers, end: Integers, most: int) -> Iterator[tuple[Integers, Integers]]:
    """Every row with every column from its `start` to before its `end`; a chunk has `most` pairs,
    or one row more."""
    counts = np.maximum(end - start, 0)
    total = np.cumsum(counts)
    shift = start - (total - counts)
    full = np.searchsorted(total, np.arange(most, total[-1] if len(total) else 0, most))
    cuts = np.unique(np.concatenate([[0], full + 1, [len(counts)]]))
    for low, high in pairwise(cuts):
        row = np.repeat(np.arange(low, high), counts[low:high])
        if len(row):
            last = total[high - 1]
            yield row, np.arange(last - len(row), last) + shift.take(row)


def _gathered(pairs: Iterable[Pairs]) -> Iterator[Pairs]:
    """The same pairs in fewer chunks."""
    waiting: list[Pairs] = []
    number = 0
    for chunk in pairs:
        waiting.append(chunk)
        number += len(chunk[0])
        if number >= _LIMITS.chunk_pairs:
            yield _joined(waiting)
            waiting, number = [], 0
    yield _joined(waiting)


def _joined(chunks: list[Pairs]) -> Pairs:
    nothing = np.empty(0, np.int64)  # gives the columns their type where there is no chunk
    columns = zip((nothing, nothing, nothing), *chunks, strict=True)
    first, second, bits = (np.concatenate(column) for column in columns)
    return first, second, bits
