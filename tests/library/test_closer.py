"""A closer look tells a small change, and where it lies, from all that storing a picture again
does to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.trim import Box
from inksift.curation.dedup.aligned.tone import match_tone
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.close_look.crossings import paled_crossings
from inksift.curation.dedup.close_look.places import boxes_around, changed_places, told_boxes
from inksift.curation.dedup.close_look.refine import refined
from inksift.curation.dedup.close_look.residual import excess
from inksift.curation.dedup.close_look.sharpness import match_sharpness
from inksift.curation.dedup.close_look.stamps import Differing, stamped
from inksift.curation.dedup.relation import Relation, relate
from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import paint

SLACK = 45
"""Thousandths of a side by which told places may reach beyond the change: one that stands out is
told with what differs around it."""

COVERED = 0.6
"""Share of the changed pixels that told places cover at least; a tint with a soft edge has many
that hardly changed."""


class Page(NamedTuple):
    """What a page shows; two that differ in one field differ in that alone."""

    mouth: str = "smile"
    skin: tuple[int, int, int] = (244, 206, 178)
    words: tuple[str, str] = ("Where is the", "red boat now?")
    buttons: int = 3


PLAIN = Page()


@cache
def ground() -> Rgb:
    rng = np.random.default_rng(4)
    return paint(draw_scene("house", 1.33, 1.0, rng), "cartoon", 480, rng)


def drawn(page: Page) -> Rgb:
    """A scene with a small figure and a bubble before it."""
    scene = Image.fromarray(ground())
    large = scene.resize((2 * scene.width, 2 * scene.height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(large)
    _figure(draw, page)
    _bubble(draw, page.words)
    return np.asarray(large.resize(scene.size, Image.Resampling.BOX))


def _figure(draw: ImageDraw.ImageDraw, page: Page) -> None:
    draw.rectangle((160, 620, 280, 840), (70, 110, 160), "black", 4)
    for button in range(page.buttons):
        down = 660 + 50 * button
        draw.ellipse((212, down, 228, down + 16), (250, 220, 60), "black", 2)
    draw.ellipse((160, 500, 280, 640), page.skin, "black", 4)
    for across in (195, 233):
        draw.ellipse((across, 548, across + 12, 566), "black")
    if page.mouth == "smile":
        draw.arc((190, 570, 250, 612), 20, 160, "black", 5)
    else:
        draw.ellipse((206, 588, 234, 618), (120, 30, 40), "black", 4)


def _bubble(draw: ImageDraw.ImageDraw, words: tuple[str, str]) -> None:
    draw.ellipse((300, 60, 720, 260), "white", "black", 5)
    for line, told in enumerate(words):
        font = ImageFont.load_default(44)
        draw.text((510, 130 + 55 * line), told, "black", font, "mm")


def tinted(rgb: Rgb) -> Rgb:
    """Paler by 15 levels in blue over 15 % of the page."""
    height, width = rgb.shape[:2]
    changed = rgb.astype(int)
    changed[height // 2 : height * 9 // 10, width // 2 : width * 7 // 8, 2] += 15
    return np.clip(changed, 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[], Rgb]] = {
    "expression": lambda: drawn(PLAIN._replace(mouth="round")),
    "tint": lambda: tinted(drawn(PLAIN)),
    "words": lambda: drawn(PLAIN._replace(words=("Where is the", "old goat now?"))),
    "skin": lambda: drawn(PLAIN._replace(skin=(150, 100, 70))),
    "erased": lambda: drawn(PLAIN._replace(buttons=2)),
}


def view(rgb: Rgb) -> View:
    return View(rgb, width=rgb.shape[1], height=rgb.shape[0])


def related(one: Rgb, other: Rgb) -> Relation:
    return relate(view(one), view(other))


def stored(rgb: Rgb, kind: str, quality: int) -> Rgb:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, kind, quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


def resized(rgb: Rgb, share: float) -> Rgb:
    return np.asarray(cv2.resize(rgb, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def smaller(rgb: Rgb) -> Rgb:
    return stored(resized(rgb, 0.75), "JPEG", 85)


def boxes(places: str) -> list[list[int]]:
    """Left, top, right and bottom of each place in thousandths of the sides."""
    return [[int(edge) for edge in place.split()] for place in places.split("; ")]


def told(places: str, size: tuple[int, int], slack: int = 0) -> np.ndarray:
    """Which pixels of a picture of that height and width lie in a told place."""
    height, width = size
    inside = np.zeros(size, np.bool_)
    for left, top, right, bottom in boxes(places):
        rows = slice(max(0, top - slack) * height // 1000, -(-(bottom + slack) * height // 1000))
        columns = slice(max(0, left - slack) * width // 1000, -(-(right + slack) * width // 1000))
        inside[rows, columns] = True
    return inside


def assert_covered(places: str, changed: np.ndarray) -> None:
    """That told places hold the change, and little else."""
    here = told(places, changed.shape)
    assert (here & changed).sum() >= COVERED * changed.sum()
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    height, width = changed.shape
    for left, top, right, bottom in boxes(places):
        assert left >= columns[0] * 1000 / width - SLACK
        assert top >= rows[0] * 1000 / height - SLACK
        assert right <= columns[-1] * 1000 / width + SLACK
        assert bottom <= rows[-1] * 1000 / height + SLACK


@pytest.mark.parametrize("second", [np.asarray, smaller], ids=["same size", "75 %, JPEG 85"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_small_change_makes_a_variant_and_is_told_in_both(
    change: str, second: Callable[[Rgb], Rgb]
) -> None:
    one, other = drawn(PLAIN), CHANGES[change]()
    changed = (one != other).any(axis=2)
    found = related(one, second(other))
    assert found.kind == "variant"
    assert found.marked == ""
    assert_covered(found.places, changed)
    assert_covered(found.other_places, changed)


def test_a_change_is_found_through_a_mirror_and_told_where_each_shows_it() -> None:
    one, other = drawn(PLAIN), CHANGES["skin"]()
    changed = (one != other).any(axis=2)
    found = related(one, np.ascontiguousarray(other[:, ::-1]))
    assert found.kind == "variant"
    assert_covered(found.places, changed)
    assert_covered(found.other_places, changed[:, ::-1])


def brightened(rgb: Rgb) -> Rgb:
    return np.asarray(ImageEnhance.Brightness(Image.fromarray(rgb)).enhance(1.3))


def cropped(rgb: Rgb) -> Rgb:
    height, width = rgb.shape[:2]
    return np.ascontiguousarray(rgb[height // 20 :, : width * 19 // 20])


def watermarked(rgb: Rgb) -> Rgb:
    picture = Image.fromarray(rgb).convert("RGBA")
    layer = Image.new("RGBA", picture.size)
    font = ImageFont.load_default(34)
    ImageDraw.Draw(layer).text((330, 420), "© sample.example", (250, 250, 250, 150), font)
    return np.asarray(Image.alpha_composite(picture, layer).convert("RGB"))


COPIES: dict[str, Callable[[Rgb], Rgb]] = {
    "JPEG 30": lambda rgb: stored(rgb, "JPEG", 30),
    "WebP 40": lambda rgb: stored(rgb, "WEBP", 40),
    "half the size": lambda rgb: resized(rgb, 0.5),
    "brighter": brightened,
    "cropped": cropped,
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
    "quarter turn": lambda rgb: np.ascontiguousarray(np.rot90(rgb)),
    "watermark": watermarked,
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_a_duplicate_without_changed_places(copy: str) -> None:
    found = related(drawn(PLAIN), COPIES[copy](drawn(PLAIN)))
    assert (found.kind, found.places, found.other_places) == ("duplicate", "", "")
    assert found.marked == ("second" if copy == "watermark" else "")


def lettered(words: str) -> Rgb:
    page = Image.new("RGB", (400, 160), "white")
    ImageDraw.Draw(page).text((40, 60), words, "black", ImageFont.load_default(32))
    return np.asarray(page)


def mark_between(one: Rgb, other: Rgb) -> str:
    changed = (cv2.absdiff(one, other).max(axis=2) > 40).astype(np.bool_)
    differing = Differing(changed, changed, np.zeros_like(changed))
    return stamped(one, other, differing, pixels=changed.size)


def test_words_where_nothing_was_are_a_watermark_and_in_place_of_others_are_none() -> None:
    blank, first, other = (lettered(words) for words in ("", "sample.example", "goat and river"))
    assert mark_between(blank, first) == "second"
    assert mark_between(first, blank) == "first"
    assert mark_between(first, other) == ""


def hairlines(paper: int, opacity: float) -> Rgb:
    """Crossing hairlines, and words of the paper's colour over them."""
    page = Image.new("RGB", (640, 480), (paper,) * 3)
    draw = ImageDraw.Draw(page)
    for left in range(0, 640, 90):
        draw.line((left, 0, 640 - left, 480), fill=(255 - paper,) * 3, width=3)
    words = Image.new("L", page.size)
    ImageDraw.Draw(words).text(
        (230, 150), "sample", round(255 * opacity), ImageFont.load_default(40)
    )
    return np.asarray(Image.composite(Image.new("RGB", page.size, (paper,) * 3), page, words))


def ruled(levels: tuple[int, ...]) -> Rgb:
    """A wall with stripes above a floor, and these levels in the rows where they meet."""
    page = np.full((400, 400, 3), 210, np.uint8)
    page[20:180:20] = 120
    page[200:] = 175
    page[199 : 199 + len(levels)] = np.array(levels, np.uint8)[:, None, None]
    return page


def test_a_hairline_between_two_rows_is_no_change_and_a_dot_is() -> None:
    where = np.ones((400, 400), np.bool_)
    sharp, between = ruled((210, 50, 175)), ruled((165, 115, 155))
    dotted = sharp.copy()
    dotted[186:191, 200:205] = 60
    found = excess(sharp, between, where)
    assert found.fine.max() > 5
    assert not changed_places(found).any()
    assert changed_places(excess(sharp, dotted, where)).any()


@pytest.mark.parametrize("paper", [255, 0])
@pytest.mark.parametrize(("opacity", "mark"), [(0.4, "second"), (0.8, "second"), (1, "")])
def test_words_of_the_papers_colour_pale_lines_and_what_was_erased_leaves_none(
    paper: int, opacity: float, mark: str
) -> None:
    plain, crossed = (hairlines(paper, share)[..., 0].astype(np.float32) for share in (0, opacity))
    changed = np.abs(plain - crossed) > 40
    assert paled_crossings(plain, crossed, changed, pixels=changed.size) == mark
    other = mark.replace("second", "first")
    assert paled_crossings(crossed, plain, changed, pixels=changed.size) == other


def test_a_thing_drawn_on_an_area_of_one_colour_is_no_watermark() -> None:
    """It is of one opacity as well, whatever it is."""
    plain = np.full((400, 400, 3), 255, np.uint8)
    plain[150:190, 150:190] = 20
    added = plain.copy()
    cv2.circle(added, (170, 170), 8, (140, 140, 140), -1)
    assert mark_between(plain, added) == ""


def test_a_tint_over_lines_alone_is_no_watermark() -> None:
    """It reaches farther along a line than a letter."""
    plain = hairlines(255, 0)
    paled = plain.copy()
    paled[150:300] = 255 - (255 - plain[150:300]) * 0.5
    assert mark_between(plain, paled) == ""


def test_a_mark_explains_what_changed_beside_it_and_nothing_elsewhere() -> None:
    blank, marked = lettered(""), lettered("sample.example")
    strokes = (cv2.absdiff(blank, marked).max(axis=2) > 40).astype(np.bool_)
    elsewhere = strokes | np.roll(strokes, 60, axis=0)
    none = np.zeros_like(strokes)
    told = [
        stamped(blank, marked, Differing(strokes, places, none), pixels=strokes.size)
        for places in (strokes, elsewhere)
    ]
    assert told == ["second", ""]


def test_words_of_another_colour_and_the_same_brightness_are_a_watermark() -> None:
    green = drawn(PLAIN).copy()
    lawn = np.s_[-170:-10, 20:420]
    green[lawn] = 60, 160, 60
    grey = green.copy()
    grey[lawn] = np.where(lettered("sample.example") < 128, np.uint8(119), green[lawn])
    assert related(green, grey)[:4:3] == ("duplicate", "second")


def test_a_bar_over_strokes_is_no_watermark() -> None:
    """Where it lies on ink it changes nothing, and falls into pieces like letters do."""
    page = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(page)
    for left in range(210, 460, 40):
        draw.rectangle((left, 0, left + 8, 480), fill="black")
    barred = page.copy()
    ImageDraw.Draw(barred).rectangle((200, 230, 440, 255), fill="black")
    assert mark_between(np.asarray(page), np.asarray(barred)) == ""


def levels(rng: np.random.Generator) -> Rgb:
    """Squares of many levels, none of which is cut off when brightened."""
    squares = rng.integers(20, 150, (12, 16, 3)).astype(np.uint8)
    return np.asarray(squares.repeat(20, axis=0).repeat(20, axis=1))


def brighter_by_gain(rgb: Rgb, gain: float) -> Rgb:
    return np.clip(rgb * gain, 0, 255).astype(np.uint8)


def test_a_gain_of_the_whole_is_a_brightness_and_of_a_part_is_none(
    rng: np.random.Generator,
) -> None:
    plain = levels(rng)
    where = np.ones(plain.shape[:2], np.bool_)
    assert match_tone(plain, brighter_by_gain(plain, 1.3), where).gain == pytest.approx(1.3)
    in_part = plain.copy()
    in_part[:, :120] = brighter_by_gain(plain[:, :120], 1.3)
    found = match_tone(plain, in_part, where)
    assert found.gain == 1
    assert (found.second == in_part).all()


def test_boxes_are_told_through_a_mirror() -> None:
    mirror = np.array([[-1.0, 0, 200], [0, 1, 0], [0, 0, 1]])
    box = Box(20, 10, 40, 30)
    assert told_boxes([box], np.eye(3), (100, 200, 3)) == "100 100 300 400"
    assert told_boxes([box], mirror, (100, 200, 3)) == "700 100 900 400"
    assert told_boxes([box, box], np.eye(3), (100, 200)) == "100 100 300 400; 100 100 300 400"
    assert told_boxes([Box(-50, 0, 900, 100)], np.eye(3), (100, 200)) == "0 0 1000 1000"
    assert told_boxes([], mirror, (100, 200)) == ""


def test_near_pieces_are_one_place_and_the_largest_comes_first() -> None:
    changed = np.zeros((200, 300), np.bool_)
    changed[20:24, 30:34] = changed[20:24, 37:41] = True
    changed[100:150, 200:260] = True
    first, second = boxes_around(changed)
    assert first.left <= 200 < 260 <= first.left + first.width
    assert second.left <= 30 < 41 <= second.left + second.width
    assert boxes_around(np.zeros((20, 20), np.bool_)) == []


def test_a_shift_below_a_pixel_is_found_whatever_was_drawn_anew() -> None:
    one, other = drawn(PLAIN), CHANGES["skin"]()
    shift = np.array([[1.0, 0, 0.4], [0, 1, -0.3]])
    moved = cv2.warpAffine(other, shift, other.shape[1::-1], flags=cv2.INTER_CUBIC)
    found = refined(one, np.asarray(moved, np.uint8), np.ones(one.shape[:2], np.bool_))
    middle = np.array([one.shape[1] / 2, one.shape[0] / 2, 1])
    assert (found @ middle - middle)[:2] == pytest.approx([0.4, -0.3], abs=0.1)
    assert found[:2, :2] == pytest.approx(np.eye(2), abs=0.002)


def test_a_page_without_corners_is_not_moved() -> None:
    flat = np.full((90, 120, 3), 200, np.uint8)
    where = np.ones(flat.shape[:2], np.bool_)
    assert (refined(flat, flat, where) == np.eye(3)).all()
    assert (refined(flat, flat, ~where) == np.eye(3)).all()


def test_the_sharper_one_is_blurred_and_never_the_other() -> None:
    sharp = drawn(PLAIN)
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 1.5), np.uint8)
    where = np.ones(sharp.shape[:2], np.bool_)
    for first, second in ((sharp, soft), (soft, sharp)):
        alike = match_sharpness(first, second, where)
        assert cv2.absdiff(*alike).mean() < 0.2 * cv2.absdiff(first, second).mean()
        assert any(one is soft for one in alike)
    assert all(one is sharp for one in match_sharpness(sharp, sharp, where))


def test_what_storing_again_leaves_is_explained_and_a_stroke_is_not() -> None:
    one, where = drawn(PLAIN), np.ones(ground().shape[:2], np.bool_)
    again = stored(one, "JPEG", 60)
    line = again.copy()
    cv2.line(line, (300, 300), (330, 310), (10, 10, 10), 2)
    noise, stroke = (excess(one, other, where) for other in (again, line))
    here = np.s_[295:316, 295:336]
    assert stroke.fine[here].max() > 3 * max(1.0, noise.fine[here].max())
    assert excess(one, one, where).fine.max() == 0
    assert excess(one, line, ~where).fine.max() == 0


@pytest.mark.parametrize("side", [12, 30, 50])
@pytest.mark.parametrize("upright", [False, True], ids=["wide", "high"])
def test_thin_strips_are_refined_as_well(side: int, upright: bool) -> None:
    """The flow is searched in a picture of some height, whatever the strip's."""
    rng = np.random.default_rng(side)
    strip = cv2.GaussianBlur(rng.integers(0, 256, (side, 400, 3), dtype=np.uint8), (0, 0), 1.5)
    shifted = np.roll(strip, 1, axis=1)
    if upright:
        strip, shifted = strip.transpose(1, 0, 2).copy(), shifted.transpose(1, 0, 2).copy()
    move = refined(strip, shifted, np.ones(strip.shape[:2], np.bool_))
    middle = np.array([strip.shape[1] / 2, strip.shape[0] / 2, 1])
    moved = (move @ middle - middle)[:2]
    assert moved == pytest.approx([0, 1] if upright else [1, 0], abs=0.3)
