"""Palettes, blocks and halos roughen what was smooth; clean flat drawings and texture do not."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from inksift.curation.base.rgb import Rgb
from inksift.curation.dedup.close_look.grain import grain

SIZE = (240, 320)
EVERYWHERE = np.ones(SIZE, np.bool_)
TELLING = 0.3
"""Binary logarithm from which a grain is more than noise: a fifth rougher."""


def _drawing() -> Rgb:
    """Flat areas with strokes, under a sky that slowly darkens."""
    down, across = np.mgrid[: SIZE[0], : SIZE[1]]
    sky = np.stack([120 + down / 4, 150 + across / 6, 235 - down / 5], axis=-1)
    image = Image.fromarray(np.round(sky).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 130, 150, 230), fill=(190, 60, 50), outline=(20, 20, 20), width=4)
    draw.ellipse((180, 100, 300, 220), fill=(70, 160, 80), outline=(20, 20, 20), width=4)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)))


def _jpeg(rgb: Rgb, quality: int) -> Rgb:
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Image.open(buffer).convert("RGB"))


def _dithered(rgb: Rgb) -> Rgb:
    image = Image.fromarray(rgb)
    return np.asarray(image.quantize(palette=image.quantize(24), dither=1).convert("RGB"))


def _reduced(rgb: Rgb) -> Rgb:
    return np.asarray(Image.fromarray(rgb).quantize(24).convert("RGB"))


def _banded(rgb: Rgb) -> Rgb:
    return np.asarray(rgb // 24 * 24 + 12, np.uint8)


def _sharpened(rgb: Rgb) -> Rgb:
    return np.asarray(Image.fromarray(rgb).filter(ImageFilter.UnsharpMask(2, 250, 0)))


@pytest.mark.parametrize(
    "degrade",
    [lambda rgb: _jpeg(rgb, 15), _dithered, _reduced, _banded, _sharpened],
    ids=["low quality", "dithered", "palette", "false contours", "sharpened"],
)
def test_a_degraded_copy_is_the_rougher_one_either_way(degrade):
    clean = _drawing()
    assert grain(clean, degrade(clean), EVERYWHERE) > TELLING
    assert grain(degrade(clean), clean, EVERYWHERE) < -TELLING


def test_of_two_encodings_the_stronger_is_rougher():
    assert grain(_jpeg(_drawing(), 85), _jpeg(_drawing(), 20), EVERYWHERE) > TELLING


def test_the_same_picture_has_no_grain_of_its_own():
    assert grain(_drawing(), _drawing(), EVERYWHERE) == 0.0
    assert abs(grain(_drawing(), np.minimum(_drawing() + 1, 255), EVERYWHERE)) < TELLING


def test_only_what_both_show_counts():
    """A rough place outside of the common area says nothing."""
    clean = _drawing()
    half_rough = np.where(np.arange(SIZE[1])[:, None] < 160, clean, _dithered(clean))
    where = EVERYWHERE.copy()
    where[:, 150:] = False
    assert grain(clean, half_rough.astype(np.uint8), where) == 0.0
    assert grain(clean, half_rough.astype(np.uint8), ~where) > TELLING


def test_nothing_is_said_where_nothing_is_smooth():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    assert grain(noise, _drawing(), EVERYWHERE) == 0.0
    assert grain(_drawing(), _dithered(_drawing()), np.zeros(SIZE, np.bool_)) == 0.0
