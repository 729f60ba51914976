"""Worse copies of a picture, each with one thing that speaks for the original.

Every twin takes a picture (height x width x 3) and random numbers and gives the bytes of a file:
PNG or JPEG of quality 85 to 95 by chance, where its kind does not say more."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw
from planted_copies import plant
from recodings import (
    PAPER,
    bilateral,
    decoded,
    grey,
    jpeg,
    median,
    palette,
    png,
    resized,
    sharpened,
    stretched,
)
from small_edits import bar

from inksift.curation.base.rgb import Rgb

Spoil = Callable[[Rgb, np.random.Generator], Rgb]

SMOOTH_FILTERS = ("bilinear", "bicubic", "Lanczos")

PLAIN_JPEG = "plain JPEG"
"""What a crawler meets most often: quality 60 to 90, and nothing else done to it."""

LEAST_WORSE_LEVELS = 0.5
"""Mean difference in levels (0 to 255) below which a twin is as good as its original."""

SRGB_TO_P3 = np.array([[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]])
"""Linear light of sRGB in the primaries of Display P3, both with the white of D65."""

WINDOWS = ((32, 33, 36), (240, 240, 240), (222, 225, 230), (24, 26, 48))
"""Colours of a window's frame."""


def make_twin(kind: str, rgb: Rgb, rng: np.random.Generator) -> bytes:
    """The file of a twin of that kind, one of TWINS."""
    if kind == "palette of 64":
        return palette(rgb, 64, Image.Dither(int(rng.choice([0, 3]))))
    if kind == "low quality":
        return jpeg(rgb, int(rng.integers(15, 46)))
    if kind == PLAIN_JPEG:
        return jpeg(rgb, int(rng.integers(60, 91)))
    return _saved(_SPOILT[kind](rgb, rng), rng)


def is_worse(rgb: Rgb, twin: bytes) -> bool:
    """Whether the twin shows less: a drawing in grey loses nothing to a grey copy."""
    shown = decoded(twin)
    if shown.shape != rgb.shape:
        return True
    return float(np.abs(shown.astype(np.float64) - rgb).mean()) >= LEAST_WORSE_LEVELS


def _saved(rgb: Rgb, rng: np.random.Generator) -> bytes:
    return png(rgb) if rng.random() < 0.5 else jpeg(rgb, int(rng.integers(85, 96)))


def _enlarged(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A thumbnail of 25 to 50 %, enlarged to 100 to 200 % of the original."""
    small = rng.uniform(25, 50)
    thumbnail = resized(rgb, small, "Lanczos")
    return resized(thumbnail, rng.uniform(100, 200) / small * 100, _smooth(rng))


def _smooth(rng: np.random.Generator) -> str:
    return SMOOTH_FILTERS[rng.integers(len(SMOOTH_FILTERS))]


def _stretched(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Wider or narrower by 12 to 40 %."""
    ratio = rng.uniform(1.12, 1.4)
    return stretched(rgb, ratio if rng.random() < 0.6 else 1 / ratio)


def _turned(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """Askew by 0.7 to 3 degrees, on a sheet of paper of the same size or a larger one."""
    degrees, (height, width) = rng.uniform(0.7, 3) * rng.choice([-1, 1]), rgb.shape[:2]
    grown = rng.choice([1.0, 1.1])
    sheet = round(width * grown), round(height * grown)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.97 if grown == 1 else 1.0)
    turn[:, 2] += (np.array(sheet) - (width, height)) / 2
    laid = cv2.warpAffine(rgb, turn, sheet, flags=cv2.INTER_CUBIC, borderValue=PAPER)
    return np.asarray(laid, np.uint8)


def _screenshot(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """The picture at 70 to 120 % in a window with a bar of title and buttons."""
    shown = Image.fromarray(resized(rgb, rng.uniform(70, 120), _smooth(rng)))
    margin = round(min(shown.size) * rng.uniform(0.02, 0.12))
    title = max(18, round(shown.height * rng.uniform(0.05, 0.1)))
    size = shown.width + 2 * margin, shown.height + title + 2 * margin
    window = Image.new("RGB", size, WINDOWS[rng.integers(len(WINDOWS))])
    draw, light = ImageDraw.Draw(window), (128, 134, 139)
    for button, fill in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        left = 10 + button * title * 0.5
        draw.ellipse((left, title * 0.35, left + title * 0.3, title * 0.65), fill=fill)
    field = (size[0] * 0.25, title * 0.25, size[0] * 0.9, title * 0.75)
    draw.rounded_rectangle(field, title * 0.2, fill=light)
    window.paste(shown, (margin, title + margin))
    return np.asarray(window)


def _watermarked(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    return decoded(plant(rgb, "watermark", rng))


def _censored(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A bar over 1 to 6 %, where it covers something."""
    while True:
        covered = bar(rng.uniform(0.01, 0.06))(rgb, rng)
        if covered is not None:
            return covered


def _grey(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    return grey(rgb)


def _profile_lost(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """The numbers that the picture has in Display P3, taken for those of sRGB: paler."""
    values = rgb / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    wide = np.clip(light @ SRGB_TO_P3.T, 0, 1)
    numbers = np.where(wide <= 0.0031308, wide * 12.92, 1.055 * wide ** (1 / 2.4) - 0.055)
    return np.asarray((255 * numbers).round(), np.uint8)


def _sharpened(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    return sharpened(rgb, rng.uniform(0.8, 2))


def _denoised(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """By a median of 3 or 5 pixels, a bilateral filter, or non-local means."""
    filters: tuple[Callable[[Rgb], Rgb], ...] = (median, _median_of_5, bilateral, _non_local)
    return filters[rng.integers(len(filters))](rgb)


def _median_of_5(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.medianBlur(rgb, 5), np.uint8)


def _non_local(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.fastNlMeansDenoisingColored(rgb, None, 6, 6, 5, 15), np.uint8)


_SPOILT: dict[str, Spoil] = {
    "enlarged thumbnail": _enlarged,
    "stretched": _stretched,
    "turned 0.7 to 3": _turned,
    "screenshot": _screenshot,
    "watermarked": _watermarked,
    "censored": _censored,
    "grey": _grey,
    "profile lost": _profile_lost,
    "sharpened": _sharpened,
    "de-noised": _denoised,
}

SECOND_TWINS = (*_SPOILT, "palette of 64", "low quality")
"""Kinds that lie beside another twin. `PLAIN_JPEG` is none, so that groups of the other kinds are
what they were before it was one."""

TWINS = (*SECOND_TWINS, PLAIN_JPEG)
