"""Detail is what a picture shows and not how many pixels it has."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from inksift.curation.base.rgb import Rgb
from inksift.curation.dedup.best_copy.top_octave import crispness
from inksift.curation.gather.gate.detail import Detail, find_detail


def _drawing(width: int = 480, height: int = 360) -> Image.Image:
    """Strokes and areas of many sizes, drawn large and made smaller, as drawings are."""
    rng = np.random.default_rng(7)
    image = Image.new("RGB", (2 * width, 2 * height), (235, 225, 205))
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = rng.integers(0, (2 * width, 2 * height))
        side = int(rng.integers(10, 160))
        fill = tuple(int(level) for level in rng.integers(40, 230, 3))
        draw.ellipse((x, y, x + side, y + side * 3 // 4), fill=fill, outline=(25, 20, 20), width=4)
    return image.resize((width, height), Image.Resampling.BOX)


def _of(image: Image.Image) -> Detail:
    return find_detail(np.asarray(image))


def _crisp(*details: Detail) -> list[float]:
    rows, columns = ([np.array(getattr(one, name), np.float32) for one in details]
                     for name in ("rows", "columns"))  # fmt: skip
    return crispness(rows, columns).tolist()


def test_a_drawing_resolves_its_pixels_and_enlarging_adds_none():
    drawing = _drawing()
    enlarged = drawing.resize((1440, 1080), Image.Resampling.BICUBIC)
    original, larger = _of(drawing), _of(enlarged)
    assert original.width >= 0.9 * 480
    assert larger.width < 1.5 * 480
    sharp, soft = _crisp(original, larger)
    assert sharp > soft + 0.6


@pytest.mark.parametrize("side", [2, 3, 8])
def test_repeated_pixels_are_told_and_are_no_detail(side):
    drawing = np.asarray(_drawing(160, 120))
    repeated = find_detail(np.ascontiguousarray(drawing.repeat(side, 0).repeat(side, 1)))
    assert repeated.block == side
    assert repeated.width <= 160
    assert find_detail(drawing).block == 1


@pytest.mark.parametrize(
    "soften",
    [
        lambda image: image.filter(ImageFilter.GaussianBlur(1)),
        lambda image: image.rotate(2, Image.Resampling.BICUBIC),
        lambda image: image.resize((320, 240), Image.Resampling.BICUBIC).resize((480, 360)),
    ],
    ids=["blurred", "turned", "from a thumbnail"],
)
def test_what_was_softened_is_less_crisp(soften):
    sharp, soft = _crisp(_of(_drawing()), _of(soften(_drawing())))
    assert sharp > soft + 0.3


def test_contrast_and_quarter_turns_are_none_of_crispness():
    drawing = _drawing()
    pale = Image.fromarray((np.asarray(drawing) // 2 + 100).astype(np.uint8))
    turned = drawing.transpose(Image.Transpose.ROTATE_90)
    first, paler, other = _crisp(_of(drawing), _of(pale), _of(turned))
    assert abs(first - paler) < 0.3
    assert abs(first - other) < 0.3


def test_sharpening_leaves_halos():
    drawing = _drawing()
    sharpened = drawing.filter(ImageFilter.UnsharpMask(2, 180, 0))
    assert _of(sharpened).halo > _of(drawing).halo + 0.15
    assert _of(drawing.filter(ImageFilter.GaussianBlur(1))).halo < _of(drawing).halo


def test_colours_and_their_spread_are_counted():
    drawing = _drawing()
    grey = Image.merge("RGB", [drawing.convert("L")] * 3)
    assert _of(drawing.quantize(16).convert("RGB")).colours <= 16
    assert _of(drawing).colours > 64
    assert _of(grey).vividness == 0
    assert _of(drawing).vividness > 15


def test_what_was_driven_to_black_or_white_is_clipped():
    brighter = np.clip(np.asarray(_drawing()).astype(int) * 2 - 60, 0, 255).astype(np.uint8)
    assert find_detail(brighter).clipped > _of(_drawing()).clipped + 0.2


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (15, 15), (40, 2)])
def test_tiny_and_flat_pictures_have_finite_numbers(size):
    flat: Rgb = np.full((*size, 3), 200, np.uint8)
    told = find_detail(flat)
    numbers = [*told.rows, *told.columns, told.width, told.height, told.halo, told.vividness]
    assert np.isfinite(numbers).all()
    assert min(told.width, told.height, told.block) >= 1


def test_strong_compression_does_not_make_a_flat_drawing_sharper():
    buffer = BytesIO()
    _drawing().save(buffer, "JPEG", quality=90)
    poor = cv2.imdecode(np.frombuffer(buffer.getvalue(), np.uint8), cv2.IMREAD_COLOR_RGB)
    first, other = _crisp(_of(_drawing()), find_detail(np.asarray(poor, np.uint8)))
    assert other - first < 0.6
