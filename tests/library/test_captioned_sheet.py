"""A captioned sheet shows every picture with its lines below it, within the byte limit."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from inksift.curation.drawing.captioned_sheet import captioned_sheet
from inksift.curation.drawing.contact_sheet import GAP_PX, MOST_SHEET_BYTES, jpeg

GREEN = (20, 160, 20)


def tile(colour: tuple[int, int, int] = GREEN) -> bytes:
    return jpeg(np.full((64, 130, 3), colour, np.uint8), 90)


def opened(data: bytes | None) -> np.ndarray:
    assert data is not None
    with Image.open(BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return np.asarray(picture.convert("RGB")).astype(int)


def test_nothing_gives_none() -> None:
    assert captioned_sheet([]) is None


def test_letters_stand_below_their_own_picture() -> None:
    bare = opened(captioned_sheet([(tile(), ""), (tile(), "")]))
    sheet = opened(captioned_sheet([(tile(), ""), (tile(), "a caption")]))
    below, middle = GAP_PX + 64, bare.shape[1] // 2
    assert sheet.shape == bare.shape
    assert np.abs(sheet[:below] - bare[:below]).max() < 30
    assert np.abs(sheet[below:, :middle] - bare[below:, :middle]).max() < 30
    assert np.abs(sheet[below:, middle:] - bare[below:, middle:]).max() > 100


def test_the_longest_caption_makes_room_for_all() -> None:
    one, three = (
        opened(captioned_sheet([(tile(), "a"), (tile(), caption)])) for caption in ("b", "b\nc\nd")
    )
    assert three.shape[0] == one.shape[0] + 2 * 14


def test_rows_of_as_many_columns_as_are_wanted() -> None:
    tiles = [(tile(), "a")] * 5
    assert opened(captioned_sheet(tiles, columns=2)).shape[1] == 2 * 134 + GAP_PX
    assert opened(captioned_sheet(tiles[:1], columns=2)).shape[1] == 134 + GAP_PX


@pytest.mark.parametrize("caption", ["$x_{2", "\x1b[31m", "x" * 999, "\n" * 3, "\u732b"])
def test_any_caption_can_be_drawn(caption: str) -> None:
    data = captioned_sheet([(tile(), caption)] * 3)
    assert data is not None
    assert len(data) <= MOST_SHEET_BYTES


def test_many_noisy_pictures_stay_below_the_limit() -> None:
    noise = jpeg(np.random.default_rng(0).integers(0, 256, (128, 258, 3), dtype=np.uint8), 90)
    data = captioned_sheet([(noise, "a\nb\nc")] * 48)
    assert data is not None
    assert len(data) <= MOST_SHEET_BYTES
