"""What is made of labelled pictures: renderings that draw a photograph, prints that stay what they
were."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inksift.curation.verdict.medium.fitting import prints
from inksift.curation.verdict.medium.fitting.made import MAKINGS, make
from inksift.curation.verdict.medium.fitting.prints import PRINTS, SCREEN_TONE, printed
from inksift.curation.verdict.medium.fitting.renderings import RENDERINGS, drawn_by


def photograph(height: int = 240, width: int = 320) -> np.ndarray:
    """A dark ball on a slope of light, with sensor noise."""
    rng = np.random.default_rng(0)
    slope = np.linspace(90, 230, width)[None, :, None] * np.ones((height, 1, 3))
    scene = np.ascontiguousarray(slope * [1.0, 0.9, 0.8])
    cv2.circle(scene, (width // 2, height // 2), min(height, width) // 4, (30, 40, 90), -1)
    return np.clip(scene + rng.normal(0, 9, scene.shape), 0, 255).astype(np.uint8)


def noise(picture: np.ndarray) -> float:
    """Deviation of what a median takes away."""
    return float((picture.astype(int) - cv2.medianBlur(picture, 3)).std())


@pytest.mark.parametrize("name", MAKINGS)
@pytest.mark.parametrize("photo", [True, False])
@pytest.mark.parametrize("shape", [(96, 64), (9, 300), (800, 600)])
def test_a_made_picture_depends_on_nothing_but_its_arguments(name, photo, shape, rng) -> None:
    picture = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
    before = picture.copy()
    one = make(name, "one", picture, photo=photo)
    assert one.dtype == np.uint8
    assert one.ndim == 3
    assert one.shape[2] == 3
    assert (picture == before).all()
    assert (make(name, "one", picture, photo=photo) == one).all()
    assert one.flags.c_contiguous


def test_renderings_turn_a_photograph_and_prints_leave_the_label() -> None:
    assert {name for name, making in MAKINGS.items() if making.turns} == set(RENDERINGS)
    assert all(MAKINGS[name].of == (True,) for name in RENDERINGS)
    assert set(MAKINGS["printed"].of) == {True, False}


@pytest.mark.parametrize("name", RENDERINGS)
def test_a_rendering_takes_the_sensors_noise_and_leaves_the_shape(name) -> None:
    photo = photograph()
    drawn = drawn_by(name, photo, np.random.default_rng(3))
    assert drawn.shape[0] / drawn.shape[1] == pytest.approx(240 / 320, rel=0.02)
    assert np.median(np.abs(np.diff(drawn.astype(int), axis=1))) <= 2 < noise(photo)


def test_an_outline_is_ink_on_paper_along_edges() -> None:
    drawn = drawn_by("outline", photograph(), np.random.default_rng(1)).astype(int).mean(axis=2)
    assert (drawn > 200).mean() > 0.5
    assert (drawn < 110).mean() > 0.005


def test_a_labelled_illustration_has_few_colours() -> None:
    drawn = drawn_by("labelled illustration", photograph(), np.random.default_rng(0))
    _, counts = np.unique(drawn.reshape(-1, 3), axis=0, return_counts=True)
    assert np.sort(counts)[::-1][:16].sum() / counts.sum() > 0.7


def test_screen_tone_is_black_and_white() -> None:
    toned = PRINTS[SCREEN_TONE](photograph(), np.random.default_rng(0)).astype(int)
    assert np.ptp(toned, axis=2).max() == 0
    assert ((toned < 40) | (toned > 215)).mean() > 0.5


@pytest.mark.parametrize(("photo", "toned"), [(True, False), (False, True)])
def test_no_photograph_is_printed_with_screen_tone(photo, toned, monkeypatch) -> None:
    chosen = []
    for name in PRINTS:
        monkeypatch.setitem(prints.PRINTS, name, lambda _, __, name=name: chosen.append(name))
    for seed in range(40):
        printed(photograph(), np.random.default_rng(seed), photo=photo)
    assert set(chosen) == set(PRINTS) - (set() if toned else {SCREEN_TONE})


def test_halftone_keeps_the_mean_and_old_paper_is_yellow() -> None:
    grey = np.full((200, 200, 3), 128, np.uint8)
    halftone = PRINTS["halftone"](grey, np.random.default_rng(0)).astype(float)
    assert halftone.mean() == pytest.approx(128, abs=12)
    assert halftone.std() > 60
    paper = PRINTS["old paper"](np.full((200, 200, 3), 255, np.uint8), np.random.default_rng(0))
    red, _, blue = paper.reshape(-1, 3).mean(axis=0)
    assert red > blue + 10
