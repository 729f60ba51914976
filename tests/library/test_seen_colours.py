"""Colours are those that a screen shows, whatever space a file keeps them in, and sRGB is left
alone."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.bright import Toned
from inksift.curation.gather.gate.colorimetry import (
    PRIMARIES,
    TRANSFERS,
    Colours,
    numbered_colours,
    power,
    srgb,
    written_profile,
)
from inksift.curation.gather.gate.srgb import OddProfileError, shown_image, to_srgb
from tests.files import picture_in, png_chunk, saved, with_chunks

CHRM = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, 0.3127, 0.3290)
PROPHOTO = (0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001 + 0.001, 0.3457, 0.3585)


def _drawing() -> Image.Image:
    """Colours that every space below holds, from black to white."""
    image = Image.new("RGB", (90, 60), "white")
    draw = ImageDraw.Draw(image)
    for index in range(9):
        grey = 255 * index // 8
        draw.rectangle((10 * index, 0, 10 * index + 9, 19), fill=(grey, grey, grey))
        colour = (60 + 20 * index, 200 - 15 * index, 90 + index)
        draw.rectangle((10 * index, 20, 10 * index + 9, 39), fill=colour)
    draw.line((0, 59, 89, 40), fill="black", width=3)
    return image


def _levels(one: Rgb, other: Image.Image | Rgb) -> float:
    return float(np.abs(one.astype(int) - np.asarray(other)).mean())


def _png(image: Image.Image, *extra: bytes) -> bytes:
    return with_chunks(saved(image, "PNG"), *extra)


def _into(colours: Colours) -> tuple[Image.Image, bytes]:
    """The drawing in another space, and the space's profile."""
    icc = written_profile(colours)
    theirs = ImageCms.ImageCmsProfile(BytesIO(icc))
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), theirs, "RGB", "RGB")
    return transform.apply(_drawing()), icc


SPACES = {
    "Display P3": Colours(PRIMARIES[12], srgb),
    "Adobe RGB": Colours(ADOBE, power(563 / 256)),
    "ProPhoto": Colours(PROPHOTO, power(1.8)),
    "BT.2020": Colours(PRIMARIES[9], power(2.4)),
}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("colours", SPACES.values(), ids=SPACES)
def test_a_profile_is_heeded_in_every_format(colours: Colours, kind: str) -> None:
    image, icc = _into(colours)
    options = {"JPEG": {"quality": 98, "subsampling": 0}, "WEBP": {"lossless": True}}
    options |= {"AVIF": {"quality": 98, "subsampling": "4:4:4"}}
    picture = picture_in(saved(image, kind, icc_profile=icc, **options.get(kind, {})))
    assert _levels(np.asarray(image), _drawing()) > 2
    assert _levels(picture.rgb, _drawing()) < 2
    assert picture.note == ""


SRGB_PROFILES = {
    "built in": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "as a table": written_profile(Colours(PRIMARIES[1], srgb)),
}


@pytest.mark.parametrize("icc", SRGB_PROFILES.values(), ids=SRGB_PROFILES)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_profile_of_srgb_changes_no_pixel(
    kind: str, icc: bytes, rng: np.random.Generator
) -> None:
    image = Image.fromarray(rng.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    plain, profiled = saved(image, kind), saved(image, kind, icc_profile=icc)
    assert np.array_equal(picture_in(plain).rgb, picture_in(profiled).rgb)
    assert to_srgb(icc) is None


@pytest.mark.parametrize(
    "chunks",
    [
        (png_chunk(b"sRGB", b"\0"), png_chunk(b"gAMA", struct.pack(">I", 45_455))),
        (png_chunk(b"gAMA", struct.pack(">I", 45_455)),),
        (png_chunk(b"cICP", b"\1\x0d\0\1"),),
        (png_chunk(b"cICP", b"\2\2\0\1"),),
        (
            png_chunk(b"gAMA", struct.pack(">I", 45_455)),
            png_chunk(b"cHRM", struct.pack(">8I", *CHRM)),
        ),
    ],
)
def test_words_for_srgb_change_no_pixel(chunks: tuple[bytes, ...]) -> None:
    picture = picture_in(_png(_drawing(), *chunks))
    assert (np.array_equal(picture.rgb, np.asarray(_drawing())), picture.note) == (True, "")


def _linear() -> Image.Image:
    return Image.fromarray(np.rint(srgb(np.asarray(_drawing()) / 255) * 255).astype(np.uint8))


LINEAR = png_chunk(b"gAMA", struct.pack(">I", 100_000))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P"])
def test_gamma_is_heeded_in_every_mode(mode: str) -> None:
    stored = _linear().quantize(256) if mode == "P" else _linear().convert(mode)
    wanted = _drawing().convert("L") if mode in ("L", "LA") else _drawing()
    read = picture_in(_png(stored, LINEAR)).rgb
    assert _levels(read, wanted.convert("RGB")) < 6
    assert _levels(np.asarray(stored.convert("RGB")), wanted.convert("RGB")) > 20


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK"])
def test_the_picture_that_was_loaded_stays_as_it_is(mode: str) -> None:
    """Frames of an animation are laid over each other as they are stored."""
    how = to_srgb(written_profile(SPACES["Adobe RGB"]))
    assert how
    image = _drawing().convert(mode)
    before = image.tobytes()
    shown_image(image, how)
    assert image.tobytes() == before


@pytest.mark.parametrize("bits", [8, 16])
def test_gamma_is_heeded_in_deep_greys(bits: int) -> None:
    greys = np.asarray(_linear().convert("L"))
    deep = Image.fromarray(greys.astype(np.uint16) * 257) if bits == 16 else Image.fromarray(greys)
    assert _levels(picture_in(_png(deep, LINEAR)).rgb, _drawing().convert("L").convert("RGB")) < 6


@pytest.mark.parametrize("mode", ["LA", "YCbCr", "CMYK", "RGBX", "PA", "1"])
def test_a_profile_leaves_no_mode_of_a_tiff_behind(mode: str) -> None:
    """A profile of RGB or none at all: greys and white stay what they are."""
    image = _drawing().quantize(8).convert("PA") if mode == "PA" else _drawing().convert(mode)
    _, icc = _into(SPACES["Display P3"])
    profiled = picture_in(saved(image, "TIFF", icc_profile=icc)).rgb
    assert _levels(profiled, picture_in(saved(image, "TIFF")).rgb) < 8


def test_transparency_is_laid_over_white_after_the_colours() -> None:
    clear = Image.fromarray(np.array([[[50, 50, 50, 128], [0, 0, 0, 0]]], np.uint8))
    half, nothing = picture_in(_png(clear, LINEAR)).rgb[0, :, 0].tolist()
    light = 1.055 * (50 / 255) ** (1 / 2.4) - 0.055
    assert abs(half - (light * 128 + 127)) <= 2
    assert nothing == 255


def test_numbers_go_before_a_profile_and_a_profile_before_gamma() -> None:
    _, icc = _into(SPACES["Adobe RGB"])
    packed = png_chunk(b"iCCP", b"p\0\0" + zlib.compress(icc))
    plain = np.asarray(_drawing())
    by_profile = picture_in(_png(_drawing(), packed)).rgb
    assert np.array_equal(
        picture_in(_png(_drawing(), png_chunk(b"cICP", b"\1\x0d\0\1"), packed)).rgb, plain
    )
    assert np.array_equal(picture_in(_png(_drawing(), packed, LINEAR)).rgb, by_profile)
    assert not np.array_equal(by_profile, plain)


@pytest.mark.parametrize(
    "icc",
    [
        b"",
        b"icc!",
        bytes(range(256)) * 4,
        SRGB_PROFILES["built in"][:200],
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
        written_profile(Colours(PRIMARIES[1], lambda values: values * 0)),
        written_profile(Colours(PRIMARIES[1], lambda values: values * 0 + 1)),
    ],
    ids=["empty", "four bytes", "random", "cut", "of Lab", "all black", "all white"],
)
def test_a_profile_of_no_use_costs_no_picture(icc: bytes) -> None:
    chunk = png_chunk(b"iCCP", b"p\0\0" + zlib.compress(icc))
    picture = picture_in(_png(_drawing(), chunk))
    assert np.array_equal(picture.rgb, np.asarray(_drawing()))
    assert picture.note == "odd_profile"
    with pytest.raises(OddProfileError):
        to_srgb(icc)


@pytest.mark.parametrize(
    "body",
    [b"p\0\0" + zlib.compress(bytes(50_000_000)), b"p\0\1x", b"p", b"", b"p\0\0garbage"],
    ids=["bomb", "method", "no end of name", "empty", "no zlib"],
)
def test_a_packed_profile_of_no_use_costs_no_picture(body: bytes) -> None:
    picture = picture_in(_png(_drawing(), png_chunk(b"iCCP", body)))
    assert np.array_equal(picture.rgb, np.asarray(_drawing()))
    assert picture.note == "odd_profile"


@pytest.mark.parametrize("gamma", [0, 1, 2**32 - 1])
def test_an_absurd_gamma_costs_no_picture(gamma: int) -> None:
    picture = picture_in(_png(_drawing(), png_chunk(b"gAMA", struct.pack(">I", gamma))))
    assert (np.array_equal(picture.rgb, np.asarray(_drawing())), picture.note) == (
        True,
        "odd_profile",
    )


@pytest.mark.parametrize("values", [(0,) * 8, (1,) * 8, (2**32 - 1,) * 8, (31270, 32900) * 4])
def test_absurd_primaries_cost_no_picture(values: tuple[int, ...]) -> None:
    chunks = (
        png_chunk(b"gAMA", struct.pack(">I", 50_000)),
        png_chunk(b"cHRM", struct.pack(">8I", *values)),
    )
    picture = picture_in(_png(_drawing(), *chunks))
    assert (np.array_equal(picture.rgb, np.asarray(_drawing())), picture.note) == (
        True,
        "odd_profile",
    )


@pytest.mark.parametrize(("mode", "icc_mode"), [("L", "RGB"), ("RGB", "GRAY"), ("CMYK", "RGB")])
def test_a_profile_for_other_pixels_leaves_a_jpeg_readable(mode: str, icc_mode: str) -> None:
    icc = _into(SPACES["Display P3"])[1] if icc_mode == "RGB" else _grey_profile()
    data = saved(_drawing().convert(mode), "JPEG", quality=95, icc_profile=icc)
    plain = saved(_drawing().convert(mode), "JPEG", quality=95)
    assert _levels(picture_in(data).rgb, picture_in(plain).rgb) < 2


def _grey_profile() -> bytes:
    """That of a space, with the grey curve in place of the three."""
    icc = bytearray(written_profile(Colours(PRIMARIES[1], power(1.0))))
    icc[16:20] = b"GRAY"
    icc[icc.index(b"rTRC") : icc.index(b"rTRC") + 4] = b"kTRC"
    return bytes(icc)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_grey_profile_is_heeded(kind: str) -> None:
    data = saved(_linear().convert("L"), kind, icc_profile=_grey_profile())
    linear = np.asarray(_linear().convert("L")) / 255
    wanted = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert np.abs(picture_in(data).rgb[..., 0] - wanted * 255).mean() < 6


def _press_profile() -> bytes:
    """Ink that darkens paper, in a table with two steps a channel; the darkest is a dark grey."""
    steps = np.stack(np.meshgrid(*[[0, 1]] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    cyan, magenta, yellow, black = steps.T
    lightness = np.maximum(1 - 0.28 * (cyan + magenta + yellow) - 0.8 * black, 0.2)
    red_green = 128 + 60 * (magenta - cyan) * (1 - black)
    blue_yellow = 128 + 60 * (yellow - (cyan + magenta) / 2) * (1 - black)
    table = np.stack([lightness * 255, red_green, blue_yellow], axis=1).astype(np.uint8).tobytes()
    ramp = bytes(range(256))
    unit = struct.pack(">9i", *(65_536 * value for value in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + unit + ramp * 4 + table + ramp * 3
    header = struct.pack(">I4sI4s4s4s12s4s28s", 0, b"none", 0x02400000, b"prtr", b"CMYK", b"Lab ",
                         bytes(12), b"acsp", bytes(28))  # fmt: skip
    white = struct.pack(">3I", 63_190, 65_536, 54_061)
    place = 132 + 12
    tags = struct.pack(">I4sII", 1, b"A2B0", place, len(lut))
    data = header + white + bytes(48) + tags + lut
    return struct.pack(">I", len(data)) + data[4:]


def test_inks_are_those_of_the_press_and_its_black_is_black() -> None:
    inks = [(0, 0, 0, 0), (0, 0, 0, 255), (0, 255, 0, 0), (0, 0, 255, 0), (255, 255, 255, 255)]
    image = Image.fromarray(np.array([inks], np.uint8).repeat(16, 0).repeat(16, 1), "CMYK")
    data = saved(image, "JPEG", quality=100, subsampling=0, icc_profile=_press_profile())
    paper, black, magenta, yellow, all_inks = picture_in(data).rgb[8, 8::16].astype(int)
    assert paper.min() > 250
    assert black.max() < 20
    assert all_inks.max() < 20
    assert magenta[0] - magenta[1] > 60
    assert yellow[0] - yellow[2] > 60


@pytest.mark.parametrize("primaries", PRIMARIES)
@pytest.mark.parametrize("transfer", TRANSFERS)
def test_every_number_keeps_black_white_and_the_order_of_greys(
    primaries: int, transfer: int
) -> None:
    greys = Image.fromarray(np.arange(256, dtype=np.uint8)[None].repeat(4, 0)).convert("RGB")
    body = bytes((primaries, transfer, 0, 1))
    row = picture_in(_png(greys, png_chunk(b"cICP", body))).rgb[0].astype(int)
    assert row[0].max() <= 1
    assert row[-1].min() >= 253
    assert (np.diff(row.sum(axis=1)) >= -1).all()


@pytest.mark.parametrize("transfer", [16, 18])
def test_bright_pictures_are_toned_down_to_a_page(transfer: int) -> None:
    """203 nits, the white of a page elsewhere, are a light grey, so that brighter ones differ."""
    greys = Image.fromarray(np.arange(256, dtype=np.uint8)[None]).convert("RGB")
    row = np.asarray(Toned(9, transfer).apply(greys))[0, :, 0].astype(int)
    assert (row[0], row[-1]) == (0, 255)
    assert (np.diff(row) >= 0).all()
    assert 180 <= row[148 if transfer == 16 else 191] <= 200


def test_numbers_of_an_avif_are_heeded() -> None:
    data = saved(_drawing(), "AVIF", quality=95, subsampling="4:4:4")
    place = data.index(b"nclx") + 4
    wide = data[:place] + struct.pack(">HH", 12, 13) + data[place + 4 :]
    colours = numbered_colours(12, 13)
    assert colours
    transform = to_srgb(written_profile(colours))
    assert transform
    wanted = np.asarray(transform.transform.apply(Image.fromarray(picture_in(data).rgb)))
    assert np.array_equal(picture_in(wide).rgb, wanted)
    assert _levels(picture_in(wide).rgb, picture_in(data).rgb) > 1
