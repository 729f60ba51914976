"""Blank pages and pages of text are told from drawings, and no drawing is ever called blank."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from inksift.curation.base.pages import BLANK, DRAWN, TEXT, page_of
from inksift.curation.base.strips import working_size
from inksift.curation.gather.gate.page import find_page
from inksift.curation.gather.gate.worker import Settings, examine

SETTINGS = Settings(64 * 10**6, 50_000_000, 640, 20, 2 * 2**30)
SIZE = (700, 1000)
WORDS = ("lamp", "went", "out", "and", "nobody", "in", "the", "long", "house", "heard", "a", "door")


def _paper(seed: int, tint: tuple[int, ...] = (248, 243, 230), grain: float = 3.0) -> Image.Image:
    """Paper with grain, a little darker at its foot."""
    rng = np.random.default_rng(seed)
    shade = np.linspace(0, 8, SIZE[1])[:, None, None]
    page = np.full((SIZE[1], SIZE[0], 3), tint, float) - shade
    page += rng.normal(0, grain, (SIZE[1], SIZE[0], 1))
    return Image.fromarray(np.clip(page, 0, 255).astype(np.uint8))


def _written(seed: int, *, points: int = 22, pitch: int = 34) -> Image.Image:
    page, rng = _paper(seed), np.random.default_rng(seed)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(points)
    for top in range(80, 900, pitch):
        line = " ".join(rng.choice(WORDS, 220 // points))
        pen.text((70, top), line, font=font, fill=(35, 30, 30))
    return page


def _number(page: Image.Image, text: str, place: tuple[int, int]) -> Image.Image:
    ImageDraw.Draw(page).text(place, text, font=ImageFont.load_default(20), fill=(60, 55, 50))
    return page


def _shines_through(seed: int) -> Image.Image:
    other = _written(seed).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return Image.blend(_paper(seed + 1), other, 0.08)


def _page(image: Image.Image, quality: int = 85) -> str:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    rgb = np.asarray(Image.open(buffer).convert("RGB"))
    return find_page(rgb, working_size(rgb, 640))


@pytest.mark.parametrize("seed", range(3))
def test_paper_is_blank_whatever_its_tint(seed: int) -> None:
    for tint in ((255, 255, 255), (248, 243, 230), (24, 22, 24), (120, 40, 50)):
        assert _page(_paper(seed, tint)) == BLANK
        assert _page(Image.new("RGB", SIZE, tint)) == BLANK


def test_paper_with_a_page_number_is_blank() -> None:
    for place in ((340, 950), (60, 40), (600, 955)):
        assert _page(_number(_paper(1), "127", place)) == BLANK


def test_the_other_side_shining_through_leaves_a_page_blank() -> None:
    assert _page(_shines_through(3)) == BLANK


@pytest.mark.parametrize(("points", "pitch"), [(22, 34), (28, 44), (18, 28), (16, 26)])
def test_rows_of_letters_are_a_page_of_text(points: int, pitch: int) -> None:
    assert _page(_written(5, points=points, pitch=pitch)) == TEXT


def test_a_page_of_text_that_was_scanned_askew_or_sideways_is_one() -> None:
    page = _written(6)
    turned = page.rotate(1.5, fillcolor=(246, 241, 228), resample=Image.Resampling.BICUBIC)
    assert _page(turned) == TEXT
    assert _page(page.transpose(Image.Transpose.ROTATE_90)) == TEXT


Pen = ImageDraw.ImageDraw


def _sketch(pen: Pen, colour: tuple[int, int, int], width: int = 3) -> None:
    pen.ellipse((180, 250, 520, 640), outline=colour, width=width)
    pen.arc((260, 480, 440, 580), 20, 160, fill=colour, width=width)
    for left in (260, 400):
        pen.ellipse((left, 380, left + 40, 420), outline=colour, width=width)


def _pale(pen: Pen) -> None:
    _sketch(pen, (236, 231, 218))


def _yellow(pen: Pen) -> None:
    _sketch(pen, (250, 246, 205))


def _tiny(pen: Pen) -> None:
    pen.ellipse((340, 480, 364, 504), outline=(40, 40, 40), width=2)
    pen.line((352, 504, 352, 530), fill=(40, 40, 40), width=2)


def _tiny_at_the_foot(pen: Pen) -> None:
    pen.ellipse((300, 920, 340, 960), outline=(40, 40, 40), width=2)
    pen.line((320, 960, 320, 990), fill=(40, 40, 40), width=2)


def _thin(pen: Pen) -> None:
    _sketch(pen, (150, 150, 150), 1)


def _wash(pen: Pen) -> None:
    for step in range(60):
        pen.ellipse((150 + step, 300 + step, 550 - step, 700 - step), fill=(246 - step // 4,) * 3)


@pytest.mark.parametrize(
    "draw", [_pale, _yellow, _tiny, _tiny_at_the_foot, _thin, _wash], ids=lambda draw: draw.__name__
)
@pytest.mark.parametrize("grain", [0.0, 1.0, 3.0])
def test_pale_thin_and_tiny_drawings_are_drawings(
    draw: Callable[[Pen], None], grain: float
) -> None:
    page = _paper(2, grain=grain)
    draw(ImageDraw.Draw(page))
    assert _page(page) == DRAWN


@pytest.mark.parametrize("ink", [(34, 32, 34), (30, 30, 60), (12, 10, 12)])
def test_dark_drawings_are_drawings(ink: tuple[int, int, int]) -> None:
    page = _paper(3, (22, 20, 22), grain=1.0)
    _sketch(ImageDraw.Draw(page), ink, 6)
    assert _page(page) == DRAWN


def test_a_hairline_drawing_on_a_huge_page_is_a_drawing() -> None:
    page = Image.new("RGB", (4000, 5600), "white")
    pen = ImageDraw.Draw(page)
    pen.line((900, 1200, 2500, 3300), fill=(60, 60, 60), width=1)
    pen.line((901, 3301, 2800, 1400), fill=(60, 60, 60), width=1)
    assert _page(page, 95) == DRAWN


def _dots(pen: Pen) -> None:
    for row in range(30):
        for column in range(20):
            left, top = 40 + 32 * column + 16 * (row % 2), 60 + 30 * row
            pen.ellipse((left, top, left + 14, top + 14), fill=(30, 30, 30))


def _small_pictures(pen: Pen) -> None:
    rng = np.random.default_rng(1)
    for row in range(14):
        for column in range(10):
            left, top = 50 + 62 * column, 60 + 64 * row
            width, height = (int(value) for value in rng.integers(14, 34, 2))
            pen.rectangle((left, top, left + width, top + height), outline=(30, 30, 30), width=3)


def _vignette(pen: Pen) -> None:
    font = ImageFont.load_default(22)
    for top in range(80, 500, 34):
        pen.text((70, top), " ".join(WORDS[:10]), font=font, fill=(35, 30, 30))
    pen.ellipse((200, 560, 500, 860), outline=(35, 30, 30), width=5)


def _bubbles(pen: Pen) -> None:
    _dots(pen)
    pen.line((0, 0, 700, 1000), fill=(30, 30, 30), width=3)


@pytest.mark.parametrize(
    "draw", [_dots, _small_pictures, _vignette, _bubbles], ids=lambda draw: draw.__name__
)
def test_patterns_and_pages_with_a_picture_are_no_text(draw: Callable[[Pen], None]) -> None:
    page = _paper(4)
    draw(ImageDraw.Draw(page))
    assert _page(page) == DRAWN


def test_a_painted_sky_is_no_paper() -> None:
    sky = np.linspace((90, 140, 220), (250, 190, 120), 800).astype(np.uint8)
    assert find_page(
        np.repeat(sky[:, None], 600, axis=1), np.repeat(sky[:, None], 600, axis=1)
    ) == (DRAWN)


def test_a_worker_flags_the_page() -> None:
    buffer = BytesIO()
    _paper(1).save(buffer, "JPEG")
    assert page_of(examine(buffer.getvalue(), SETTINGS)[0]["note"]) == BLANK


def test_a_file_with_a_drawn_frame_is_no_blank_page() -> None:
    drawn = _paper(1)
    _sketch(ImageDraw.Draw(drawn), (20, 20, 20))
    for pages, page in (([_paper(1), drawn], DRAWN), ([_paper(1), _paper(2)], BLANK)):
        buffer = BytesIO()
        pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
        assert page_of(examine(buffer.getvalue(), SETTINGS)[0]["note"]) == page
