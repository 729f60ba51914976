"""Pictures as bytes: the formats of a crawl, near copies, and files that no one can read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO

import numpy as np
from PIL import Image, ImageEnhance

from inksift.curation.base.rgb import Rgb
from inksift.curation.sample.shapes import Rng

FILE_ENDINGS: Mapping[str, str] = {
    "jpeg": "jpg",
    "png": "png",
    "webp": "webp",
    "gif": "gif",
    "bmp": "bmp",
    "transparent": "png",
    "turned": "jpg",
}
"""Ways to encode a picture, and the file name that each gets."""

DAMAGES: Mapping[str, str] = {"truncated": "jpg", "text": "png", "empty": "jpg", "corrupt": "png"}
"""Kinds of unreadable file, and the file name that each gets."""

_ORIENTATION = 0x0112
"""The tag of the orientation in EXIF."""

_TURNED_RIGHT = 6
"""Its value for a picture to be turned right by a quarter."""


def encode(rgb: Rgb, encoding: str, rng: Rng) -> bytes:
    """A picture as a file; `encoding` is one of EXTENSIONS."""
    picture = Image.fromarray(rgb)
    if encoding == "transparent":
        return _file(_sticker(rgb), "PNG")
    if encoding == "turned":
        exif = Image.Exif()
        exif[_ORIENTATION] = _TURNED_RIGHT
        return _file(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", quality=90, exif=exif)
    if encoding in ("jpeg", "webp"):
        return _file(picture, encoding.upper(), quality=int(rng.integers(70, 96)))
    return _file(picture, encoding.upper())


def near_copy(data: bytes, encoding: str, rng: Rng) -> bytes:
    """The picture in `data` compressed again, resized or slightly brightened: other bytes, the same
    drawing."""
    with Image.open(BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    change = (_recompressed, _resized, _brightened)[rng.integers(3)]
    return change(picture, encoding.upper(), rng)


def damaged(kind: str, rgb: Rgb, rng: Rng) -> bytes:
    """A file that cannot be decoded; `kind` is one of DAMAGES."""
    return _DAMAGE[kind](rgb, rng)


def _file(picture: Image.Image, form: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def _sticker(rgb: Rgb) -> Image.Image:
    """The picture with round corners; what is hidden there is black."""
    height, width = rgb.shape[:2]
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    inside = x**6 + y**6 <= 1
    return Image.fromarray(
        np.dstack([rgb * inside[..., None], inside * np.uint8(255)]).astype(np.uint8)
    )


def _recompressed(picture: Image.Image, form: str, rng: Rng) -> bytes:
    return _file(picture, form, quality=int(rng.integers(35, 61)))


def _resized(picture: Image.Image, form: str, rng: Rng) -> bytes:
    scale = rng.choice([0.5, 0.7, 0.8, 1.25])
    size = round(picture.width * scale), round(picture.height * scale)
    return _file(picture.resize(size, Image.Resampling.BICUBIC), form, quality=85)


def _brightened(picture: Image.Image, form: str, rng: Rng) -> bytes:
    return _file(ImageEnhance.Brightness(picture).enhance(rng.uniform(1.04, 1.1)), form, quality=88)


def _truncated(rgb: Rgb, rng: Rng) -> bytes:
    whole = _file(Image.fromarray(rgb), "JPEG", quality=85)
    return whole[: int(len(whole) * rng.uniform(0.3, 0.7))]


def _text(_rgb: Rgb, _rng: Rng) -> bytes:
    return b"<!doctype html><title>404 Not Found</title><p>This picture has moved.</p>\n"


def _empty(_rgb: Rgb, _rng: Rng) -> bytes:
    return b""


def _corrupt(rgb: Rgb, rng: Rng) -> bytes:
    whole = bytearray(_file(Image.fromarray(rgb), "PNG"))
    middle = len(whole) // 2
    whole[middle : middle + 64] = rng.bytes(64)
    return bytes(whole)


_DAMAGE: Mapping[str, Callable[[Rgb, Rng], bytes]] = {
    "truncated": _truncated,
    "text": _text,
    "empty": _empty,
    "corrupt": _corrupt,
}
