"""Animations and pages: all frames count, one that shows something is shown, damage costs none."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inksift.curation.gather.gate import frames
from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.load import Picture
from inksift.curation.gather.gate.worker import Settings, examine

SETTINGS = Settings(64 * 10**6, 50_000_000, 640, 20, 2 * 2**30)
ANIMATED = ("GIF", "PNG", "WEBP")
WHITE = Image.new("RGB", (96, 72), "white")


def _scene(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", (96, 72), tuple(rng.integers(120, 255, 3)))
    pen = ImageDraw.Draw(image)
    for _ in range(7):
        left, top = (int(value) for value in rng.integers(0, 60, 2))
        pen.ellipse((left, top, left + 30, top + 25), fill=tuple(rng.integers(0, 255, 3)))
    return image


def _card() -> Image.Image:
    image = Image.new("RGB", (96, 72), (240, 230, 200))
    ImageDraw.Draw(image).rectangle((8, 8, 88, 64), outline=(90, 50, 20), width=3)
    return image


def _saved(pictures: Sequence[Image.Image], kind: str, **more: Any) -> bytes:
    buffer = BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    timing = {} if kind == "TIFF" else {"duration": 80}
    pictures[0].save(
        buffer, kind, save_all=True, append_images=pictures[1:], **options, **timing, **more
    )
    return buffer.getvalue()


def _decoded(data: bytes) -> Picture:
    return decode(data, max_pixels=10**6)


def _pixels(data: bytes) -> str:
    return str(examine(data, SETTINGS)[0]["content"]["pixels"])


@pytest.mark.parametrize("kind", [*ANIMATED, "TIFF", "AVIF"])
def test_another_second_frame_is_another_picture(kind: str) -> None:
    files = [_saved([_scene(0), _scene(seed)], kind) for seed in (1, 2)]
    assert _pixels(files[0]) != _pixels(files[1])
    assert len({*map(_pixels, files), _pixels(_saved([_scene(0)], kind))}) == 3


def test_the_same_frames_in_another_format_are_the_same_pixels() -> None:
    scenes = [_scene(seed) for seed in range(3)]
    assert _pixels(_saved(scenes, "PNG")) == _pixels(_saved(scenes, "WEBP"))


@pytest.mark.parametrize("kind", ANIMATED)
@pytest.mark.parametrize("first", [WHITE, _card()], ids=["fade", "title card"])
def test_a_frame_that_shows_something_is_shown(kind: str, first: Image.Image) -> None:
    scenes = [_scene(seed) for seed in range(3)]
    picture = _decoded(_saved([first, *scenes], kind))
    assert picture.note.startswith("4 frames, shown: ")
    assert picture.note[-1] in "234"
    shown = np.asarray(scenes[int(picture.note[-1]) - 2]).astype(int)
    assert np.abs(picture.rgb - shown).mean() < 8


@pytest.mark.parametrize("kind", ANIMATED)
def test_the_first_frame_stays_where_it_shows_as_much(kind: str) -> None:
    picture = _decoded(_saved([_scene(seed) for seed in range(3)], kind))
    assert picture.note == "3 frames, shown: 1"
    assert len(picture.unseen.film) == 3


def test_of_pages_the_first_is_read_unless_it_is_blank() -> None:
    pages = [_card(), *(_scene(seed) for seed in range(4))]
    assert _decoded(_saved(pages, "TIFF")).note == "5 pages, first read"
    assert _decoded(_saved([WHITE, *pages], "TIFF")).note == "6 pages, page 2 read"


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF"])
def test_damage_behind_the_first_frame_costs_no_picture(kind: str) -> None:
    whole = _saved([_scene(seed) for seed in range(4)], kind)
    single = _saved([_scene(0)], kind)
    cut = whole[: max(len(single), len(whole) - len(single))]
    assert _decoded(cut).rgb.shape == (72, 96, 3)


def test_what_lies_beyond_the_bound_counts_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_FRAMES", 2)
    files = [_saved([_scene(n) for n in (0, 1, 2, last)], "GIF") for last in (3, 4)]
    assert _decoded(files[0]).note == "more than 3 frames, shown: 1"
    assert _pixels(files[0]) != _pixels(files[1])


def test_no_more_pixels_are_decoded_than_one_picture_may_have() -> None:
    scenes = [_scene(seed) for seed in range(9)]
    picture = decode(_saved(scenes, "PNG"), max_pixels=4 * 96 * 72)
    assert picture.note == "more than 4 frames, shown: 1"


def test_a_single_frame_is_a_plain_picture() -> None:
    for kind in (*ANIMATED, "TIFF"):
        picture = _decoded(_saved([_scene(0)], kind))
        assert (picture.note, picture.identity, picture.unseen.film) == ("", b"", ())
