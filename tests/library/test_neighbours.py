"""Near embeddings: the nearest few and no more, the same whatever the order, however many are
equal."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from inksift.curation.dedup.propose import neighbours
from inksift.curation.dedup.propose.neighbours import near_vectors, ordered_pairs

Pair = tuple[int, int]


def limit(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    monkeypatch.setattr(neighbours, "_LIMITS", replace(neighbours._LIMITS, **limits))


def pairs_of(found: tuple[np.ndarray, np.ndarray]) -> list[Pair]:
    return list(zip(*(column.tolist() for column in found), strict=True))


def compared(vectors: np.ndarray, nearest: int, least: float) -> list[Pair]:
    """Brute force in whole numbers: each one's nearest, of equally near ones the earlier."""
    known = np.flatnonzero(vectors.any(axis=1)).tolist()
    whole = dict(zip(known, neighbours._whole(vectors[known]).astype(np.int64), strict=True))
    found = set()
    for one in known:
        cosines = {other: cosine(whole[one], whole[other]) for other in known if other != one}
        near = [other for other in cosines if cosines[other] >= least]
        for other in sorted(near, key=lambda other: (-cosines[other], other))[:nearest]:
            found.add((min(one, other), max(one, other)))
    return sorted(found)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return int(one @ other) / math.sqrt(int(one @ one) * int(other @ other))


def crowds(number: int, kinds: int, dimension: int = 24, seed: int = 0) -> np.ndarray:
    """Vectors of a few kinds, some equal, some a little apart, some zero."""
    rng = np.random.default_rng(seed)
    kind = rng.normal(size=(kinds, dimension))[rng.integers(0, kinds, number)]
    apart = rng.choice([0, 0, 0.05, 0.5], number)[:, None] * rng.normal(size=(number, dimension))
    return (
        (kind + apart) * rng.choice([0, 0.5, 3, 40], number, p=[0.1, 0.3, 0.3, 0.3])[:, None]
    ).astype(np.float32)


@settings(deadline=None, max_examples=50)
@given(
    st.integers(0, 60),
    st.integers(1, 5),
    st.integers(0, 8),
    st.sampled_from([-1.0, 0.0, 0.5, 0.9, 1.0]),
    st.integers(0, 99),
)
def test_as_by_brute_force(number, kinds, nearest, least, seed):
    vectors = crowds(number, kinds, seed=seed)
    assert pairs_of(near_vectors(vectors, nearest, least)) == compared(vectors, nearest, least)


def test_nobody_is_near_where_nothing_is_known():
    assert pairs_of(near_vectors(np.empty((0, 0), np.float32), 3, 0.0)) == []
    assert pairs_of(near_vectors(np.zeros((5, 4), np.float32), 3, -1.0)) == []


def test_a_crowd_has_no_more_pairs_than_each_one_may_have_neighbours():
    first, second = near_vectors(np.ones((5000, 8), np.float32), 3, 0.9)
    assert len(first) <= 5000 * 3
    assert set(second[first == 0].tolist()) == set(range(1, 5000))


def test_another_order_of_the_pictures_changes_no_pair(monkeypatch):
    limit(monkeypatch, side=37)
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(300, 2560)).astype(np.float32) + 1
    order = rng.permutation(300)
    there, back = near_vectors(vectors, 2, 0.0), near_vectors(vectors[order], 2, 0.0)
    assert pairs_of(there) == pairs_of(ordered_pairs(order[back[0]], order[back[1]], 300))


def test_neither_blocks_nor_threads_change_a_bit(monkeypatch):
    vectors = crowds(400, 3, dimension=2560)
    with threadpool_limits(1):
        expected = near_vectors(vectors, 4, 0.5)
    limit(monkeypatch, side=61)
    assert pairs_of(near_vectors(vectors, 4, 0.5)) == pairs_of(expected)
    assert len(expected[0]) > 400


def test_cosines_are_good_to_a_thousandth_and_one_for_equal_vectors():
    vectors = np.random.default_rng(0).gamma(0.3, size=(200, 2560)).astype(np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    whole = neighbours._whole(vectors)
    squares = neighbours._squares(whole)
    block = neighbours._Block(whole @ whole.T, squares, squares)
    cosines = block.cosines_of(np.arange(200))
    np.testing.assert_allclose(cosines, unit @ unit.T, atol=0.001)
    assert (np.diag(cosines) == 1).all()


def test_no_sum_of_products_is_too_large_to_be_exact():
    """Also where rounding makes every number larger."""
    fractions = np.arange(0.5, 1.5, 0.001)
    for vector in (np.ones(2560), np.repeat(1.5, 2560), np.tile(fractions, 3)):
        whole = neighbours._whole(vector[None].astype(np.float32)).astype(np.int64)
        assert (whole @ whole.T).item() <= 2**24


def planted(number: int) -> np.ndarray:
    """Vectors of which half are near copies (cosine about 0.9) of the others, in random order."""
    rng = np.random.default_rng(0)
    scenes = rng.normal(size=(number // 2, 32))
    vectors = np.concatenate([scenes, scenes + 0.45 * rng.normal(size=scenes.shape)])
    return vectors[rng.permutation(number)].astype(np.float32)


def test_in_cells_most_near_copies_are_found(monkeypatch):
    vectors = planted(6000)
    expected = set(pairs_of(near_vectors(vectors, 3, 0.8)))
    limit(monkeypatch, exact_up_to=100)
    found = set(pairs_of(near_vectors(vectors, 3, 0.8)))
    assert len(found & expected) > 0.9 * len(expected) > 2000


def test_in_cells_a_crowd_stays_tied_to_its_earliest(monkeypatch):
    limit(monkeypatch, exact_up_to=100)
    limit(monkeypatch, most_in_cell=300)
    first, second = near_vectors(np.ones((3000, 8), np.float32), 3, 0.9)
    assert set(second[first == 0].tolist()) == set(range(1, 3000))
