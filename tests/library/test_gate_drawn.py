"""The formats that illustrators work with, from drawings that the tests make."""

from __future__ import annotations

import base64
import importlib.util
import sqlite3
import struct
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.drawn import found
from inksift.curation.gather.gate.drawn.fonts import family_there
from inksift.curation.gather.gate.drawn.jxl import jxl_header
from inksift.curation.gather.gate.formats import sniff
from inksift.curation.gather.gate.other_formats import OTHER_FORMATS, other_format
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.gate.undecodable import UndecodableError
from inksift.curation.gather.gate.worker import Settings
from tests.files import MAX_PIXELS, saved
from tests.odd_workers import odd_worker

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {}>{}</svg>'
)
CLEAR_CORNER = 20
"""Pixels of the side of the square that `cut_out` leaves clear."""


def needs(module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"the optional library {module} is not installed")


def drawing(size: tuple[int, int] = (96, 64)) -> Image.Image:
    image = Image.new("RGB", size, (200, 220, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((8, 8, 40, 40), fill=(220, 40, 30), outline="black")
    draw.ellipse((30, 20, 80, 60), fill=(30, 160, 60), outline="black")
    return image


def cut_out() -> Image.Image:
    image = drawing().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, CLEAR_CORNER, CLEAR_CORNER))
    return image


def on_white(image: Image.Image) -> np.ndarray:
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image.convert("RGBA")).convert("RGB"))


def read(data: bytes) -> np.ndarray:
    return decode(data, max_pixels=MAX_PIXELS).rgb


def refused(data: bytes, max_pixels: int = MAX_PIXELS) -> tuple[str, str]:
    with pytest.raises(UndecodableError) as caught:
        decode(data, max_pixels=max_pixels)
    return caught.value.reason, str(caught.value)


def levels_apart(one: np.ndarray, other: np.ndarray) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other.astype(int)).max())


# What is read


def jxl(image: Image.Image, **options: Any) -> bytes:
    import pillow_jxl  # noqa: F401  # Pillow learns the format from it

    buffer = BytesIO()
    image.save(buffer, "JXL", lossless=True, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("container", [False, True])
def test_jpeg_xl(container: bool) -> None:
    needs("pillow_jxl")
    picture = decode(jxl(drawing(), use_container=container), max_pixels=MAX_PIXELS)
    assert (picture.format, picture.note) == ("JXL", "")
    assert levels_apart(picture.rgb, np.asarray(drawing())) == 0
    assert levels_apart(read(jxl(cut_out())), on_white(cut_out())) <= 1


def test_jpeg_xl_made_of_a_jpeg_has_its_pixels() -> None:
    data = jpeg_in_jxl(lossless=True)
    assert levels_apart(read(data), read(jpeg())) == 0


def test_jpeg_xl_that_keeps_a_smaller_jpeg_is_read_by_itself() -> None:
    assert read(jpeg_in_jxl(lossless=False)).shape == (64, 96, 3)


def jpeg() -> bytes:
    buffer = BytesIO()
    drawing().save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def jpeg_in_jxl(*, lossless: bool) -> bytes:
    """The encoder halves what it keeps where it is not told to lose nothing."""
    needs("pillow_jxl")
    import pillow_jxl

    encoder = pillow_jxl.Encoder(mode="RGB", use_container=True, lossless=lossless)
    return bytes(encoder(jpeg(), 96, 64, jpeg_encode=True))


@pytest.mark.parametrize("size", [(8, 8), (96, 64), (64, 64), (1000, 40), (300, 9000), (1, 1)])
def test_size_of_a_jpeg_xl_is_known_before_it_is_decoded(size: tuple[int, int]) -> None:
    needs("pillow_jxl")
    data = jxl(Image.new("RGB", size, "teal"))
    assert jxl_header(data) == (size, False)
    assert refused(data, max_pixels=size[0] * size[1] - 1)[0] == "too_many_pixels"


def test_animated_jpeg_xl_is_refused_in_words() -> None:
    needs("pillow_jxl")
    # 40 x 20 with two frames, as cjxl writes it: the header says that it moves
    header = b"\xff\x0a\x98\x70\xc1" + bytes(60)
    assert jxl_header(header) == ((40, 20), True)
    assert refused(header) == ("kind_not_supported", "JPEG XL animation: export it as PNG")


def heic(image: Image.Image, **options: Any) -> bytes:
    import pillow_heif

    buffer = BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=-1, chroma=444, **options)
    return buffer.getvalue()


def test_heic() -> None:
    needs("pillow_heif")
    picture = decode(heic(drawing()), max_pixels=MAX_PIXELS)
    assert (picture.format, picture.note) == ("HEIC", "")
    assert levels_apart(picture.rgb, np.asarray(drawing())) <= 3
    assert levels_apart(read(heic(cut_out())), on_white(cut_out())) <= 3
    assert refused(heic(drawing()), max_pixels=6000)[0] == "too_many_pixels"


def test_heic_in_the_colours_that_it_names_by_number() -> None:
    needs("pillow_heif")
    wide = {"color_primaries": 12, "transfer_characteristics": 13, "matrix_coefficients": 6}
    red = Image.new("RGB", (64, 64), (200, 60, 60))
    plain, shown = (read(heic(red, **more))[32, 32] for more in ({}, wide))
    assert levels_apart(plain, np.array([200, 60, 60])) <= 3
    assert shown[0] > plain[0] + 5
    assert shown[1] < plain[1] - 5


def test_svg_is_drawn_at_a_stated_size() -> None:
    needs("resvg_py")
    square = '<rect width="10" height="10" fill="#c80000"/>'
    picture = decode(SVG.format('width="40" height="20"', square).encode(), max_pixels=MAX_PIXELS)
    assert (picture.format, picture.note, picture.rgb.shape) == ("SVG", "", (512, 1024, 3))
    assert picture.rgb[10, 10].tolist() == [200, 0, 0]
    assert picture.rgb[500, 1000].tolist() == [255, 255, 255]
    tall = read(SVG.format('viewBox="0 0 1 4000"', "").encode())
    assert tall.shape == (1024, 1, 3)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_svg_with_a_long_prolog(encoding: str) -> None:
    needs("resvg_py")
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- {"made by a program " * 60} -->'
    kind = '<!DOCTYPE svg [ <!ENTITY red "#f00"> ]>\n'
    body = SVG.format('width="9" height="9"', '<rect width="9" height="9" fill="&red;"/>')
    data = (prolog + kind + body).encode(encoding)
    assert sniff(data) == "SVG"
    assert read(data)[500, 500].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    "family",
    ["", 'font-family="Arial"', 'font-family="sans-serif"', 'font-family="No Such, fantasy"'],
)
def test_text_in_svg_is_drawn_whatever_fonts_there_are(family: str) -> None:
    needs("resvg_py")
    if not family_there():
        pytest.skip("no font on this machine")
    words = f'<text x="5" y="20" {family}>Hello</text>'
    data = SVG.format('width="90" height="30"', words).encode()
    assert int((read(data) < 128).all(axis=-1).sum()) > 500


def test_svg_says_whose_fonts_its_text_has() -> None:
    needs("resvg_py")
    data = SVG.format('width="90" height="30"', '<text x="5" y="20">Hello</text>').encode()
    assert decode(data, max_pixels=MAX_PIXELS).note.startswith("text_by_fonts")


LINKS = {
    "path": '<image href="{path}" width="9" height="9"/>',
    "xlink": '<image xlink:href="{path}" width="9" height="9"/>',
    "address": '<image href="file://{path}" width="9" height="9"/>',
    "with a space": '<image href=" {path}" width="9" height="9"/>',
    "filter": '<filter id="f"><feImage href="{path}"/></filter>'
    '<rect width="9" height="9" filter="url(#f)"/>',
    "entity": '<image href="&link;" width="9" height="9"/>',
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_svg_shows_nothing_from_outside(link: str, tmp_path: Path) -> None:
    needs("resvg_py")
    path = tmp_path / "secret.png"
    path.write_bytes(saved(Image.new("RGB", (9, 9), "red"), "PNG"))
    kind = f'<!DOCTYPE svg [ <!ENTITY link "{path}"> ]>'
    drawn = SVG.format('width="9" height="9"', link.format(path=path))
    picture = decode((kind + drawn).encode(), max_pixels=MAX_PIXELS)
    assert picture.note.startswith("linked_picture_left_out")
    assert (picture.rgb == 255).all() or "filter" in link
    assert not (picture.rgb == (255, 0, 0)).all(axis=2).any()


def test_svg_within_an_svg_shows_nothing_from_outside(tmp_path: Path) -> None:
    needs("resvg_py")
    path = tmp_path / "secret.png"
    path.write_bytes(saved(Image.new("RGB", (9, 9), "red"), "PNG"))
    inner = SVG.format('width="9" height="9"', LINKS["path"].format(path=path))
    packed = base64.b64encode(inner.encode()).decode()
    link = f'<image href="data:image/svg+xml;base64,{packed}" width="9" height="9"/>'
    assert (read(SVG.format('width="9" height="9"', link).encode()) == 255).all()


def test_svg_shows_the_picture_that_it_holds() -> None:
    needs("resvg_py")
    packed = base64.b64encode(saved(Image.new("RGB", (9, 9), "red"), "PNG")).decode()
    link = f'<image href="data:image/png;base64,{packed}" width="9" height="9"/>'
    picture = decode(SVG.format('width="9" height="9"', link).encode(), max_pixels=MAX_PIXELS)
    assert (picture.note, picture.rgb[500, 500].tolist()) == ("", [255, 0, 0])


def test_xml_that_unfolds_without_end_is_broken() -> None:
    needs("resvg_py")
    names = [f'<!ENTITY e{k} "{f"&e{k - 1};" * 10}">' for k in range(1, 30)]
    bomb = f'<!DOCTYPE svg [ <!ENTITY e0 "{"ha" * 20}"> {"".join(names)} ]>'
    drawn = SVG.format('width="9" height="9"', "<desc>&e29;</desc>")
    assert refused((bomb + drawn).encode())[0] == "broken:ParseError"


def archive(kind: str, members: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo("mimetype"), kind)
        for name, body in members.items():
            file.writestr(name, body)
    return buffer.getvalue()


ORA, KRA = "image/openraster", "application/x-krita"


@pytest.mark.parametrize(("kind", "name"), [(ORA, "ORA"), (KRA, "KRA")])
def test_flattened_picture_of_an_archive(kind: str, name: str) -> None:
    small = saved(drawing().resize((24, 16)), "PNG")
    members = {"Thumbnails/thumbnail.png": small, "mergedimage.png": saved(cut_out(), "PNG")}
    picture = decode(archive(kind, members), max_pixels=MAX_PIXELS)
    assert (picture.format, picture.note, picture.mode) == (name, "", "RGBA")
    assert levels_apart(picture.rgb, on_white(cut_out())) == 0


def test_archive_with_a_preview_only() -> None:
    picture = decode(archive(KRA, {"preview.png": saved(drawing(), "PNG")}), max_pixels=MAX_PIXELS)
    assert (picture.format, picture.note) == ("KRA", "preview")
    assert refused(archive(KRA, {"maindoc.xml": b""})) == (
        "kind_not_supported",
        "drawing without a flattened picture: export it as PNG",
    )


def test_archive_cannot_unfold_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inksift.curation.gather.gate.drawn.archives.MEMBER_BYTES", 2**20)
    data = archive(ORA, {"mergedimage.png": bytes(2**21)})
    reason, words = refused(data)
    assert reason == "broken:ValueError"
    assert words == "ORA: mergedimage.png unfolds to more than 1 MB"
    assert (
        refused(archive(ORA, {"mergedimage.png": saved(drawing(), "PNG")}), 6000)[0]
        == "too_many_pixels"
    )
    assert refused(archive(ORA, {"mergedimage.png": saved(drawing(), "PNG")})[:-80])[0] == (
        "broken:BadZipFile"
    )


def clip(schema: str, *values: object) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(schema)
        if values:
            database.execute("INSERT INTO CanvasPreview VALUES (1, ?)", values)
        database.commit()
        stored = database.serialize()
    chunks = [(b"CHNKHead", bytes(40)), (b"CHNKExta", bytes(99)), (b"CHNKSQLi", stored)]
    parts = [name + struct.pack(">Q", len(body)) + body for name, body in chunks]
    body = b"".join([*parts, b"CHNKFoot" + bytes(8)])
    return b"CSFCHUNK" + struct.pack(">QQ", 24 + len(body), 24) + body


TABLE = "CREATE TABLE CanvasPreview (MainId INTEGER, ImageData BLOB);"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"


def test_preview_of_a_clip_studio_file() -> None:
    picture = decode(clip(TABLE, saved(drawing(), "PNG")), max_pixels=MAX_PIXELS)
    assert (picture.format, picture.note) == ("CLIP", "preview")
    assert levels_apart(picture.rgb, np.asarray(drawing())) == 0


@pytest.mark.parametrize("data", [clip(TABLE), clip(TABLE, "text"), b"CSFCHUNK" + bytes(100)])
def test_clip_studio_file_without_a_preview(data: bytes) -> None:
    words = "Clip Studio Paint file without a preview: export it as PNG"
    assert refused(data) == ("kind_not_supported", words)


@pytest.mark.parametrize(
    "schema",
    [
        f"CREATE VIEW CanvasPreview AS {ENDLESS} SELECT max(i) AS ImageData FROM n;",
        "CREATE TABLE t (ImageData); CREATE VIEW CanvasPreview AS SELECT * FROM t;",
        "CREATE VIEW CanvasPreview AS SELECT randomblob(1000000000) AS ImageData;",
    ],
)
def test_database_of_a_stranger_runs_nothing(schema: str) -> None:
    assert refused(clip(schema))[0].startswith("broken:")


def psd(
    planes: np.ndarray,
    *,
    mode: int = 3,
    depth: int = 8,
    packed: bool = False,
    large: bool = False,
    layers: int = 0,
    palette: bytes = b"",
    flattened: bool = True,
) -> bytes:
    """A Photoshop file of channels x height x width samples."""
    channels, height, width = planes.shape
    header = struct.pack(
        ">4sH6xHIIHH", b"8BPS", 2 if large else 1, channels, height, width, depth, mode
    )
    info = b"8BIM" + struct.pack(">HHI", 1057, 0, 5) + struct.pack(">IB", 1, flattened) + b"\0"
    length = ">Q" if large else ">I"
    body = struct.pack(length, 2) + struct.pack(">h", layers)
    rows = [row.tobytes() for row in planes.reshape(channels * height, -1)]
    if packed:
        rows = [pack_bits(row) for row in rows]
        sizes = b"".join(struct.pack(">I" if large else ">H", len(row)) for row in rows)
        image = struct.pack(">H", 1) + sizes + b"".join(rows)
    else:
        image = struct.pack(">H", 0) + b"".join(rows)
    sections = (palette, info)
    parts = [struct.pack(">I", len(one)) + one for one in sections]
    return b"".join((header, *parts, struct.pack(length, len(body)), body, image))


def pack_bits(row: bytes) -> bytes:
    """Runs of up to 128 bytes, each said plainly, and runs of one value."""
    parts = []
    for start in range(0, len(row), 100):
        piece = row[start : start + 100]
        same = len(piece) > 1 and len(set(piece)) == 1
        parts.append(
            bytes([257 - len(piece), piece[0]]) if same else bytes([len(piece) - 1]) + piece
        )
    return b"".join(parts)


def planes_of(image: Image.Image) -> np.ndarray:
    values = np.asarray(image)
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_flattened_picture_of_a_photoshop_file(packed: bool, large: bool, depth: int) -> None:
    planes = planes_of(drawing())
    if depth == 16:
        planes = (planes.astype(np.uint16) * 257).astype(">u2")
    data = psd(planes, depth=depth, packed=packed, large=large)
    picture = decode(data, max_pixels=MAX_PIXELS)
    assert (picture.format, picture.mode, picture.note) == ("PSD", "RGB", "")
    assert levels_apart(picture.rgb, np.asarray(drawing())) == 0


def test_photoshop_lays_the_flattened_picture_on_white() -> None:
    alpha = planes_of(cut_out())[3:]
    on_page = np.concatenate([planes_of(Image.fromarray(on_white(cut_out()))), alpha])
    straight = planes_of(cut_out())
    for planes in (on_page, straight):
        assert levels_apart(read(psd(planes, layers=-1)), on_white(cut_out())) == 0
    selection = np.concatenate([planes_of(drawing()), alpha])
    assert levels_apart(read(psd(selection, layers=1)), np.asarray(drawing())) == 0


def test_photoshop_modes() -> None:
    grey = drawing().convert("L")
    assert levels_apart(read(psd(planes_of(grey), mode=1)), np.asarray(grey.convert("RGB"))) == 0
    ink = drawing().convert("CMYK")
    expected = np.asarray(ink.convert("RGB"))
    assert levels_apart(read(psd(255 - planes_of(ink), mode=4)), expected) == 0
    bits = np.packbits(np.asarray(grey) < 128, axis=1)[None]
    narrow = psd(bits, mode=0, depth=1)
    data = narrow[:18] + struct.pack(">I", grey.width) + narrow[22:]
    expected = np.where(np.asarray(grey) < 128, 0, 255)[..., None].repeat(3, 2)
    assert levels_apart(read(data), expected) == 0
    colours = drawing().quantize(16)
    table = np.zeros((256, 3), np.uint8)
    known = np.array(colours.getpalette(), np.uint8).reshape(-1, 3)
    table[: len(known)] = known
    data = psd(planes_of(colours), mode=2, palette=table.T.tobytes())
    assert levels_apart(read(data), np.asarray(colours.convert("RGB"))) == 0
    lab = np.stack([np.full((4, 4), level, np.uint8) for level in (137, 128, 128)])
    assert levels_apart(read(psd(lab, mode=9)), np.full((4, 4, 3), 128, np.uint8)) <= 2


def test_photoshop_files_that_are_not_read() -> None:
    planes = planes_of(drawing())
    assert refused(psd(planes, flattened=False)) == (
        "kind_not_supported",
        "Photoshop file saved without Maximise Compatibility: export it as PNG",
    )
    deep = planes.astype(">f4")
    assert refused(psd(deep, depth=32)) == (
        "kind_not_supported",
        "Photoshop file, mode 3 with 32 bits: export it as PNG",
    )
    assert refused(psd(planes), max_pixels=6000)[0] == "too_many_pixels"
    for data in (psd(planes), psd(planes, packed=True)):
        for size in (20, 40, len(data) // 2, len(data) - 1):
            assert refused(data[:size])[0].startswith("broken:")


# What is not read


@pytest.mark.parametrize("other", OTHER_FORMATS, ids=lambda other: other.name)
def test_every_other_format_is_called_by_its_name(other: Any) -> None:
    reason, words = refused(other.magic + bytes(300))
    assert reason == "format_not_allowed"
    assert words.startswith(other_format(other.magic + bytes(300)).name)  # type: ignore[union-attr]


def test_more_names() -> None:
    names = {
        b"\0\0\0\x18ftypmp42" + bytes(100): "MP4 video: only still pictures are read",
        b"\0\0\0\x18ftypqt  " + bytes(100): "QuickTime video: only still pictures are read",
        b"PK\3\4" + bytes(99) + b"QuickLook/Thumbnail.png": "Procreate file: share it as PNG",
        b"PK\3\4" + bytes(99): "ZIP archive: unpack it",
        b"x" * 257 + b"ustar": "tar archive: unpack it",
    }
    assert {data: refused(data) for data in names} == {
        data: ("format_not_allowed", words) for data, words in names.items()
    }


LIBRARIES = {
    "pillow_jxl": (b"\xff\x0a" + bytes(99), "JPEG XL: install inksift[jxl], or export it as PNG"),
    "pillow_heif": (
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99),
        "HEIC: install inksift[heic], or export it as PNG",
    ),
    "resvg_py": (SVG.format("", "").encode(), "SVG: install inksift[svg], or export it as PNG"),
}


@pytest.mark.parametrize("name", LIBRARIES)
def test_missing_library_is_named_with_its_remedy(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(module: str) -> None:
        raise ImportError(module)

    monkeypatch.setattr(found, "import_module", absent)
    data, words = LIBRARIES[name]
    assert refused(data) == ("decoder_missing", words)


# In the worker


SETTINGS = Settings(
    max_bytes=64 * 10**6,
    max_pixels=50_000_000,
    thumbnail_side_px=640,
    timeout_s=10,
    memory_bytes=2 * 2**30,
)
PLAIN_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with Gate(SETTINGS, workers=1) as gate:
        yield gate


def ask(gate: Gate, folder: Path, data: bytes) -> Decoded:
    path = folder / "file"
    path.write_bytes(data)
    with path.open("rb") as file:
        return gate.decode(file.fileno(), sha256(data).hexdigest())


def of_every_kind() -> dict[str, bytes]:
    """A file of each of these formats."""
    for module in LIBRARIES:
        needs(module)
    text = SVG.format('width="90" height="30"', '<text x="5" y="20">Hello</text>').encode()
    return {
        "JXL": jxl(drawing()),
        "HEIC": heic(drawing()),
        "SVG": text,
        "PSD": psd(planes_of(drawing()), packed=True),
        "ORA": archive(ORA, {"mergedimage.png": saved(drawing(), "PNG")}),
        "KRA": archive(KRA, {"mergedimage.png": saved(drawing(), "PNG")}),
        "CLIP": clip(TABLE, saved(drawing(), "PNG")),
    }


def test_a_confined_worker_reads_them_all(gate: Gate, tmp_path: Path) -> None:
    files = of_every_kind()
    answers = {kind: ask(gate, tmp_path, data) for kind, data in files.items()}
    assert {kind: answer.error for kind, answer in answers.items()} == dict.fromkeys(files, "")
    assert {kind: answer.format for kind, answer in answers.items()} == {
        kind: kind for kind in files
    }


LATE = """
late = sorted(set(sys.modules) - there)
if late: return {'error': 'memory', 'note': ' '.join(late)}, b''
return answer
"""
MARK_WHAT_IS_THERE = """
close = worker.confine

def confine(memory_bytes):
    global there
    layers = close(memory_bytes)
    there = set(sys.modules)
    return layers

worker.confine = confine
"""


def in_other_words(encoding: str) -> bytes:
    """A drawing whose XML is in an encoding of its own."""
    prolog = f'<?xml version="1.0" encoding="{encoding}"?>'
    drawn = SVG.format('width="9" height="9"', "<desc>\u0430</desc>")
    return (prolog + drawn).encode(encoding)


def test_nothing_is_imported_once_a_worker_is_confined(tmp_path: Path) -> None:
    """What comes later would find its files closed, on whichever picture needs it first."""
    body = "answer = honest(data, settings)" + LATE
    command = odd_worker(tmp_path, body, before=MARK_WHAT_IS_THERE)
    plain = [saved(drawing((200, 300)), kind) for kind in PLAIN_FORMATS]
    damaged = [data[: len(data) // 2] for data in plain]
    words = [in_other_words(encoding) for encoding in ("windows-1251", "koi8-r", "iso-8859-5")]
    with Gate(SETTINGS, workers=1, command=command) as gate:
        for data in (*plain, *of_every_kind().values(), *words):
            assert ask(gate, tmp_path, data).error == ""
        for data in damaged:
            assert ask(gate, tmp_path, data).error.startswith("broken:")


def doubled(depth: int) -> bytes:
    """A drawing that shows one square two to the power of `depth` times."""
    steps = [
        f'<g id="g{k}"><use href="#g{k - 1}"/><use href="#g{k - 1}" x="1"/></g>'
        for k in range(1, depth)
    ]
    square = '<g id="g0"><rect width="1" height="1"/></g>'
    last = f'<use href="#g{depth - 1}"/>'
    return SVG.format(
        'width="9" height="9"', f"<defs>{square}{''.join(steps)}</defs>{last}"
    ).encode()


def huge_picture() -> bytes:
    """A drawing that holds a PNG of ten gigabytes."""
    rows = zlib.compress(bytes(10**6))
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    chunks = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    ]
    packed = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()
    link = f'<image href="data:image/png;base64,{packed}" width="9" height="9"/>'
    return SVG.format('width="9" height="9"', link).encode()


HOSTILE = {
    "SVG that doubles": doubled(40),
    "SVG with a huge picture": huge_picture(),
    "SVG nested deeply": SVG.format("", "<g>" * 50_000 + "</g>" * 50_000).encode(),
    "SVG with a wide blur": SVG.format(
        'width="9" height="9"',
        '<filter id="f" x="-1e9" y="-1e9" width="2e9" height="2e9">'
        '<feGaussianBlur stdDeviation="1e8"/></filter>'
        '<rect width="9" height="9" filter="url(#f)"/>',
    ).encode(),
    "JPEG XL cut off": b"\xff\x0a\xff\x1f" + bytes(60),
    "CLIP that counts for ever": clip(
        f"CREATE VIEW CanvasPreview AS {ENDLESS} SELECT max(i) AS ImageData FROM n;"
    ),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_drawings_cost_themselves_alone(gate: Gate, tmp_path: Path, data: bytes) -> None:
    started = time.monotonic()
    ask(gate, tmp_path, data)
    assert time.monotonic() - started < 15
    assert ask(gate, tmp_path, saved(drawing(), "PNG")).error == ""


def test_settings_of_a_worker_are_read_without_them() -> None:
    loaded = (
        "import sys, inksift.curation.gather.gate.worker;"
        "print([name for name in sys.modules if name.partition('.')[0] in "
        "('pillow_jxl', 'pillow_heif', 'resvg_py', 'sqlite3') or '.gate.drawn' in name])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
