"""What measures small changes, copies and degraded twins makes what it says."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.benchmark import load_benchmark

EDITED = (
    "expression 1/24, drawn",
    "skin colour",
    "tint 15 levels, 5 %, drawn",
    "fog, drawn",
    "ghost, drawn",
    "region recoloured, drawn",
    "small element added, drawn",
    "small element erased, drawn",
    "bar 1 %, drawn",
    "mosaic 1 %, drawn",
    "blur 1 %, drawn",
    "words in a bubble, drawn",
    "words in a block, drawn",
    "sprite, native",
    "double exposure, drawn",
    "pan, far apart, drawn",
)
"""One family of each kind; none asks for an illustration of the data."""

WHOLE = ("fade", "double", "pan", "sprite")
"""Kinds in which more than a part of the picture changes."""


@pytest.fixture(scope="module")
def pairs() -> ModuleType:
    """`benchmarks/small_change_pairs.py`, with the modules that it needs."""
    return load_benchmark("small_change_pairs")


def made(family: str, seed: int) -> Any:
    families = sys.modules["small_change_families"]
    return families.make_change(family, np.random.default_rng(seed), None)


@pytest.mark.parametrize("family", EDITED)
def test_a_change_shows_and_leaves_most_as_it_was(pairs: ModuleType, family: str) -> None:
    change = made(family, 1)
    assert change.first.shape == change.second.shape
    assert sys.modules["small_edits"].shows(change.first, change.second)
    if not family.startswith(WHOLE):
        apart = np.abs(change.first.astype(int) - change.second).max(axis=2) > 0
        assert 0 < apart.mean() < 0.6


def test_an_expression_changes_the_face_alone(pairs: ModuleType) -> None:
    change = made("expression 1/12, drawn", 2)
    rows, columns = np.nonzero((change.first != change.second).any(axis=2))
    face = change.first.shape[0] / 12
    assert 0 < np.ptp(rows) < face
    assert 0 < np.ptp(columns) < face


def test_nothing_shows_where_nothing_changed(pairs: ModuleType) -> None:
    grey = np.full((300, 400, 3), 128, np.uint8)
    speck, pale = grey.copy(), grey + np.uint8(5)
    speck[100:102, 100:102] = 255
    shows = sys.modules["small_edits"].shows
    assert not shows(grey, grey)
    assert not shows(grey, speck)
    assert not shows(grey, pale)
    assert shows(grey, grey + np.uint8(14))


def test_the_same_seed_gives_the_same_files(pairs: ModuleType) -> None:
    one, two = (
        pairs.changed_pair("sprite, enlarged", np.random.default_rng(5), None) for _ in range(2)
    )
    assert one == two
    assert one.first != one.second


def test_a_family_that_cannot_show_says_so(
    pairs: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    families = sys.modules["small_change_families"]
    monkeypatch.setitem(families.FAMILIES, "nothing", lambda rng, sources: None)
    with pytest.raises(RuntimeError, match="nothing: no change to be seen"):
        families.make_change("nothing", np.random.default_rng(0), None)


def test_recodings_show_the_same_drawing(pairs: ModuleType) -> None:
    recodings = sys.modules["recodings"]
    rgb = made("expression 1/4, drawn", 3).first
    for name, recode in recodings.RECODINGS.items():
        copy = recodings.decoded(recode(rgb, np.random.default_rng(0)))
        levels = np.array([rgb.mean(), copy.mean()])
        assert abs(np.diff(levels)[0]) < 40, name
        assert copy.shape[0] < 2 * rgb.shape[0], name


def test_a_palette_has_no_more_colours_than_it_says(pairs: ModuleType) -> None:
    recodings = sys.modules["recodings"]
    rgb = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    for name in ("PNG of 64 colours", "PNG of 64 colours, dithered"):
        copy = recodings.decoded(recodings.RECODINGS[name](rgb, np.random.default_rng(0)))
        assert len(np.unique(copy.reshape(-1, 3), axis=0)) <= 64, name


def test_every_twin_is_worse_than_its_original() -> None:
    twins = load_benchmark("degraded_twins")
    rgb = sys.modules["drawn_figures"].draw_scenery((300, 240), 4)
    for kind in twins.TWINS:
        assert twins.is_worse(rgb, twins.make_twin(kind, rgb, np.random.default_rng(1))), kind
    assert not twins.is_worse(rgb, sys.modules["recodings"].png(rgb))
