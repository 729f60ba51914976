"""Neighbours that are known: whatever came and went, they are those of a search from scratch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inksift.curation.dedup.propose import known_neighbours as library
from inksift.curation.dedup.propose import neighbours
from inksift.curation.dedup.propose.known_neighbours import known_neighbours
from inksift.curation.dedup.propose.nearest import Nearest
from inksift.curation.dedup.propose.neighbours import Vectors, nearest_of_all
from inksift.curation.store.workspace import Workspace

NEAREST, LEAST = 3, 0.2


def vectors_of(number: int) -> Vectors:
    """Some equal, some near, some zero."""
    rng = np.random.default_rng(0)
    kinds = rng.normal(size=(6, 16))[rng.integers(0, 6, number)]
    apart = rng.choice([0, 0.3, 1], number)[:, None] * rng.normal(size=(number, 16))
    return ((kinds + apart) * (rng.random((number, 1)) < 0.9)).astype(np.float32)


class Runs:
    """Searches that remember one another."""

    def __init__(self, root: Path, vectors: Vectors) -> None:
        self.root, self.vectors = root, vectors

    def find(self, rows: list[int]) -> Nearest:
        stored = Workspace(self.root).measurements("neighbours", "1")
        ids = [f"{row:03}" for row in rows]
        return known_neighbours(ids, self.vectors[rows], NEAREST, LEAST, stored=stored)

    def expected(self, rows: list[int]) -> Nearest:
        return nearest_of_all(self.vectors[rows], NEAREST, LEAST)


def assert_same(found: Nearest, expected: Nearest) -> None:
    for column, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(column, other)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path, vectors_of(60))


def test_pictures_that_come_are_merged_in(runs: Runs) -> None:
    for last in (20, 21, 40, 60):
        assert_same(runs.find([*range(last)]), runs.expected([*range(last)]))


def test_pictures_that_come_between_others_change_no_answer(runs: Runs) -> None:
    runs.find([*range(0, 60, 2)])
    assert_same(runs.find([*range(60)]), runs.expected([*range(60)]))


@pytest.mark.parametrize("seed", range(6))
def test_pictures_that_go_leave_no_gap(runs: Runs, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for _ in range(4):
        rows = np.flatnonzero(rng.random(60) < rng.uniform(0.2, 1)).tolist()
        assert_same(runs.find(rows), runs.expected(rows))


def test_a_picture_with_another_vector_is_another(runs: Runs) -> None:
    runs.find([*range(60)])
    runs.vectors[7] = -runs.vectors[8]
    assert_same(runs.find([*range(60)]), runs.expected([*range(60)]))


def test_nothing_is_searched_where_nothing_is_new(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = runs.find([*range(60)])
    monkeypatch.setattr(library, "nearest_of_all", None)
    monkeypatch.setattr(library, "nearest_of_some", None)
    assert_same(runs.find([*range(60)]), expected)


def test_only_what_is_new_is_searched(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.find([*range(58)])
    searched: list[int] = []
    search = library.nearest_of_some
    monkeypatch.setattr(
        library,
        "nearest_of_some",
        lambda vectors, some, *rest: searched.extend(some) or search(vectors, some, *rest),
    )
    runs.find([*range(60)])
    assert searched == [58, 59]


def test_beyond_the_exact_bound_all_is_searched_again(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = neighbours.NeighbourLimits(exact_up_to=30, cell_size=5, cells_in_reach=2)
    monkeypatch.setattr(neighbours, "_LIMITS", limits)
    for last in (20, 50, 60, 25):
        assert_same(runs.find([*range(last)]), runs.expected([*range(last)]))


def test_only_the_last_search_stays_in_the_store(runs: Runs) -> None:
    for last in (20, 40, 60):
        runs.find([*range(last)])
    assert len(Workspace(runs.root).measurements("neighbours", "1").parts()) == 1
