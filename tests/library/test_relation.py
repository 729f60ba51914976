"""Relations: the same drawing under every transform is a duplicate, a changed one a variant,
another one different."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from inksift.curation.base.rgb import Rgb
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.relation import Relation, relate
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.styles import STYLES, paint

Change = Callable[[Image.Image], Image.Image]


def drawing(subject: str, style: str, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    return Image.fromarray(paint(draw_scene(subject, 1.0, 0.8, rng), style, 360, rng))


def view(picture: Image.Image | Rgb) -> View:
    rgb = np.asarray(picture)
    return View(rgb, width=rgb.shape[1], height=rgb.shape[0])


def related(one: Image.Image, other: Image.Image) -> Relation:
    return relate(view(one), view(other))


def jpeg(picture: Image.Image, quality: int = 30) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def cropped(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    return picture.crop(
        (
            int(width * share),
            int(height * share),
            int(width * (1 - share)),
            int(height * (1 - share)),
        )
    )


def bordered(picture: Image.Image, colour: str) -> Image.Image:
    margin = round(max(picture.size) * 0.1)
    framed = Image.new("RGB", (picture.width + 2 * margin, picture.height + 2 * margin), colour)
    framed.paste(picture, (margin, margin))
    return framed


def watermarked(picture: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", picture.size)
    size = picture.height // 12
    place = (picture.width // 8, picture.height - 2 * size)
    ImageDraw.Draw(layer).text(
        place, "© sample.example", font=ImageFont.load_default(size), fill=(20, 20, 60, 220)
    )
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def with_bubble(picture: Image.Image) -> Image.Image:
    changed = picture.copy()
    width, height = picture.size
    box = (width * 0.3, height * 0.3, width * 0.7, height * 0.55)
    ImageDraw.Draw(changed).ellipse(box, fill="white", outline="black", width=3)
    ImageDraw.Draw(changed).text(
        (width * 0.42, height * 0.4), "Hello!", font=ImageFont.load_default(20), fill="black"
    )
    return changed


def at_night(picture: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(picture) * np.array([0.35, 0.4, 0.65])).astype(np.uint8))


def recoloured(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(np.roll(np.asarray(picture), 1, axis=2)))


def halved(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)


COPIES: dict[str, tuple[Change, str]] = {
    "same": (lambda picture: picture, "re-encoded"),
    "resized": (halved, "resized to 50 %"),
    "jpeg": (jpeg, "re-encoded"),
    "brightened": (lambda picture: ImageEnhance.Brightness(picture).enhance(1.3), "brightness x"),
    "cropped 5 %": (lambda picture: cropped(picture, 0.05), "cropped"),
    "cropped 10 %": (lambda picture: cropped(picture, 0.1), "cropped"),
    "bordered": (lambda picture: bordered(picture, "#6699cc"), "border added"),
    "watermarked": (watermarked, ""),
    "mirrored": (lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "mirrored"),
    "upside down": (
        lambda picture: picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        "mirrored upside down",
    ),
    "quarter turn": (
        lambda picture: picture.transpose(Image.Transpose.ROTATE_270),
        "turned 90 degrees",
    ),
    "half turn": (
        lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
        "turned 180 degrees",
    ),
    "mirrored, bordered": (
        lambda picture: bordered(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "black"),
        "border added",
    ),
}
SCENES = [
    (subject, style) for subject, style in zip(SUBJECTS, [*STYLES] * len(SUBJECTS), strict=False)
]


@pytest.mark.parametrize("change", COPIES)
@pytest.mark.parametrize(("subject", "style"), SCENES)
def test_copies_are_duplicates_and_their_transform_is_named(
    subject: str, style: str, change: str
) -> None:
    picture = drawing(subject, style)
    make, words = COPIES[change]
    found = related(picture, make(picture))
    assert found.kind == "duplicate"
    assert found.similarity > 0.9
    if "cropped" not in change:
        assert words in found.transform
    assert bool(found.marked) == ("watermark" in found.transform)
    assert change == "watermarked" or not found.marked


@pytest.mark.parametrize("change", [with_bubble, at_night])
@pytest.mark.parametrize(("subject", "style"), SCENES)
def test_changed_drawings_are_no_duplicates(subject: str, style: str, change: Change) -> None:
    picture = drawing(subject, style)
    assert related(picture, change(picture)).kind != "duplicate"


@pytest.mark.parametrize("change", [with_bubble, at_night, recoloured])
def test_a_changed_cartoon_is_a_variant(change: Change) -> None:
    picture = drawing("house", "cartoon")
    found = related(picture, change(picture))
    assert found.kind == "variant"
    assert found.transform
    assert found.marked == ""


@pytest.mark.parametrize("style", STYLES)
def test_drawings_of_one_subject_in_one_style_are_different(style: str) -> None:
    for subject in SUBJECTS:
        assert (
            related(drawing(subject, style, seed=1), drawing(subject, style, seed=2)).kind
            != "duplicate"
        )


def test_a_watermark_is_told_from_its_other_side_too() -> None:
    picture = drawing("fish", "cartoon")
    added, removed = related(picture, watermarked(picture)), related(watermarked(picture), picture)
    assert (added.marked, removed.marked) == ("second", "first")
    assert "watermark added" in added.transform
    assert "watermark removed" in removed.transform


@pytest.mark.parametrize("style", STYLES)
def test_a_small_page_on_a_large_sheet_is_a_copy_of_itself(style: str) -> None:
    sheet = Image.new("RGB", (1000, 1000), "white")
    sheet.paste(drawing("cat", style).resize((250, 200)), (300, 500))
    assert related(sheet, jpeg(sheet, 90)).kind == "duplicate"


def flat(colour: str) -> Image.Image:
    return Image.new("RGB", (100, 80), colour)


@pytest.mark.parametrize("colour", ["white", "red", "black"])
def test_flat_pictures_are_not_related(colour: str) -> None:
    assert related(flat("blue"), flat(colour)).kind == "different"
    assert related(flat(colour), flat(colour)).kind == "different"


@pytest.mark.parametrize("size", [(1, 1), (640, 1), (1, 640), (5, 5), (12, 300)])
def test_tiny_pictures_are_compared_without_a_crash(
    size: tuple[int, int], rng: np.random.Generator
) -> None:
    tiny = rng.integers(0, 256, (*size, 3)).astype(np.uint8)
    other = np.asarray(drawing("cat", "flat"))
    assert relate(view(tiny), view(other)).kind == "different"
    assert relate(view(other), view(tiny)).kind == "different"
    assert relate(view(tiny), view(tiny)).kind in ("duplicate", "different")


def texts(line: str) -> Image.Image:
    page = Image.new("RGB", (400, 200), "white")
    ImageDraw.Draw(page).text((30, 70), line, font=ImageFont.load_default(40), fill="black")
    return page


def test_different_texts_on_white_are_different() -> None:
    assert related(texts("once upon a time"), texts("the little red hen")).kind != "duplicate"
    assert related(texts("once upon a time"), texts("once upon a time")).kind == "duplicate"


def test_line_art_of_two_colours_is_compared_by_its_lines() -> None:
    def lines(seed: int) -> Image.Image:
        rng = np.random.default_rng(seed)
        page = Image.new("RGB", (300, 300), "white")
        for _ in range(6):
            ImageDraw.Draw(page).line(
                [tuple(point) for point in rng.integers(20, 280, (4, 2)).tolist()], "black", 3
            )
        return page

    assert all(related(lines(0), lines(seed)).kind == "different" for seed in range(1, 8))
    assert related(lines(0), jpeg(lines(0))).kind == "duplicate"


def test_a_detail_is_a_variant_of_the_whole() -> None:
    picture = drawing("house", "cartoon")
    width, height = picture.size
    found = related(
        picture, picture.crop((width // 4, height // 4, width * 4 // 5, height * 4 // 5))
    )
    assert found.kind == "variant"
    assert "a detail of it" in found.transform


def test_a_line_along_an_edge_that_one_copy_lost_is_no_border() -> None:
    """Else the copy without it, however stretched, is kept for having no border."""
    plain = drawing("fish", "flat")
    lined = plain.copy()
    ImageDraw.Draw(lined).rectangle((0, lined.height - 3, lined.width, lined.height), fill="navy")
    assert view(lined).bordered
    assert not view(plain).bordered
    for one, other in ((plain, lined), (lined, plain)):
        found = related(one, other)
        assert found.kind == "duplicate"
        assert "border" not in found.transform


def nearly_symmetric(background: str = "#e6dfc2") -> Image.Image:
    """A figure of two like halves that looks to one side, left of the middle of its page."""
    page = Image.new("RGB", (480, 640), background)
    draw = ImageDraw.Draw(page)
    draw.rectangle((140, 360, 200, 450), "#1f7fd6", "black", 2)
    draw.ellipse((130, 270, 210, 370), "#c930b0", "black", 2)
    draw.ellipse((142, 290, 198, 362), "#5d4037", "black", 2)
    for left in (150, 176):
        draw.ellipse((left, 312, left + 14, 324), "white")
        draw.ellipse((left + 8, 314, left + 14, 322), "black")
    return page


def brightened(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(1.3)


@pytest.mark.parametrize("change", [brightened, lambda picture: bordered(picture, "#2c3e30")])
def test_a_figure_of_two_like_halves_is_not_taken_for_its_mirror_image(change: Change) -> None:
    picture = nearly_symmetric()
    found = related(picture, change(picture))
    assert found.kind == "duplicate"
    assert "mirrored" not in found.transform


def test_a_mirrored_figure_of_two_like_halves_is_one() -> None:
    picture = nearly_symmetric()
    found = related(picture, picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert (found.kind, found.transform) == ("duplicate", "mirrored")


@pytest.mark.parametrize("background", ["white", "#e6dfc2"])
def test_what_was_added_on_empty_paper_is_no_part_of_a_crop(background: str) -> None:
    picture = nearly_symmetric(background)
    added = picture.copy()
    ImageDraw.Draw(added).regular_polygon((380, 120, 12), 3, fill="#3cb371", outline="black")
    assert related(picture, added).kind == "variant"
    assert related(added, picture).kind == "variant"
