"""Near hashes: every pair within the radius comes once, whatever the hashes, the radius and the
scheme."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.dedup.propose.near import _shared_bands, iter_near_pairs, near_pairs

Rows = list[tuple[int, int, int]]

hashes = st.lists(
    st.one_of(
        st.integers(0, 2**64 - 1),
        st.integers(0, 63).map(lambda bit: 1 << bit),
        st.sampled_from([0, 1, 0xFF, 0xFFFF_0000_FFFF_0000, 2**64 - 1]),
    ),
    max_size=40,
)


def array(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.uint64)


def rows(found: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Rows:
    return list(zip(*(column.tolist() for column in found), strict=True))


def compared(one: list[int], other: list[int], radius: int) -> Rows:
    """Brute force over two lists."""
    bits = [(i, j, (a ^ b).bit_count()) for i, a in enumerate(one) for j, b in enumerate(other)]
    return [row for row in bits if row[2] <= radius]


def scattered(number: int, seed: int = 0) -> np.ndarray:
    """Random hashes of which every fourth is another with up to nine bits changed."""
    rng = np.random.default_rng(seed)
    found = rng.integers(0, 2**64, number, dtype=np.uint64)
    for place in range(3, number, 4):
        flips = rng.choice(64, rng.integers(0, 10), replace=False).astype(np.uint64)
        found[place] = found[rng.integers(0, place)] ^ np.bitwise_or.reduce(
            np.uint64(1) << flips, initial=0
        )
    return found


@given(hashes, st.integers(0, 64))
def test_among_themselves_as_by_brute_force(values, radius):
    expected = [row for row in compared(values, values, radius) if row[0] < row[1]]
    assert rows(near_pairs(array(values), radius)) == expected


@given(hashes, hashes, st.integers(0, 64))
def test_with_others_as_by_brute_force(one, other, radius):
    assert rows(near_pairs(array(one), radius, array(other))) == compared(one, other, radius)


@pytest.mark.parametrize("radius", [0, 1, 4, 8, 12])
def test_the_quick_schemes_as_by_brute_force(radius):
    values = scattered(6000)
    found = rows(near_pairs(values, radius))
    bits = np.bitwise_count(values[:, None] ^ values)
    first, second = np.nonzero(np.triu(bits <= radius, 1))
    assert found == list(
        zip(first.tolist(), second.tolist(), bits[first, second].tolist(), strict=True)
    )
    assert len(found) > 100


@pytest.mark.parametrize("shared", range(5))
def test_however_many_bands_are_shared_the_pairs_are_the_same(monkeypatch, shared):
    values, others = scattered(600), scattered(500)
    expected = near_pairs(values, 6), near_pairs(values, 6, others)
    monkeypatch.setattr("inksift.curation.dedup.propose.near._shared_bands", lambda *_: shared)
    assert rows(near_pairs(values, 6)) == rows(expected[0])
    assert rows(near_pairs(values, 6, others)) == rows(expected[1])


def test_the_more_hashes_the_more_bands_are_shared():
    assert [_shared_bands(8, n, n**2 / 2) for n in (100, 100_000, 1_000_000)] == [0, 2, 3]


def test_a_crowd_comes_in_chunks_of_bounded_size():
    """61 different hashes, 66 times each, all of them near: 8 million pairs."""
    bits = np.uint64(1) << np.arange(63, dtype=np.uint64)
    values = np.repeat(np.append(bits[:60] | bits[60], np.uint64(0)), 66)
    tracemalloc.start()
    sizes = [len(distance) for _, _, distance in iter_near_pairs(values, 8)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(sizes) == len(values) * (len(values) - 1) // 2
    assert max(sizes) < 6e5
    assert peak < 150e6
