"""Any layout of pixels becomes the one upright RGB array, and its hash is imagehash's, bit for
bit."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, TiffImagePlugin

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.thumbnail_codec import unpack
from inksift.curation.gather.gate.colour_modes import to_rgb
from inksift.curation.gather.gate.content import grey_square
from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.fingerprint import fingerprint, oriented_hashes
from inksift.curation.gather.gate.pixels import measure_pixels
from inksift.curation.gather.gate.version import pictures_version
from inksift.curation.gather.imagehashes import imagehash_of, stored_imagehash
from inksift.curation.gather.signals import SIGNALS

MAX_PIXELS = 10**7


def _drawing(width: int = 60, height: int = 40) -> Image.Image:
    """A drawing without any symmetry."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 3, width // 2, height // 3), fill=(200, 30, 30))
    draw.ellipse((width // 3, height // 2, width - 3, height - 2), fill=(20, 90, 220))
    draw.line((0, height, width, 0), fill=(0, 0, 0), width=2)
    return image


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _imagehash(image: Image.Image) -> int:
    return int(str(imagehash.phash(image)), 16)


def _phash(image: Image.Image) -> int:
    return int(oriented_hashes(grey_square(np.asarray(image)))[0])


@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 90), width=st.integers(1, 90))
def test_hash_of_random_pixels_is_imagehash(seed: int, height: int, width: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    assert _phash(image) == _imagehash(image)


@pytest.mark.parametrize("size", [(1, 1), (31, 500), (640, 480), (2000, 3)])
@pytest.mark.parametrize("colour", ["white", "red", "blue", None])
def test_hash_of_drawn_and_flat_pictures_is_imagehash(
    size: tuple[int, int], colour: str | None
) -> None:
    image = Image.new("RGB", size, colour) if colour else _drawing(max(size[0], 9), max(size[1], 9))
    assert _phash(image) == _imagehash(image)


def test_hash_of_real_pictures_is_imagehash(shared: Any) -> None:
    files = sorted((shared / "data/crawl/images").glob("*/*.jpg"))[::50]
    assert files
    for file in files:
        with Image.open(file) as image:
            assert _phash(image.convert("RGB")) == _imagehash(image)


def test_imagehash_values_of_others_compare_with_ours(shared: Any) -> None:
    bits = []
    for file in sorted((shared / "data/crawl/images").glob("*/*.jpg"))[::50]:
        with Image.open(file) as image:
            rgb = np.asarray(image.convert("RGB"))
            theirs = imagehash.phash(image.convert("RGB"))
        thumbnail = shrink(rgb, 320, cv2.INTER_LINEAR)
        ours = oriented_hashes(grey_square(thumbnail))
        assert stored_imagehash(ours[0]) == imagehash_of(thumbnail)
        assert imagehash_of(rgb) == theirs
        bits.append(imagehash_of(thumbnail) - theirs)
    assert np.mean(np.array(bits) <= 2) >= 0.9


def test_measures_are_complete() -> None:
    rgb = np.asarray(_drawing(900, 300))
    measures = measure_pixels(rgb, thumbnail_side_px=300)
    thumbnail = shrink(rgb, 300, cv2.INTER_LINEAR)
    assert set(measures.signals) == {signal.name for signal in SIGNALS}
    assert measures.content.grey.shape == (32, 32)
    assert np.array_equal(unpack(measures.thumbnail), thumbnail)


def test_contrast_of_a_flat_picture_is_zero() -> None:
    flat = measure_pixels(np.full((50, 50, 3), 77, np.uint8), thumbnail_side_px=640)
    assert fingerprint(flat.content).trimmed_contrast == 0.0


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((640, 480), (640, 480)),
        ((1280, 960), (640, 480)),
        ((641, 1), (640, 1)),
        ((1, 65_000), (1, 640)),
    ],
)
def test_thumbnail_shrinks_and_never_enlarges(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    result = shrink(np.zeros((size[1], size[0], 3), np.uint8), 640)
    assert result.shape == (small[1], small[0], 3)


def test_version_follows_the_settings() -> None:
    versions = {
        pictures_version(thumbnail_side_px=side, max_pixels=most)
        for side in (512, 640)
        for most in (1, 2)
    }
    assert len(versions) == 4


def _decoded(data: bytes) -> Rgb:
    return decode(data, max_pixels=MAX_PIXELS).rgb


def _turned(rgb: Rgb, orientation: int) -> Image.Image:
    """The picture stored so that `orientation` brings it upright again."""
    inverse = {
        1: rgb,
        2: rgb[:, ::-1],
        3: rgb[::-1, ::-1],
        4: rgb[::-1],
        5: rgb.transpose(1, 0, 2),
        6: np.rot90(rgb),
        7: rgb[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(rgb, -1),
    }
    return Image.fromarray(np.ascontiguousarray(inverse[orientation]))


def _exif(value: object, kind: int | None = None) -> bytes:
    exif = Image.Exif()
    if kind is None:
        exif[0x0112] = value
        return exif.tobytes()
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II")
    directory.tagtype[0x0112] = kind
    directory[0x0112] = value
    return b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + directory.tobytes(8)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 100, "subsampling": 0}),
        ("TIFF", {}),
    ],
)
def test_orientation_is_undone(kind: str, options: dict[str, Any], orientation: int) -> None:
    upright = np.asarray(_drawing())
    data = _saved(_turned(upright, orientation), kind, exif=_exif(orientation), **options)
    picture = decode(data, max_pixels=MAX_PIXELS)
    assert picture.rgb.shape == upright.shape
    assert np.abs(picture.rgb.astype(int) - upright).mean() < 2
    assert picture.note == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [(0, None), (9, None), (65_535, None), ("6", 2), (TiffImagePlugin.IFDRational(6), 5)],
)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG"])
def test_odd_orientation_is_ignored_and_flagged(
    image_format: str, value: object, kind: int | None
) -> None:
    data = _saved(_drawing(), image_format, exif=_exif(value, kind))
    picture = decode(data, max_pixels=MAX_PIXELS)
    assert picture.rgb.shape == (40, 60, 3)
    assert picture.note == ("odd_orientation" if value != 0 else "")


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_corrupt_metadata_costs_no_picture() -> None:
    data = _saved(_drawing(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f garbage")
    assert decode(data, max_pixels=MAX_PIXELS).rgb.shape == (40, 60, 3)


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "CMYK", "YCbCr", "RGBX", "RGBA", "LA", "PA", "HSV", "I", "F", "I;16"]
)
def test_every_mode_looks_like_the_drawing(mode: str) -> None:
    grey = mode in ("1", "L", "LA", "I", "F", "I;16")
    drawing = _drawing()
    if mode == "PA":
        image = drawing.quantize(8).convert("PA")
    elif mode == "P":
        image = drawing.quantize(8)
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(drawing.convert("L")).astype(np.uint16) * 257)
    elif mode == "LA":
        image = drawing.convert("L").convert("LA")
    else:
        image = drawing.convert(mode)
    assert image.mode == mode
    rgb = to_rgb(image)
    wanted = np.asarray(
        drawing.convert("1" if mode == "1" else "L" if grey else "RGB").convert("RGB")
    )
    assert rgb.dtype == np.uint8
    assert rgb.shape == (40, 60, 3)
    assert np.abs(rgb.astype(int) - wanted).mean() < 6


def test_lab_becomes_rgb() -> None:
    """Signed a* and b*, as TIFF has them. The primaries of sRGB under D50, by the CIE's formulas:
    red 54.3, 80.8, 69.9; green 87.8, -79.3, 81.0; blue 29.6, 68.3, -112.0."""
    colours = [(255, 0, 0), (0, 0, 0), (137, 0, 0), (138, 81, 70), (224, -79, 81), (75, 68, -112)]
    data = bytes(value % 256 for colour in colours for value in colour)
    wanted = [[255] * 3, [0] * 3, [128] * 3, [255, 0, 0], [0, 255, 0], [0, 0, 255]]
    found = to_rgb(Image.frombytes("LAB", (6, 1), data))[0].astype(int)
    assert np.abs(found[:4] - wanted[:4]).max() <= 5
    assert np.abs(found[4:] - wanted[4:]).max() <= 25  # whole steps of Lab are coarse out there


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    values = np.array([[0, 257, 256 * 128, 65_535]], np.uint16)
    assert _decoded(_saved(Image.fromarray(values), "PNG"))[0, :, 0].tolist() == [0, 1, 128, 255]
    assert _decoded(_saved(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 100.0, 255.0]], np.float32), [0, 100, 255]),
        (np.array([[-1.0, 0.0, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[np.nan, np.inf, -np.inf, 1.0]], np.float32), [0, 255, 0, 255]),
        (np.array([[np.nan, np.nan]], np.float32), [0, 0]),
        (np.array([[-3e38, 3e38]], np.float32), [0, 255]),
        (np.array([[0, 65_535]], np.int32), [0, 255]),
        (np.array([[-(2**31), 2**31 - 1]], np.int32), [0, 255]),
        (np.array([[0, 1, 255]], np.int32), [0, 1, 255]),
        (np.array([[7, 7]], np.int32), [7, 7]),
    ],
)
def test_deep_greys_fill_the_scale(values: np.ndarray, wanted: list[int]) -> None:
    assert _decoded(_saved(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == wanted


def test_transparency_lies_over_white() -> None:
    pixels = np.array([[[255, 0, 0, 0], [255, 0, 0, 255], [0, 0, 0, 128]]], np.uint8)
    assert _decoded(_saved(Image.fromarray(pixels, "RGBA"), "PNG")).tolist() == [
        [[255, 255, 255], [255, 0, 0], [127, 127, 127]]
    ]


@given(seed=st.integers(0, 2**32 - 1))
def test_premultiplied_twins_are_equal(seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 7, 4), dtype=np.uint8)
    straight = Image.fromarray(pixels, "RGBA")
    assert np.array_equal(to_rgb(straight), to_rgb(straight.convert("RGBa")))
    grey = Image.fromarray(np.ascontiguousarray(pixels[..., :2]), "LA")
    assert np.array_equal(to_rgb(grey), to_rgb(grey.convert("La")))


def test_palette_transparency_lies_over_white() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putdata([0, 1])
    for kind in ("PNG", "GIF"):
        assert _decoded(_saved(image, kind, transparency=0)).tolist() == [
            [[255, 255, 255], [200, 100, 50]]
        ]


def test_colour_key_transparency_lies_over_white() -> None:
    image = Image.fromarray(np.array([[[1, 2, 3], [9, 9, 9]]], np.uint8))
    assert _decoded(_saved(image, "PNG", transparency=(1, 2, 3))).tolist() == [
        [[255, 255, 255], [9, 9, 9]]
    ]


def test_adobe_cmyk_and_its_inversion() -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    red = _decoded(_saved(image, "JPEG", quality=100)).reshape(-1, 3).mean(axis=0)
    assert red[0] > 240
    assert red[1:].max() < 15
