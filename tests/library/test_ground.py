"""Transparent drawings are seen on a ground that shows them, and what is unseen still counts."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inksift.curation.base.pages import BLANK, INVISIBLE, page_of
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import BLACK, WHITE, unpack_unseen
from inksift.curation.gather.gate.answer import checked
from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.ground import ALPHA_IGNORED, ON_BLACK
from inksift.curation.gather.gate.load import Picture
from inksift.curation.gather.gate.worker import Settings, examine

SETTINGS = Settings(64 * 10**6, 50_000_000, 640, 20, 2 * 2**30)


def _drawing(seed: int, ink: tuple[int, int, int], size: int = 200) -> Image.Image:
    """An outline drawing in one ink on transparent ground."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGBA", (size, size), (*ink, 0))
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        left, top, width, height = (int(value) for value in rng.integers(5, size // 2, 4))
        box = (left, top, left + width, top + height)
        pen.ellipse(box, outline=(*ink, 255), width=3)
        pen.line((left, top, height, width), fill=(*ink, 255), width=3)
    return image


def _saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _decoded(data: bytes) -> Picture:
    return decode(data, max_pixels=10**7)


def _pixels(data: bytes) -> str:
    return str(examine(data, SETTINGS)[0]["content"]["pixels"])


def _palette(image: Image.Image) -> bytes:
    """The drawing as palette PNG with one transparent entry."""
    ink = image.getpixel((0, 0))[:3]
    flat = Image.new("P", image.size, 0)
    flat.putpalette([*(9, 9, 9), *ink])
    flat.paste(1, mask=image.getchannel("A").point(lambda value: 255 * (value > 127)))
    return _saved(flat, transparency=0)


@pytest.mark.parametrize("ink", [(255, 255, 255), (250, 248, 252), (235, 240, 238)])
@pytest.mark.parametrize("how", ["RGBA", "LA", "palette", "WEBP", "TIFF"])
def test_light_ink_on_transparent_ground_is_seen(ink: tuple[int, int, int], how: str) -> None:
    digests = set()
    for seed in range(4):
        drawn = _drawing(seed, ink)
        if how == "palette":
            data = _palette(drawn)
        elif how == "LA":
            data = _saved(drawn.convert("LA"))
        else:
            data = _saved(drawn, "PNG" if how == "RGBA" else how, **_LOSSLESS.get(how, {}))
        picture = _decoded(data)
        assert picture.note == ON_BLACK
        assert picture.rgb.std() > 20
        digests.add(_pixels(data))
    assert len(digests) == 4


_LOSSLESS: dict[str, dict[str, Any]] = {"WEBP": {"lossless": True}}


@pytest.mark.parametrize("ink", [(0, 0, 0), (90, 20, 160), (200, 190, 60), (128, 128, 128)])
def test_other_ink_stays_on_white(ink: tuple[int, int, int]) -> None:
    picture = _decoded(_saved(_drawing(1, ink)))
    assert picture.note == ""
    assert picture.rgb[0, 0].tolist() == [255, 255, 255]


def test_a_white_sticker_with_an_outline_stays_on_white() -> None:
    image = Image.new("RGBA", (200, 200))
    ImageDraw.Draw(image).ellipse((20, 20, 180, 180), fill="white", outline="black", width=4)
    assert _decoded(_saved(image)).note == ""


def test_white_ink_in_a_black_frame_counts_though_white_hides_it() -> None:
    def framed(seed: int) -> Image.Image:
        image = _drawing(seed, (255, 255, 255))
        ImageDraw.Draw(image).rectangle((0, 0, 199, 199), outline=(0, 0, 0, 255), width=9)
        return image

    one, other = (_saved(framed(seed)) for seed in (1, 2))
    assert _pixels(one) != _pixels(other)
    assert _pixels(one) == _pixels(_saved(framed(1), "WEBP", lossless=True, exact=True))


def test_a_drawing_that_alpha_leaves_whole_is_that_of_its_opaque_twin() -> None:
    opaque = _drawing(3, (10, 20, 30)).convert("RGB")
    assert _pixels(_saved(opaque.convert("RGBA"))) == _pixels(_saved(opaque))


def _empty_alpha(seed: int) -> Image.Image:
    """A whole drawing whose alpha is zero throughout."""
    image = Image.new("RGB", (60, 40), "white")
    ImageDraw.Draw(image).ellipse((9, 5 + seed, 50, 30), fill=(200, 30, 30), outline="black")
    image.putalpha(0)
    return image


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_what_is_transparent_throughout_is_blank_and_each_its_own(kind: str) -> None:
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    files = [_saved(_empty_alpha(seed), kind, **options) for seed in range(3)]
    notes = {examine(data, SETTINGS)[0]["note"] for data in files}
    assert notes == {f"{BLANK}; {INVISIBLE}"}
    assert page_of(notes.pop()) == BLANK
    assert len({_pixels(data) for data in files}) == 3


def test_a_bitmap_whose_alpha_was_never_set_is_opaque() -> None:
    image = _empty_alpha(0)
    header = bytearray(_saved(Image.new("RGBA", image.size), "BMP"))
    pixels = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes("raw", "BGRA")
    start = int.from_bytes(header[10:14], "little")
    data = bytes(header[:start]) + pixels
    picture = _decoded(data)
    # Pillow may read padding as padding by itself, by the header that it wrote.
    assert picture.note in ("", ALPHA_IGNORED)
    assert np.array_equal(picture.rgb, np.asarray(image.convert("RGB")))


def test_a_worker_says_what_a_thumbnail_does_not_show() -> None:
    row, blob = examine(_saved(_drawing(2, (255, 255, 255), 900)), SETTINGS)
    answer = checked(row, blob)
    unseen = unpack_unseen(answer.unseen)
    assert unseen.ground == BLACK
    assert unseen.alpha is not None
    assert unseen.alpha.shape == (640, 640)
    assert not checked(*examine(_saved(Image.new("RGB", (9, 9), "red")), SETTINGS)).unseen


def test_laying_on_another_ground_is_what_compositing_there_gives() -> None:
    drawn = _drawing(4, (200, 40, 90))
    picture = _decoded(_saved(drawn))
    for colour in ((0, 0, 0), (60, 140, 220)):
        ground = Image.new("RGBA", drawn.size, (*colour, 255))
        ground.alpha_composite(drawn)
        laid: Rgb = picture.unseen.on(picture.rgb, colour)
        assert np.abs(laid.astype(int) - np.asarray(ground.convert("RGB"))).max() <= 1
    assert picture.unseen.ground == WHITE
