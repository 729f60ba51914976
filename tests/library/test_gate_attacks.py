"""Files made to hurt: none kills, hangs or bloats a worker, and each one gets exactly one
outcome."""

from __future__ import annotations

import ast
import resource
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image, ImageDraw

from inksift import curation
from inksift.curation.base.engine import per_item
from inksift.curation.base.pages import BLANK, INVISIBLE
from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.formats import ALLOWED
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.undecodable import UndecodableError
from inksift.curation.gather.gate.worker import Settings, examine
from tests.benchmark import load_benchmark

SETTINGS = Settings(
    max_bytes=64 * 10**6,
    max_pixels=50_000_000,
    thumbnail_side_px=640,
    timeout_s=20,
    memory_bytes=2 * 2**30,
)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with Gate(SETTINGS, workers=2) as gate:
        yield gate


def _ask(gate: Gate, folder: Path, contents: Sequence[bytes]) -> list[Decoded]:
    def ask(numbered: tuple[int, bytes]) -> Decoded:
        path = folder / str(numbered[0])
        path.write_bytes(numbered[1])
        with path.open("rb") as file:
            return gate.decode(file.fileno(), sha256(numbered[1]).hexdigest())

    return per_item(ask, list(enumerate(contents)), workers=gate.workers)


def _error(data: bytes, **settings: Any) -> str:
    return str(examine(data, SETTINGS._replace(**settings))[0]["error"])


def _drawn(kind: str, size: tuple[int, int] = (24, 18), seed: int = 0, **options: Any) -> bytes:
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(int(value) for value in rng.integers(0, 256, 3)))
    ImageDraw.Draw(image).ellipse(
        (3, 3, size[0] - 5, size[1] - 2), fill=(9, 200, 90), outline="black"
    )
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _chunk(kind: bytes, data: bytes, length: int | None = None) -> bytes:
    checksum = zlib.crc32(kind + data)
    return (
        struct.pack(">I", len(data) if length is None else length)
        + kind
        + data
        + struct.pack(">I", checksum)
    )


def _png(width: int, height: int, *extra: bytes, rows: bytes | None = None) -> bytes:
    """A grey PNG with chunks of one's own between header and pixels; without `rows` it has no
    pixels."""
    pixels = b"" if rows is None else _chunk(b"IDAT", zlib.compress(rows, 1))
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + _chunk(b"IEND", b"")


def _check_mutants(gate: Gate, folder: Path, count: int) -> None:
    rng = np.random.default_rng(20221)
    seed_files = [_drawn(kind, (24 + seed, 18), seed) for kind in FORMATS for seed in range(8)]
    seed_files += [
        _drawn("TIFF", compression=how)
        for how in ("tiff_lzw", "jpeg", "tiff_adobe_deflate", "packbits")
    ]
    mutant = load_benchmark("mutated").mutant
    picked = [seed_files[index] for index in rng.integers(len(seed_files), size=count)]
    mutants = [mutant(data, seed_files, rng) for data in picked]
    answers = _ask(gate, folder, mutants)
    assert not [answer for answer in answers if answer.error in ("decoder_died", "timeout")]
    for answer in answers:
        assert bool(answer.thumbnail) != bool(answer.error)
    assert {bool(answer.error) for answer in answers} == {True, False}


def test_mutants(gate: Gate, tmp_path: Path) -> None:
    _check_mutants(gate, tmp_path, 300)


@pytest.mark.slow
def test_many_mutants(gate: Gate, tmp_path: Path) -> None:
    _check_mutants(gate, tmp_path, 5000)


@pytest.mark.parametrize("kind", FORMATS)
def test_no_prefix_that_lacks_pixels_is_accepted(kind: str) -> None:
    whole = _drawn(kind)
    expected = examine(whole, SETTINGS)
    assert expected[0]["error"] == ""
    for length in range(len(whole)):
        row, thumbnail = examine(whole[:length], SETTINGS)
        assert row["error"] or thumbnail == expected[1], (
            f"{length} of {len(whole)} bytes gave another picture"
        )


@pytest.mark.parametrize(
    ("kind", "options"), [("PNG", {}), ("TIFF", {"compression": "tiff_deflate"})]
)
def test_no_file_with_a_hole_in_its_pixels_is_accepted(
    kind: str, options: dict[str, str], rng: np.random.Generator
) -> None:
    buffer = BytesIO()
    picture = Image.fromarray(rng.integers(0, 256, (96, 96, 3), dtype=np.uint8))
    picture.save(buffer, kind, **options)
    data = bytearray(buffer.getvalue())
    middle = len(data) // 2
    data[middle : middle + 40] = bytes(40)
    with pytest.raises(UndecodableError):
        decode(bytes(data), max_pixels=10**6)


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"ab", b"\xff\xd8\xff", b"BM", b"GIF89a", b"\x89PNG\r\n\x1a\n"]
)
def test_a_few_bytes_are_no_picture(data: bytes) -> None:
    error = _error(data)
    assert error.startswith("broken:") or error in ("empty", "not_an_image")
    assert (error == "empty") == (data == b"")


OTHER_FORMATS = {
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "FITS": b"SIMPLE  =                    T" + b" " * 2850,
    "JP2": b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(40),
    "ICO": b"\0\0\1\0\1\0" + bytes(60),
    "PDF": b"%PDF-1.7\n",
    "TAR": b"name".ljust(257, b"\0") + b"ustar\x0000" + bytes(300),
    "ZIP": b"PK\3\4" + bytes(60),
    "MP4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2",
    "PPM": b"P6\n1 1\n255\nabc",
}


@pytest.mark.parametrize("data", OTHER_FORMATS.values(), ids=OTHER_FORMATS.keys())
def test_other_formats_reach_no_decoder(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr(Image, "open", forbidden)
    monkeypatch.setattr(subprocess, "Popen", forbidden)
    assert _error(data) == "format_not_allowed"


@pytest.mark.parametrize(
    "data",
    [b"<!doctype html><p>Not found", b"BMW is a car, this is a text", bytes(range(99, 0, -1))],
)
def test_what_is_no_picture_at_all(data: bytes) -> None:
    assert _error(data) == "not_an_image"


@pytest.mark.parametrize("kind", ["PPM", "TGA", "ICO", "JPEG2000", "PCX", "SGI", "DDS"])
def test_formats_that_pillow_knows_and_we_do_not(kind: str) -> None:
    assert kind not in ALLOWED
    assert _error(_drawn(kind)) in ("format_not_allowed", "not_an_image")


def test_the_first_picture_of_a_stereo_pair_counts() -> None:
    left, right = Image.new("RGB", (16, 16), "red"), Image.new("RGB", (16, 16), "blue")
    buffer = BytesIO()
    left.save(buffer, "MPO", save_all=True, append_images=[right])
    row, _ = examine(buffer.getvalue(), SETTINGS)
    assert (row["error"], row["format"]) == ("", "JPEG")


def _bmp_header(width: int, height: int) -> bytes:
    return b"BM" + struct.pack(
        "<IHHIIiiHHIIiiII", 0, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0
    )


def _gif_header(width: int, height: int) -> bytes:
    frame = struct.pack("<HHHH", 0, 0, width, height)
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
        + bytes(6)
        + b","
        + frame
        + b"\0\x02\0;"
    )


def _tiff_header(width: int, height: int) -> bytes:
    tags = [
        (256, width),
        (257, height),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (278, height),
        (279, 0xFFFFFF),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(4)


def _webp_header(width: int, height: int) -> bytes:
    body = b"VP8L" + struct.pack("<IBI", 9, 0x2F, (width - 1) | (height - 1) << 14) + bytes(5)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _avif(width: int, height: int) -> bytes:
    data = _drawn("AVIF", (64, 48))
    return data.replace(struct.pack(">II", 64, 48), struct.pack(">II", width, height))


HUGE = {
    "png wide": _png(2**31 - 1, 1),
    "png tall": _png(1, 2**31 - 1),
    "png square": _png(60_000, 60_000),
    "bmp": _bmp_header(60_000, 60_000),
    "bmp wide": _bmp_header(2**31 - 1, 1),
    "gif": _gif_header(60_000, 60_000),
    "tiff": _tiff_header(60_000, 60_000),
    "tiff wide": _tiff_header(2**31 - 1, 1),
    "webp": _webp_header(16_383, 16_383),
    "avif": _avif(60_000, 60_000),
}


def test_huge_headers_are_refused_before_any_pixel(gate: Gate, tmp_path: Path) -> None:
    _ask(gate, tmp_path, [_png(1, 1, rows=PIXEL)])  # the workers are there from now on
    before = _memory()
    answers = dict(zip(HUGE, _ask(gate, tmp_path, list(HUGE.values())), strict=True))
    assert {name for name, answer in answers.items() if answer.error == "too_many_pixels"} >= set(
        HUGE
    ) - {
        "webp",
        "avif",
    }
    assert {answers[name].error.partition(":")[0] for name in ("webp", "avif")} <= {
        "too_many_pixels",
        "broken",
    }
    assert _memory() < before + 100 * 2**20


def _memory() -> int:
    return sum(child.memory_info().rss for child in psutil.Process().children())


@pytest.mark.parametrize(("pixels", "error"), [(99, ""), (100, ""), (101, "too_many_pixels")])
def test_the_pixel_limit_is_exact(pixels: int, error: str) -> None:
    assert _error(_png(pixels, 1, rows=bytes(pixels + 1)), max_pixels=100) == error


def test_a_side_has_a_limit_of_its_own() -> None:
    assert _error(_png(65_500, 1, rows=bytes(65_501))) == ""
    assert _error(_png(65_501, 1, rows=bytes(65_502))) == "side_too_long"


def test_a_large_flat_picture_fits_and_two_at_once_do_too(gate: Gate, tmp_path: Path) -> None:
    side = 7000
    data = _png(side, side, rows=bytes((side + 1) * side))
    answers = _ask(gate, tmp_path, [data, data])
    assert [(answer.error, answer.width, answer.height) for answer in answers] == [
        ("", side, side)
    ] * 2


@pytest.mark.parametrize(
    ("mode", "colour"),
    [("RGBA", (0, 0, 0, 0)), ("RGBA", (9, 9, 9, 128)), ("CMYK", (0, 0, 0, 0)), ("P", 0)],
)
@pytest.mark.slow
def test_a_picture_at_the_limit_fits_in_memory_in_every_mode(
    mode: str, colour: Any, gate: Gate, tmp_path: Path
) -> None:
    buffer = BytesIO()
    image = Image.new(mode, (7070, 7070), colour)
    image.save(
        buffer,
        "TIFF" if mode == "CMYK" else "PNG",
        **({"compression": "tiff_lzw"} if mode == "CMYK" else {}),
    )
    (answer,) = _ask(gate, tmp_path, [buffer.getvalue()])
    nothing_seen = colour == (0, 0, 0, 0) and mode == "RGBA"
    assert (answer.error, answer.note) == ("", f"{BLANK}; {INVISIBLE}" if nothing_seen else BLANK)


def test_two_frames_at_the_limit_fit_in_memory(gate: Gate, tmp_path: Path) -> None:
    buffer = BytesIO()
    frames = [Image.new("L", (4990, 4990), level) for level in (0, 255)]
    for frame in frames:
        frame.paste(77, (5, 5, 400, 900))
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    (answer,) = _ask(gate, tmp_path, [buffer.getvalue()])
    assert (answer.error, answer.note) == ("", "2 frames, shown: 1")


PIXEL = b"\0\x7f"
BOMB = zlib.compress(bytes(50 * 2**20), 9)
TEXT_ATTACKS = {
    "declared 2 GB": _png(1, 1, _chunk(b"tEXt", b"a\0b", length=2**31 - 1), rows=PIXEL),
    "zTXt": _png(1, 1, _chunk(b"zTXt", b"a\0\0" + BOMB), rows=PIXEL),
    "iTXt": _png(1, 1, _chunk(b"iTXt", b"a\0\1\0\0\0" + BOMB), rows=PIXEL),
    "iCCP": _png(1, 1, _chunk(b"iCCP", b"a\0\0" + BOMB), rows=PIXEL),
    "10,000 texts": _png(
        1,
        1,
        *[_chunk(b"tEXt", b"key%d\0" % index + b"x" * 50) for index in range(10_000)],
        rows=PIXEL,
    ),
}


def test_text_bombs_cost_no_memory(gate: Gate, tmp_path: Path) -> None:
    before = _memory()
    for answer in _ask(gate, tmp_path, list(TEXT_ATTACKS.values())):
        assert answer.error == "" or answer.error.startswith("broken:")
    assert _memory() < before + 100 * 2**20


def _animated(kind: str, frames: int) -> bytes:
    pictures = [Image.new("L", (4, 4), index % 256) for index in range(frames)]
    buffer = BytesIO()
    pictures[0].save(buffer, kind, save_all=True, append_images=pictures[1:], duration=10)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("kind", "frames"), [("GIF", 10_000), ("PNG", 10_000), ("WEBP", 300), ("TIFF", 300)]
)
def test_few_of_many_frames_are_read(kind: str, frames: int) -> None:
    data = _animated(kind, frames)
    start = time.process_time()
    row, _ = examine(data, SETTINGS)
    assert time.process_time() - start < 1
    assert (row["error"], row["width"], row["height"]) == ("", 4, 4)
    assert set(bytes.fromhex(row["content"]["grey"])) == {0}
    assert row["note"].endswith(("frames, shown: 1", "pages, first read"))


def test_a_loop_of_pages_is_not_followed() -> None:
    rows = bytes(16)
    entries = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, 8), (278, 4), (279, 16)]
    page = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries
    )
    data = b"II*\0" + struct.pack("<I", 24) + rows + page + struct.pack("<I", 24)
    start = time.process_time()
    assert _error(data) == ""
    assert time.process_time() - start < 1


def test_the_animated_png_that_kills_opencv(gate: Gate, tmp_path: Path) -> None:
    def frame(number: int, width: int) -> bytes:
        return _chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, 1, 0, 0, 1, 10, 0, 0))

    rows = zlib.compress(bytes(9))
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 1, 8, 0, 0, 0, 0))
    data += _chunk(b"acTL", struct.pack(">II", 3, 0)) + frame(0, 8) + _chunk(b"IDAT", rows)
    data += (
        frame(1, 2**31 - 1)
        + _chunk(b"fdAT", struct.pack(">I", 2) + rows)
        + frame(3, 8)
        + _chunk(b"IEND", b"")
    )
    (answer,) = _ask(gate, tmp_path, [data])
    assert answer.error == ""


def test_opencv_sees_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("OpenCV was given a file")

    for name in ("imread", "imdecode", "VideoCapture"):
        monkeypatch.setattr(cv2, name, forbidden)
    assert [_error(_drawn(kind)) for kind in FORMATS] == [""] * len(FORMATS)


def test_no_source_names_opencvs_decoders() -> None:
    forbidden = {
        "imread",
        "imdecode",
        "imreadmulti",
        "imdecodemulti",
        "imreadanimation",
        "VideoCapture",
    }
    for source in Path(curation.__file__).parent.rglob("*.py"):
        names = {
            node.attr
            for node in ast.walk(ast.parse(source.read_text()))
            if isinstance(node, ast.Attribute)
        }
        assert not names & forbidden, source


def test_decoding_leaves_no_trace_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for kind in FORMATS:
        examine(_drawn(kind), SETTINGS)
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == limits
    assert list(tmp_path.iterdir()) == []


def test_twice_the_same_bytes_give_twice_the_same_answer() -> None:
    for kind in FORMATS:
        assert examine(_drawn(kind), SETTINGS) == examine(_drawn(kind), SETTINGS)
