"""A contact sheet shows whole pictures, in order, within its byte limit."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.drawing.contact_sheet import (
    GAP_PX,
    MOST_SHEET_BYTES,
    contact_sheet,
    data_uri,
    jpeg,
    markdown_image,
    on_grey,
)

COLOURS = {"red": (220, 20, 20), "green": (20, 160, 20), "blue": (20, 20, 200)}


def read(image_id: str) -> Rgb:
    return np.full((300, 200, 3), COLOURS[image_id], np.uint8)


def opened(data: bytes) -> Rgb:
    with Image.open(BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture.convert("RGB"))


def test_nothing_gives_none() -> None:
    assert contact_sheet([], read) is None


def test_pictures_stand_in_order() -> None:
    data = contact_sheet(["red", "green", "blue"], read, tile_px=40, columns=2)
    assert data is not None
    sheet = opened(data)
    assert sheet.shape == (2 * 40 + 3 * GAP_PX, 2 * 40 + 3 * GAP_PX, 3)
    for colour, (top, left) in zip(COLOURS.values(), [(24, 24), (24, 68), (68, 24)], strict=True):
        np.testing.assert_allclose(sheet[top, left], colour, atol=8)


def test_the_limit_bounds_what_is_read() -> None:
    asked: list[str] = []

    def counting(image_id: str) -> Rgb:
        asked.append(image_id)
        return read(image_id)

    contact_sheet(["red"] * 100, counting, limit=5)
    assert len(asked) == 5


def test_noise_is_held_to_the_byte_limit(rng: np.random.Generator) -> None:
    noise = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    data = contact_sheet(["any"] * 48, lambda _: noise, tile_px=192)
    assert data is not None
    assert len(data) <= MOST_SHEET_BYTES


@pytest.mark.parametrize("shape", [(1, 1), (1, 640), (640, 1), (96, 96), (97, 640)])
def test_tiles_are_square_and_pictures_keep_their_shape(shape: tuple[int, int]) -> None:
    picture = np.zeros((*shape, 3), np.uint8)
    assert on_grey(picture, 96).shape == (96, 96, 3)
    small = shrink(picture, 96)
    assert max(small.shape[:2]) == min(96, max(shape))
    assert min(small.shape[:2]) >= 1


def test_our_encoding_carries_no_metadata() -> None:
    with Image.open(BytesIO(jpeg(read("red"), 80))) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_markdown_cannot_be_ended_early() -> None:
    text = markdown_image(b"x", "image/png", 'a](javascript:alert(1)) "<b>')
    assert text == f"![ajavascript:alert1 b]({data_uri(b'x', 'image/png')})"
