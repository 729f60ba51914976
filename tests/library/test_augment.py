from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import albumentations
import numpy as np
import pytest

from inksift.curation.training.fit.augment import AugmentRecipe, augmented, letterboxed, pipeline


@pytest.fixture
def picture():
    picture = np.full((60, 90, 3), 240, np.uint8)
    picture[20:40, 10:50] = (200, 40, 30)
    return picture


@pytest.mark.parametrize("recipe", get_args(AugmentRecipe))
def test_is_a_square_of_the_side_asked_for(picture, recipe):
    assert all(augmented(picture, 48, seed, recipe).shape == (48, 48, 3) for seed in range(20))
    assert augmented(picture, 48, 0, recipe).dtype == np.uint8


@pytest.mark.parametrize("recipe", get_args(AugmentRecipe))
def test_is_a_function_of_the_seed_in_every_thread(picture, recipe):
    alone = [augmented(picture, 48, seed, recipe) for seed in range(24)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: augmented(picture, 48, seed, recipe), range(24)))
    assert np.array_equal(alone, together)
    assert len({copy.tobytes() for copy in alone}) == 24


@pytest.mark.parametrize(("recipe", "always"), [("gentle", True), ("camp2022", False)])
def test_only_gentle_copies_keep_the_upper_side_up_and_the_light_near(recipe, always):
    picture = np.full((64, 64, 3), 200, np.uint8)
    picture[:32] = 60
    copies = [augmented(picture, 48, seed, recipe)[[6, -6], 24].mean(axis=1) for seed in range(30)]
    assert all(abs(upper - 60) < 60 and abs(lower - 200) < 60 for upper, lower in copies) == always


def test_camp2022_keeps_to_the_steps_of_the_team(picture):
    steps = pipeline("camp2022", 256, 0).transforms
    assert [type(step).__name__ for step in steps] == ["Rotate", "OneOf", "OneOf", "OneOf"]
    whole, middle = steps[3].transforms
    assert (type(whole).__name__, whole.height) == ("Resize", 256)
    assert (type(middle).__name__, middle.height) == ("CenterCrop", 256)


def test_unknown_argument_is_an_error(monkeypatch):
    rotate = albumentations.Rotate
    monkeypatch.setattr(albumentations, "Rotate", lambda **settings: rotate(limit=90, **settings))
    with pytest.raises(UserWarning, match="limit"):
        pipeline("gentle", 48, 0)


def test_import_asks_no_server():
    code = (
        "import socket; socket.socket.connect = socket.getaddrinfo = lambda *a, **k: exit(3); "
        "from inksift.curation.training.fit.augment import pipeline; import sys; "
        "assert 'albumentations' not in sys.modules; pipeline('gentle', 48, 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=300).returncode == 0


@pytest.mark.parametrize(
    ("shape", "box"), [((50, 100, 3), (16, 48)), ((100, 50, 3), (0, 64)), ((1, 400, 3), (31, 32))]
)
def test_letterbox_keeps_the_whole_picture_on_white(shape, box):
    square = letterboxed(np.zeros(shape, np.uint8), 64)
    rows = np.flatnonzero((square == 0).any(axis=(1, 2)))
    assert square.shape == (64, 64, 3)
    assert (rows[0], rows[-1] + 1) == box
    assert square.max() == (0 if shape[0] == shape[1] else 255)


def test_letterbox_leaves_a_square_of_that_side_alone(picture):
    square = np.ascontiguousarray(picture[:, :60])
    assert np.array_equal(letterboxed(square, 60), square)
