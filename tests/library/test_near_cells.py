"""Near pictures: exact up to a bound, and nearly so beyond it, whatever the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inksift.curation.verdict.medium import cells, deviations
from inksift.curation.verdict.medium.cells import CELLS
from inksift.curation.verdict.medium.deviations import DEVIATIONS, unit_vectors
from inksift.curation.verdict.medium.neighbours import Near, nearest_units

PICTURES, NEIGHBOURS, COMPARED = 1500, 10, 256


def folder(seed: int) -> np.ndarray:
    """Unit vectors of families of 5 to 40 pictures, some nearer to each other than others."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(5, 41, PICTURES)
    family = np.repeat(np.arange(PICTURES), sizes)[:PICTURES]
    centres = rng.normal(size=(PICTURES, 64))
    vectors = centres[family] + 0.5 * rng.normal(size=(PICTURES, 64))
    rng.shuffle(vectors)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def in_cells(unit: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> Near:
    """As of a folder that is six times as large as what is compared."""
    monkeypatch.setattr(cells, "CELLS", replace(CELLS, size=16, compared=COMPARED))
    monkeypatch.setattr("inksift.curation.verdict.medium.neighbours.CELLS", cells.CELLS)
    return nearest_units(unit, NEIGHBOURS)


def test_up_to_the_bound_they_are_the_nearest() -> None:
    unit = folder(0)
    near = nearest_units(unit, NEIGHBOURS)
    similarities = unit @ unit.T
    np.fill_diagonal(similarities, -np.inf)
    nearest = np.sort(np.argsort(-similarities, axis=1)[:, :NEIGHBOURS], axis=1)
    assert (near.rows == nearest).mean() > 0.9999
    assert (near.similarities >= 0).all()


def test_beyond_it_nearly_all_of_the_nearest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = folder(1)
    exact = nearest_units(unit, NEIGHBOURS)
    found = in_cells(unit, monkeypatch)
    same = [len(set(one) & set(two)) for one, two in zip(exact.rows, found.rows, strict=True)]
    assert np.mean(same) / NEIGHBOURS > 0.95
    assert all(row not in others for row, others in enumerate(found.rows))


def test_a_large_folder_is_reduced_by_some_of_its_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.abs(np.random.default_rng(2).normal(size=(900, 160))).astype(np.float32)
    vectors[:, :20] *= np.linspace(9, 3, 20)

    def units() -> np.ndarray:
        return unit_vectors(len(vectors), lambda places: vectors[places].copy())

    exact = units()
    small = replace(DEVIATIONS, exact=300, block=77)
    monkeypatch.setattr(deviations, "DEVIATIONS", small)
    some = units()
    assert some.shape == exact.shape == (900, 128)
    alike = np.einsum("ij,ij->i", exact @ exact.T, some @ some.T)
    lengths = np.linalg.norm(exact @ exact.T, axis=1) * np.linalg.norm(some @ some.T, axis=1)
    assert (alike / lengths).min() > 0.8


def test_pictures_that_all_lie_in_one_place_are_their_own_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However near other centres are, a picture is looked for among its own."""
    rng = np.random.default_rng(5)
    unit = np.zeros((600, 8), np.float32)
    unit[:, 0] = 1
    unit[300:] = 0
    unit[rng.permutation(600)[:20]] = np.eye(8, dtype=np.float32)[1]
    near = in_cells(unit, monkeypatch)
    assert (near.rows != np.arange(600)[:, None]).all()
    assert np.isfinite(near.similarities).all()
