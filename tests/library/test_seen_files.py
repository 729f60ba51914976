"""Files are read as people see them: remarks that are broken cost nothing, pixels that are missing
are noticed, and what is clear is clear."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.formats import sniff
from inksift.curation.gather.gate.undecodable import UndecodableError
from tests.files import picture_in, png_chunk, saved, with_chunks

WHITE = (255, 255, 255)


def _drawing(width: int = 120, height: int = 80) -> Image.Image:
    image = Image.new("RGB", (width, height), "#e0d0b0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((5, 5, width // 2, height // 2), fill=(200, 30, 30), outline="black")
    draw.ellipse((width // 3, height // 3, width - 4, height - 4), fill=(20, 90, 220))
    for place in range(0, width, 7):
        draw.line((place, 0, width - place, height), fill=(place * 2 % 256, 60, 90))
    return image


def _error(data: bytes) -> str:
    with pytest.raises(UndecodableError) as caught:
        picture_in(data)
    return f"{caught.value.reason} {caught.value}"


def _png(rows: np.ndarray, *extra: bytes, bits: int, colour: int, width: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, len(rows), bits, colour, 0, 0, 0)
    lines = np.concatenate([np.zeros((len(rows), 1), np.uint8), rows], axis=1)
    parts = (
        png_chunk(b"IHDR", header),
        *extra,
        png_chunk(b"IDAT", zlib.compress(lines.tobytes())),
        png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


# JPEG: damaged, odd and sound

KINDS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "optimised": {"optimize": True},
    "restarts": {"restart_marker_blocks": 5},
}


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_jpeg_that_was_cut_and_closed_is_refused(mode: str, options: dict[str, Any]) -> None:
    data = saved(_drawing().convert(mode), "JPEG", quality=90, **options)
    scan = data.index(b"\xff\xda") + 14
    for share in (0.1, 0.5, 0.9):
        cut = data[: scan + int((len(data) - scan) * share)] + b"\xff\xd9"
        assert _error(cut).startswith("broken:OSError")


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_a_jpeg_with_a_hole_of_zeros_is_refused(options: dict[str, Any]) -> None:
    data = bytearray(saved(_drawing(400, 300), "JPEG", quality=90, **options))
    middle = len(data) // 2
    data[middle : middle + 2048] = bytes(2048)
    assert _error(bytes(data)).startswith("broken:OSError")


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_plain_page_has_no_hole(mode: str, options: dict[str, Any]) -> None:
    """Where nothing is drawn, a scan may be zeros for long, and all is there."""
    page = Image.new(mode, (900, 1200), "white")
    ImageDraw.Draw(page).rectangle((300, 500, 400, 600), outline="black")
    for quality in (30, 75, 95):
        assert picture_in(saved(page, "JPEG", quality=quality, **options)).note == ""


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda data: data[:-2], "no_end_marker"),
        (lambda data: data[:-1], "no_end_marker"),
        (lambda data: data[:-2] + bytes(64), "no_end_marker"),
        (lambda data: data + bytes(4096), ""),
        (lambda data: data + b"<html>advert</html>", ""),
        (lambda data: b"\r\n" + data, ""),
        (lambda data: data[:-2] + b"some words" + data[-2:], "odd_jpeg"),
    ],
)
def test_an_odd_jpeg_has_its_pixels(change: Any, note: str, progressive: bool) -> None:
    data = saved(_drawing(), "JPEG", quality=90, progressive=progressive)
    picture = picture_in(change(data))
    assert np.array_equal(picture.rgb, picture_in(data).rgb)
    assert picture.note == note


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_a_sound_jpeg_has_the_pixels_that_pillow_gives(mode: str, options: dict[str, Any]) -> None:
    for subsampling in (0, 1, 2):
        data = saved(_drawing(133, 71).convert(mode), "JPEG", subsampling=subsampling, **options)
        with Image.open(BytesIO(data)) as image:
            assert np.array_equal(picture_in(data).rgb, np.asarray(image.convert("RGB")))


def test_a_jpeg_of_twelve_bits_is_said_to_be_one() -> None:
    data = bytearray(saved(_drawing(), "JPEG"))
    data[data.index(b"\xff\xc0") + 4] = 12
    assert _error(bytes(data)) == "kind_not_supported kind not supported: 12-bit JPEG"


def test_a_lossless_jpeg_is_said_to_be_one() -> None:
    data = bytearray(saved(_drawing(), "JPEG"))
    data[data.index(b"\xff\xc0") + 1] = 0xC3
    assert _error(bytes(data)) == "kind_not_supported kind not supported: lossless JPEG"


# PNG: remarks


@pytest.mark.parametrize("kind", [b"pHYs", b"tEXt", b"iTXt", b"iCCP", b"gAMA", b"tIME", b"eXIf"])
def test_a_remark_with_a_wrong_checksum_costs_no_picture(kind: bytes) -> None:
    data = saved(_drawing(), "PNG")
    picture = picture_in(with_chunks(data, png_chunk(kind, b"p\0\0" + bytes(30), wrong=7)))
    assert np.array_equal(picture.rgb, np.asarray(_drawing()))
    assert picture.note == "odd_checksum"


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE", b"IDAT"])
def test_pixels_with_a_wrong_checksum_or_length_are_refused(kind: bytes) -> None:
    data = bytearray(saved(_drawing().quantize(16), "PNG"))
    place = data.index(kind)
    (length,) = struct.unpack(">I", data[place - 4 : place])
    data[place + 4 + length // 2] ^= 0x55
    assert _error(bytes(data)).startswith("broken:")


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"tEXt", b"Comment\0" + b"x" * 6_000_000),
        png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(20_000_000))),
        png_chunk(b"iTXt", b"Comment\0\1\0\0\0" + zlib.compress(bytes(20_000_000))),
    ],
    ids=["plain", "packed", "international"],
)
def test_long_texts_cost_no_picture(chunk: bytes) -> None:
    picture = picture_in(with_chunks(saved(_drawing(), "PNG"), chunk))
    assert (np.array_equal(picture.rgb, np.asarray(_drawing())), picture.note) == (True, "")


def test_no_explanation_names_a_place_in_memory() -> None:
    for data in (b"\x89PNG\r\n\x1a\n" + bytes(40), b"II*\0" + bytes(40), b"GIF89a" + bytes(4)):
        assert "0x" not in _error(data)


# What is clear


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_clear_grey_of_every_depth_is_white(bits: int) -> None:
    levels = np.arange(8) % 2**bits
    weights = 1 << np.arange(8 - bits, -1, -bits)
    rows = (levels.reshape(1, -1, 8 // bits) * weights).sum(axis=2).astype(np.uint8)
    data = _png(rows, png_chunk(b"tRNS", b"\0\0"), bits=bits, colour=0, width=8)
    wanted = np.where(levels == 0, 255, levels * 255 // (2**bits - 1))
    assert picture_in(data).rgb[0, :, 0].tolist() == wanted.tolist()


def test_the_clear_grey_of_sixteen_bits_is_that_one_alone() -> None:
    values = np.array([[0x4040, 0x4041, 0x40FF]], ">u2")
    key = png_chunk(b"tRNS", b"\x40\x40")
    data = _png(values.view(np.uint8), key, bits=16, colour=0, width=3)
    assert picture_in(data).rgb[0, :, 0].tolist() == [255, 64, 65]


def test_the_clear_colour_of_sixteen_bits_is_that_one_alone() -> None:
    values = np.array([[0x4040] * 3, [0x4041] * 3, [0x4040, 0x4040, 0x41FF]], ">u2").reshape(1, -1)
    key = png_chunk(b"tRNS", b"\x40\x40" * 3)
    data = _png(values.view(np.uint8), key, bits=16, colour=2, width=3)
    assert picture_in(data).rgb[0].tolist() == [[255] * 3, [64] * 3, [64, 64, 65]]


def _corner_is_white_and_part_is(rgb: Rgb, colour: tuple[int, int, int]) -> None:
    assert tuple(rgb[0, 0]) == WHITE
    assert np.abs(rgb[15, 25].astype(int) - colour).max() <= 1
    assert tuple(rgb[-1, -1]) == WHITE


def test_a_gif_without_clear_colours_is_clear_beside_its_frame() -> None:
    data = bytearray(saved(Image.new("P", (20, 12), 0), "GIF"))
    frame = data.index(b",\0\0\0\0\x14\0\x0c\0")
    data[6:10] = struct.pack("<HH", 60, 40)
    data[frame + 1 : frame + 5] = struct.pack("<HH", 20, 10)
    _corner_is_white_and_part_is(picture_in(bytes(data)).rgb, (0, 0, 0))


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def test_a_webp_is_clear_beside_its_first_frame() -> None:
    part = saved(Image.new("RGB", (20, 12), (200, 10, 30)), "WEBP", lossless=True)[12:]
    size = (59).to_bytes(3, "little") + (39).to_bytes(3, "little")
    place = (10).to_bytes(3, "little") + (5).to_bytes(3, "little")
    frame = place + (19).to_bytes(3, "little") + (11).to_bytes(3, "little") + b"\x64\0\0\0"
    body = _webp_chunk(b"VP8X", b"\2\0\0\0" + size) + _webp_chunk(b"ANIM", b"\xff" * 4 + b"\0\0")
    body += _webp_chunk(b"ANMF", frame + part)
    data = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    _corner_is_white_and_part_is(picture_in(data).rgb, (200, 10, 30))


@pytest.mark.parametrize("fills", [True, False])
def test_the_hidden_picture_of_an_animated_png_is_not_shown(fills: bool) -> None:
    size, place = ((60, 40), (0, 0)) if fills else ((20, 12), (20, 10))
    hidden = saved(Image.new("RGB", (60, 40), "magenta"), "PNG")
    first = saved(Image.new("RGB", size, (200, 10, 30)), "PNG")
    pixels = first[first.index(b"IDAT") + 4 : first.index(b"IEND") - 8]
    control = struct.pack(">IIIIIHHBB", 0, *size, *place, 1, 1, 0, 0)
    frame = png_chunk(b"fcTL", control) + png_chunk(b"fdAT", struct.pack(">I", 1) + pixels)
    start = with_chunks(hidden[:-12], png_chunk(b"acTL", struct.pack(">II", 1, 0)))
    rgb = picture_in(start + frame + hidden[-12:]).rgb
    assert rgb.shape == (40, 60, 3)
    assert tuple(rgb[15, 25]) == (200, 10, 30)
    assert tuple(rgb[0, 0]) == ((200, 10, 30) if fills else WHITE)


# How a picture is turned

XMP = b'<rdf:Description tiff:Orientation="6"/>'


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "WEBP", "AVIF"])
def test_words_alone_turn_nothing(kind: str) -> None:
    options = {"tiffinfo": {700: XMP}} if kind == "TIFF" else {"xmp": XMP}
    assert picture_in(saved(_drawing(), kind, **options)).rgb.shape == (80, 120, 3)


def test_no_webp_is_turned() -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    assert picture_in(saved(_drawing(), "WEBP", exif=tags.tobytes())).rgb.shape == (80, 120, 3)


# TIFF

LONG, SHORT = 4, 3  # types of numbers in a TIFF


def _tiff(order: str, body: bytes, tags: dict[int, tuple[int, ...]]) -> bytes:
    """An uncompressed TIFF whose pixels start at byte 8."""
    directory = 8 + len(body)
    entries, more = b"", b""
    after = directory + 2 + 12 * len(tags) + 4
    for tag, values in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(values)}I", *values)
        inside = packed if len(values) == 1 else struct.pack(f"{order}I", after + len(more))
        more += packed if len(values) > 1 else b""
        entries += struct.pack(f"{order}HHI", tag, LONG, len(values)) + inside
    mark = b"II*\0" if order == "<" else b"MM\0*"
    count = struct.pack(f"{order}H", len(tags))
    return mark + struct.pack(f"{order}I", directory) + body + count + entries + bytes(4) + more


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "bits"), [("u", 16), ("f", 16), ("f", 32), ("u", 32), ("f", 64)])
@pytest.mark.parametrize("planes", [True, False])
def test_deep_colours_in_any_order_are_the_drawing(
    kind: str, bits: int, order: str, planes: bool
) -> None:
    drawing = np.asarray(_drawing())
    whole = 2**bits // 256 if kind == "u" else 1 / 255
    values = (drawing * np.float64(whole)).astype(f"{order}{kind}{bits // 8}")
    body = (values.transpose(2, 0, 1) if planes else values).tobytes()
    height, width = drawing.shape[:2]
    pieces = 3 if planes else 1
    size = len(body) // pieces
    tags = {
        **{256: (width,), 257: (height,), 258: (bits,) * 3, 259: (1,), 262: (2,), 277: (3,)},
        **{273: tuple(8 + size * index for index in range(pieces)), 278: (height,)},
        **{279: (size,) * pieces, 284: (2 if planes else 1,)},
        339: ({"u": 1, "f": 3}[kind],) * 3,
    }
    assert np.abs(picture_in(_tiff(order, body, tags)).rgb.astype(int) - drawing).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("kind", "bits"), [("u", 16), ("f", 32)])
def test_deep_greys_may_count_from_white(order: str, kind: str, bits: int) -> None:
    white = 65_535 if kind == "u" else 1.0
    values = np.array([[0, white / 2, white]]).astype(f"{order}{kind}{bits // 8}")
    body = values.tobytes()
    tags = {256: (3,), 257: (1,), 258: (bits,), 259: (1,), 262: (0,), 277: (1,), 273: (8,)}
    tags |= {278: (1,), 279: (len(body),), 339: ({"u": 1, "f": 3}[kind],)}
    first, middle, last = picture_in(_tiff(order, body, tags)).rgb[0, :, 0].tolist()
    assert (first, last) == (255, 0)
    assert 126 <= middle <= 129


def test_a_tiff_of_another_kind_says_which() -> None:
    tags = {256: (2,), 257: (1,), 258: (12,) * 3, 259: (1,), 262: (2,), 277: (3,), 273: (8,)}
    error = _error(_tiff("<", bytes(12), tags | {278: (1,), 279: (9,)}))
    assert error.startswith("kind_not_supported kind not supported: TIFF of 3 x 12 bits")


def test_a_tiff_under_an_unknown_compression_says_so() -> None:
    tags = {256: (2,), 257: (1,), 258: (8,) * 3, 259: (50_002,), 262: (2,), 277: (3,), 273: (8,)}
    error = _error(_tiff("<", bytes(12), tags | {278: (1,), 279: (6,)}))
    assert error.startswith("kind_not_supported kind not supported: TIFF of 3 x 8 bits")
    assert error.endswith("compression 50002")


def test_a_png_of_nothing_but_chunks_is_given_up() -> None:
    data = saved(_drawing(), "PNG")
    assert _error(data[:33] + png_chunk(b"pHYs", b"") * 200_000 + data[33:]).startswith("broken:")


def test_strips_that_are_missing_are_noticed() -> None:
    tags = {256: (40,), 257: (40,), 258: (16,) * 3, 259: (1,), 262: (2,), 277: (3,), 284: (2,)}
    tags |= {278: (40,), 273: (8, 3208, 6408), 279: (3200,) * 3}
    assert _error(_tiff("<", bytes(5000), tags)).startswith("broken:")


def test_a_blank_line_before_text_is_no_jpeg() -> None:
    assert sniff(b"\r\n<html>") == ""
