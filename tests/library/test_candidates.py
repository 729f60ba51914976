"""Candidates: all that are near by hash in some orientation or by embedding, but in a crowd only so
many."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.dedup.propose.candidates import Candidates, find_candidates
from inksift.curation.dedup.propose.near import NearLimits

FAR = 0xFFFF_0000_FFFF_0000

Pair = tuple[int, int]


def found(
    oriented: np.ndarray, trusted: np.ndarray | None = None, most: int = 4, max_distance: int = 8
) -> Candidates:
    """Candidates by hash alone."""
    trusted = np.ones(len(oriented), bool) if trusted is None else trusted
    vectors = np.zeros((len(oriented), 3), np.float32)
    return find_candidates(
        oriented,
        trusted,
        vectors,
        max_distance=max_distance,
        min_cosine=0.7,
        neighbours=5,
        most=most,
    )


def pairs(candidates: Candidates) -> list[Pair]:
    return list(zip(candidates.first.tolist(), candidates.second.tolist(), strict=True))


def bits_between(one: np.ndarray, other: np.ndarray) -> int:
    """Bits in the best orientation."""
    return min((int(one[0]) ^ int(other[k])).bit_count() for k in range(8))


def compared(
    oriented: np.ndarray, trusted: np.ndarray, most: int, max_distance: int
) -> tuple[list[Pair], int]:
    """Brute force, one picture after the other."""
    expected, crowded = [], 0
    for later in np.flatnonzero(trusted).tolist():
        near = [
            (bits_between(oriented[one], oriented[later]), one)
            for one in np.flatnonzero(trusted[:later]).tolist()
        ]
        near = [(bits, one) for bits, one in near if bits <= max_distance]
        earliest = sorted(near, key=lambda row: row[1])[: most // 2]
        others = sorted(set(near) - set(earliest))[: most - most // 2]
        expected += [(one, later) for _, one in earliest + others]
        crowded += len(near) > most
    return sorted(expected), crowded


def drawings(number: int, kinds: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Hashes near a few kinds, some of them equal, in eight orientations; and which of them are
    trusted."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2**64, kinds, dtype=np.uint64)[rng.integers(0, kinds, (number, 8))]
    flips = np.uint64(1) << rng.integers(0, 64, (number, 8, 4)).astype(np.uint64)
    noise = np.bitwise_or.reduce(flips * rng.integers(0, 2, flips.shape).astype(np.uint64), axis=2)
    return kind ^ noise * (rng.random((number, 1)) < 0.6).astype(np.uint64), rng.random(
        number
    ) < 0.9


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 40),
    st.integers(1, 12),
    st.integers(1, 7),
    st.integers(0, 12),
    st.integers(0, 999),
)
def test_near_hashes_as_by_brute_force(number, kinds, most, max_distance, seed):
    oriented, trusted = drawings(number, kinds, seed)
    candidates = found(oriented, trusted, most=most, max_distance=max_distance)
    assert (pairs(candidates), candidates.crowded) == compared(
        oriented, trusted, most, max_distance
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_crowd_that_does_not_fit_at_once_is_shortened_as_it_comes(monkeypatch, seed):
    monkeypatch.setattr("inksift.curation.dedup.propose.candidates._MOST_WAITING", 100)
    monkeypatch.setattr("inksift.curation.dedup.propose.near._LIMITS", NearLimits(chunk_pairs=50))
    oriented, trusted = drawings(150, 2, seed)
    candidates = found(oriented, trusted, most=5)
    assert (pairs(candidates), candidates.crowded) == compared(oriented, trusted, 5, 8)
    assert candidates.crowded > 100


@pytest.mark.parametrize("k", range(8))
def test_a_copy_is_found_in_any_orientation(k):
    oriented = np.full((2, 8), FAR, np.uint64)
    oriented[0, 0], oriented[1, k] = 0b1, 0b111
    assert pairs(found(oriented, max_distance=2)) == [(0, 1)]
    assert pairs(found(oriented, max_distance=1)) == []


def embedded(
    oriented: np.ndarray, trusted: list[bool], vectors: list[list[float]], most: int = 4
) -> Candidates:
    return find_candidates(
        oriented,
        np.array(trusted),
        np.array(vectors, np.float32),
        most=most,
        neighbours=2,
        min_cosine=0.9,
    )


def test_close_embeddings_are_candidates_whatever_their_hashes():
    oriented = np.repeat(np.array([[0], [FAR], [0x00FF_00FF_00FF_00FF], [3]], np.uint64), 8, axis=1)
    oriented[2, 5] = 1
    candidates = embedded(oriented, [True, True, True, False], [[1, 0], [1, 0.1], [0, 1], [1, 0]])
    assert pairs(candidates) == [(0, 1), (0, 2), (0, 3), (1, 3)]


def test_close_hashes_are_candidates_without_an_embedding():
    assert pairs(embedded(np.zeros((2, 8), np.uint64), [True, True], [[0, 0], [1, 0]])) == [(0, 1)]


def test_in_a_crowd_all_stay_tied_to_the_best_and_to_their_nearest():
    """Twenty hashes, each one bit from the next."""
    oriented = np.full((20, 8), FAR, np.uint64)
    oriented[:, 0] = [(1 << place) - 1 for place in range(20)]
    candidates = found(oriented, most=4, max_distance=64)
    assert [row[0] for row in pairs(candidates) if row[1] == 19] == [0, 1, 17, 18]


def test_no_pictures_have_no_candidates():
    assert pairs(found(np.empty((0, 8), np.uint64))) == []


def few_bits(number: int) -> np.ndarray:
    """Hashes of at most three bits, so that none is more than six from another."""
    bits = np.uint64(1) << np.random.default_rng(0).integers(0, 64, (number, 8, 3)).astype(
        np.uint64
    )
    return np.bitwise_or.reduce(bits, axis=2)


@pytest.mark.parametrize(
    ("oriented", "trusted", "expected"),
    [
        (np.zeros((10_000, 8), np.uint64), True, 10_000 * 6),
        (np.zeros((10_000, 8), np.uint64), False, 0),
        (few_bits(1_500), True, 1_500 * 6),
    ],
    ids=["identical", "blank", "all near"],
)
def test_a_crowd_costs_as_much_as_its_pictures_not_as_its_pairs(oriented, trusted, expected):
    tracemalloc.start()
    candidates = found(oriented, np.full(len(oriented), trusted), most=6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert expected - 21 <= len(candidates.first) <= expected
    assert peak < 400e6
