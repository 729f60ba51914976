"""Pictures that look alike get places side by side."""

from __future__ import annotations

import numpy as np
import pytest

from inksift.curation.verdict.medium.alike import alike_order


def kinds(rng: np.random.Generator, sizes: tuple[int, ...], spread: float = 0.05) -> np.ndarray:
    """Unit vectors around as many directions as there are sizes."""
    centres = np.linalg.qr(rng.normal(size=(16, len(sizes))))[0].T
    vectors = np.repeat(centres, sizes, axis=0)
    vectors = vectors + spread * rng.normal(size=vectors.shape)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)


def test_every_picture_has_a_place_of_its_own(rng: np.random.Generator) -> None:
    places = alike_order(kinds(rng, (30, 20, 13)))
    assert sorted(places) == list(range(63))


def test_kinds_of_pictures_are_not_mixed(rng: np.random.Generator) -> None:
    kind = np.repeat(np.arange(4), 32)
    shuffled = rng.permutation(len(kind))
    places = alike_order(kinds(rng, (32,) * 4)[shuffled])
    in_order = kind[shuffled][np.argsort(places)]
    assert np.count_nonzero(np.diff(in_order)) == 3


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_few_pictures_or_equal_ones_have_places_too(count: int) -> None:
    same = np.ones((count, 8), np.float32) / np.sqrt(8)
    assert alike_order(same).tolist() == list(range(count))
