"""Trimming: what is page and what is drawn on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.trim import Box, trim


def page(width: int = 200, height: int = 160, colour: str = "white") -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def with_disc(
    picture: Image.Image, box: tuple[int, int, int, int], colour: str = "navy"
) -> Image.Image:
    ImageDraw.Draw(picture).ellipse(box, fill=colour)
    return picture


def bordered(picture: Image.Image, width: int, colour: str) -> Image.Image:
    outer = Image.new("RGB", (picture.width + 2 * width, picture.height + 2 * width), colour)
    outer.paste(picture, (width, width))
    return outer


def rgb(picture: Image.Image) -> Rgb:
    return np.asarray(picture)


def near(box: Box, expected: tuple[int, int, int, int], within: int = 4) -> bool:
    return all(abs(one - other) <= within for one, other in zip(box, expected, strict=True))


def test_content_is_what_is_drawn_and_the_margin_belongs_to_the_page() -> None:
    found = trim(rgb(with_disc(page(), (60, 40, 120, 110))))
    assert near(found.content, (60, 40, 61, 71), within=1)
    assert found.page == (0, 0, 200, 160)


@pytest.mark.parametrize("colour", ["black", "red", "#77aa33"])
def test_a_frame_is_no_page(colour: str) -> None:
    found = trim(rgb(bordered(with_disc(page(), (60, 40, 120, 110)), 20, colour)))
    assert near(found.page, (20, 20, 200, 160))
    assert near(found.content, (80, 60, 61, 71))


def test_frames_inside_frames_are_peeled() -> None:
    found = trim(
        rgb(bordered(bordered(with_disc(page(), (60, 40, 120, 110)), 10, "black"), 15, "orange"))
    )
    assert near(found.page, (25, 25, 200, 160), within=8)
    assert near(found.content, (85, 65, 61, 71))


def test_a_frame_around_a_full_picture(rng: np.random.Generator) -> None:
    noise = Image.fromarray(rng.integers(0, 256, (120, 150, 3)).astype(np.uint8))
    found = trim(rgb(bordered(noise, 15, "white")))
    assert near(found.page, (15, 15, 150, 120))
    assert found.content == found.page


def test_a_picture_of_one_colour_is_all_content() -> None:
    assert trim(rgb(page(colour="red"))) == (Box(0, 0, 200, 160), Box(0, 0, 200, 160))


def test_noise_of_compression_is_no_content(rng: np.random.Generator) -> None:
    picture = rgb(with_disc(page(), (60, 40, 120, 110))).astype(np.int16)
    noisy = np.clip(picture + rng.integers(-6, 7, picture.shape), 0, 255).astype(np.uint8)
    assert near(trim(noisy).content, (60, 40, 61, 71), within=1)


@pytest.mark.parametrize("size", [(1, 1), (1, 640), (640, 1), (3, 7), (8, 8)])
def test_tiny_pictures_have_boxes_inside_them(
    size: tuple[int, int], rng: np.random.Generator
) -> None:
    picture = rng.integers(0, 256, (*size, 3)).astype(np.uint8)
    for box in trim(picture):
        assert box.width >= 1
        assert box.height >= 1
        assert box.left + box.width <= size[1]
        assert box.top + box.height <= size[0]


@given(
    st.integers(1, 9),
    st.integers(1, 9),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.integers(0, 99),
)
def test_borders_of_any_width_around_any_picture_leave_boxes_inside_it(
    height: int, width: int, borders: list[int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    for border in borders:
        picture = np.pad(
            picture,
            ((border, border), (border, border), (0, 0)),
            constant_values=rng.integers(0, 256),
        )
    for box in trim(picture):
        assert min(box.left, box.top) >= 0
        assert min(box.width, box.height) >= 1
        assert box.left + box.width <= picture.shape[1]
        assert box.top + box.height <= picture.shape[0]


@pytest.mark.parametrize("thick", [1, 2, 4, 6, 9, 16])
@pytest.mark.parametrize("across", [True, False])
def test_thin_bars_have_boxes(thick: int, across: bool) -> None:
    picture = rgb(page(800, 1000)).copy()
    picture[
        (slice(500, 500 + thick), slice(None)) if across else (slice(None), slice(300, 300 + thick))
    ] = 0
    for box in trim(picture):
        assert 1 <= box.width <= 800
        assert 1 <= box.height <= 1000


def test_a_box_scales_with_its_picture_and_cuts_it() -> None:
    box = Box(10, 20, 30, 40)
    assert box.scaled((100, 100), (200, 50)) == (5, 40, 15, 80)
    assert box.cut(np.zeros((100, 100, 3), np.uint8)).shape == (40, 30, 3)
    assert Box(99, 99, 1, 1).scaled((100, 100), (10, 10)) == (9, 9, 1, 1)
