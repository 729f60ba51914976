"""Copies of a picture as a crawler meets them again: saved, resized, scanned, touched up.

Every recoding takes a picture (height x width x 3) and random numbers and gives the bytes of a
file. Each shows the same drawing; `plant` of `planted_copies.py` has those with crops and marks."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from PIL import Image

from inksift.curation.base.rgb import Rgb

Recoding = Callable[[Rgb, np.random.Generator], bytes]
Touch = Callable[[Rgb], Rgb]

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "box": Image.Resampling.BOX,
    "bilinear": Image.Resampling.BILINEAR,
    "hamming": Image.Resampling.HAMMING,
    "bicubic": Image.Resampling.BICUBIC,
    "Lanczos": Image.Resampling.LANCZOS,
}
NO_NEAREST = tuple(name for name in FILTERS if name != "nearest")
SIZES = (25, 35, 70, 150)
"""Sizes of resized copies in per cent."""

PAPER = (250, 248, 240)
"""What a turned scan lies on."""

TURNS = (0.7, 1.5, 3.0)
"""Degrees of a scan that was laid down askew."""

GRID_SHIFT_PX = 3
"""Rows and columns cut away between two JPEG, so that their 8-pixel grids differ."""


def jpeg(rgb: Rgb, quality: int) -> bytes:
    """As JPEG with colours at half the resolution."""
    return encoded(rgb, "JPEG", quality=quality, subsampling="4:2:0")


def png(rgb: Rgb) -> bytes:
    """As PNG, quickly."""
    return encoded(rgb, "PNG", compress_level=1)


def encoded(rgb: Rgb | Image.Image, kind: str, **settings: object) -> bytes:
    """As a file of that kind."""
    stream = io.BytesIO()
    picture = rgb if isinstance(rgb, Image.Image) else Image.fromarray(rgb)
    picture.save(stream, kind, **settings)
    return stream.getvalue()


def by_chance(rgb: Rgb, rng: np.random.Generator) -> bytes:
    """As PNG, or as JPEG of quality 75 to 95."""
    return png(rgb) if rng.random() < 0.5 else jpeg(rgb, int(rng.integers(75, 96)))


def resized(rgb: Rgb, per_cent: float, kind: str) -> Rgb:
    """The picture at that size, by the filter of that name."""
    height, width = rgb.shape[:2]
    size = max(1, round(width * per_cent / 100)), max(1, round(height * per_cent / 100))
    return np.asarray(Image.fromarray(rgb).resize(size, FILTERS[kind]))


def turned(rgb: Rgb, degrees: float) -> Rgb:
    """Laid askew on a sheet of paper of the same size, a little smaller."""
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.97)
    laid = cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=PAPER)
    return np.asarray(laid, np.uint8)


def stretched(rgb: Rgb, ratio: float) -> Rgb:
    """So many times as wide."""
    height, width = rgb.shape[:2]
    size = max(1, round(width * ratio)), height
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def sharpened(rgb: Rgb, amount: float = 0.8) -> Rgb:
    """An unsharp mask, as programs offer it; `amount` is the share of the difference added."""
    soft = cv2.GaussianBlur(rgb, (0, 0), 1.2).astype(np.float64)
    return _whole(rgb + amount * (rgb - soft))


def median(rgb: Rgb) -> Rgb:
    """De-noised by a median of 3 pixels."""
    return np.asarray(cv2.medianBlur(rgb, 3), np.uint8)


def bilateral(rgb: Rgb) -> Rgb:
    """De-noised where it is smooth."""
    return np.asarray(cv2.bilateralFilter(rgb, 5, 30, 3), np.uint8)


def gamma(rgb: Rgb, power: float) -> Rgb:
    """One tone curve over all channels."""
    return _whole(255 * (rgb / 255) ** power)


def grey(rgb: Rgb) -> Rgb:
    """Without its colours."""
    return np.asarray(cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB))


def yellowed(rgb: Rgb) -> Rgb:
    """On paper that has gone yellow."""
    return _whole(rgb * np.array((0.98, 0.94, 0.80)))


def palette(rgb: Rgb, colours: int, dither: Image.Dither) -> bytes:
    """A PNG of so many colours."""
    method = Image.Quantize.MEDIANCUT
    # Only against a given palette does Pillow spread what a pixel misses over its neighbours.
    chosen = Image.fromarray(rgb).quantize(colours, method=method)
    return encoded(Image.fromarray(rgb).quantize(palette=chosen, dither=dither), "PNG")


def _resized_file(rgb: Rgb, rng: np.random.Generator, per_cent: int, kind: str) -> bytes:
    return by_chance(resized(rgb, per_cent, kind), rng)


def _small_jpeg(rgb: Rgb, rng: np.random.Generator, quality: int) -> bytes:
    """Resized to 40 to 90 % and compressed."""
    kind = NO_NEAREST[rng.integers(len(NO_NEAREST))]
    return jpeg(resized(rgb, rng.uniform(40, 90), kind), quality)


def _twice(rgb: Rgb, rng: np.random.Generator) -> bytes:
    """JPEG, cut by three pixels, JPEG again: on two grids."""
    qualities = rng.integers(60, 91, 2).tolist()
    once = decoded(jpeg(rgb, qualities[0]))
    return jpeg(once[GRID_SHIFT_PX:, GRID_SHIFT_PX:], qualities[1])


def decoded(data: bytes) -> Rgb:
    """The pixels of a file that this module wrote."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _touched(rgb: Rgb, rng: np.random.Generator, touch: Touch) -> bytes:
    return by_chance(touch(rgb), rng)


def _turned_file(rgb: Rgb, rng: np.random.Generator, degrees: float) -> bytes:
    return by_chance(turned(rgb, degrees * rng.choice([-1, 1])), rng)


def _stretched_file(rgb: Rgb, rng: np.random.Generator) -> bytes:
    return by_chance(stretched(rgb, 4 / 3 if rng.random() < 0.5 else 3 / 4), rng)


def _recodings() -> dict[str, Recoding]:
    made: dict[str, Recoding] = {}
    for quality in (30, 50, 75):
        made[f"JPEG {quality}, 4:2:0"] = lambda rgb, _, quality=quality: jpeg(rgb, quality)
    for quality in (40, 80):
        made[f"WebP {quality}"] = lambda rgb, _, q=quality: encoded(rgb, "WEBP", quality=q)
    for per_cent in SIZES:
        for kind in NO_NEAREST:
            made[f"resized {per_cent} %, {kind}"] = partial(
                _resized_file, per_cent=per_cent, kind=kind
            )
    made["resized 150 %, nearest"] = partial(_resized_file, per_cent=150, kind="nearest")
    made["resized, JPEG 50"] = partial(_small_jpeg, quality=50)
    for colours in (64, 256):
        for name, dither in (("", Image.Dither.NONE), (", dithered", Image.Dither.FLOYDSTEINBERG)):
            made[f"PNG of {colours} colours{name}"] = (
                lambda rgb, _, colours=colours, dither=dither: palette(rgb, colours, dither)
            )
    made["JPEG twice, two grids"] = _twice
    for degrees in TURNS:
        made[f"turned {degrees} degrees"] = partial(_turned_file, degrees=degrees)
    made["stretched 4:3"] = _stretched_file
    touches: dict[str, Touch] = {
        "sharpened": sharpened,
        "median of 3": median,
        "bilateral": bilateral,
        "gamma 0.8": partial(gamma, power=0.8),
        "gamma 1.25": partial(gamma, power=1.25),
        "grey": grey,
        "yellowed": yellowed,
    }
    return made | {name: partial(_touched, touch=touch) for name, touch in touches.items()}


def _whole(levels: np.ndarray) -> Rgb:
    return np.asarray(np.asarray(levels).round().clip(0, 255), np.uint8)


RECODINGS = _recodings()
"""Every recoding, by name."""
