"""The drawing in the formats that illustrators work with: for `formats.py`.

PSD is written by ImageMagick, JPEG XL by cjxl, HEIC by pillow-heif, and the others here."""

from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO

from format_encoders import MissingError, cut_out, drawing, magick, pillow, tool
from PIL import Image

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 64" width="96" height="64">{}</svg>'
SHAPES = (
    '<rect width="96" height="64" fill="#d0e0f0"/>'
    '<circle cx="30" cy="34" r="20" fill="#20c040" stroke="#000" stroke-width="2"/>'
    '<path d="M10 60 Q48 -10 90 60 Z" fill="#c03020" fill-opacity="0.5" stroke="#101018"/>'
)
GRADIENT = (
    '<defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/><stop offset="1" '
    'stop-color="#00f"/></linearGradient></defs><rect width="96" height="64" fill="url(#g)"/>'
)
STYLE = '<style>.a { fill: #8040c0 } circle { stroke: #000 }</style><circle class="a" r="40"/>'
CLIPPED = (
    '<clipPath id="c"><circle cx="48" cy="32" r="28"/></clipPath>'
    '<g clip-path="url(#c)"><rect width="96" height="64" fill="#806040"/></g>'
)

Named = tuple[str, str, Callable[[], bytes]]


def work_files() -> Iterator[Named]:
    """Format, name and maker of each."""
    yield from _jxl()
    yield from _heic()
    for name, body in {
        "shapes": SHAPES,
        "gradient": GRADIENT,
        "style sheet": STYLE,
        "clip path": CLIPPED,
    }.items():
        yield "SVG", name, lambda body=body: SVG.format(body).encode()
    yield from _psd()
    yield "ORA", "flattened picture", lambda: _archive("image/openraster", drawing())
    yield "ORA", "flattened picture, alpha", lambda: _archive("image/openraster", cut_out())
    yield "KRA", "flattened picture", lambda: _archive("application/x-krita", drawing())
    yield "CLIP", "preview", _clip


def _jxl() -> Iterator[Named]:
    def made(*options: str, image: Image.Image | None = None, kind: str = "PNG") -> bytes:
        options_of = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {}
        given = pillow(image or drawing(), kind, **options_of)
        return tool("cjxl", *options, "{in}", "{out}", given=given, suffix=kind.lower(), to="jxl")

    yield "JXL", "lossless", lambda: made("-d", "0")
    yield "JXL", "lossless, alpha", lambda: made("-d", "0", image=cut_out())
    yield "JXL", "lossless, container", lambda: made("-d", "0", "--container=1")
    yield "JXL", "distance 0.1", lambda: made("-d", "0.1")
    yield "JXL", "grey", lambda: made("-d", "0", image=drawing().convert("L"))
    yield "JXL", "progressive", lambda: made("-d", "0.1", "-p")
    yield "JXL", "made of a JPEG", lambda: made(kind="JPEG")


def _heic() -> Iterator[Named]:
    def made(image: Image.Image, **options: object) -> bytes:
        try:
            import pillow_heif
        except ImportError as error:
            raise MissingError("pillow-heif") from error
        buffer = BytesIO()
        pillow_heif.from_pillow(image).save(buffer, **options)
        return buffer.getvalue()

    yield "HEIC", "best quality, 4:4:4", lambda: made(drawing(), quality=-1, chroma=444)
    yield "HEIC", "quality 90, 4:4:4", lambda: made(drawing(), quality=90, chroma=444)
    yield "HEIC", "grey", lambda: made(drawing().convert("L"), quality=-1)
    yield "HEIC", "alpha", lambda: made(cut_out(), quality=-1, chroma=444)


def _psd() -> Iterator[Named]:
    for depth in ("8", "16"):
        for packing in ("None", "RLE"):
            yield (
                "PSD",
                f"ImageMagick, {depth} bits, {packing}",
                lambda depth=depth, packing=packing: magick(
                    "psd", "-depth", depth, "-compress", packing
                ),
            )
    yield "PSD", "ImageMagick, alpha", lambda: magick("psd", given=pillow(cut_out(), "PNG"))
    yield (
        "PSD",
        "ImageMagick, grey",
        lambda: magick("psd", given=pillow(drawing().convert("L"), "PNG")),
    )
    yield "PSD", "ImageMagick, large (PSB)", lambda: magick("psb")


def _archive(kind: str, image: Image.Image) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("mimetype", kind)
        file.writestr("mergedimage.png", pillow(image, "PNG"))
    return buffer.getvalue()


def _clip() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE CanvasPreview (MainId INTEGER, ImageData BLOB)")
        database.execute("INSERT INTO CanvasPreview VALUES (1, ?)", (pillow(drawing(), "PNG"),))
        database.commit()
        body = database.serialize()
    chunk = b"CHNKSQLi" + struct.pack(">Q", len(body)) + body
    return b"CSFCHUNK" + struct.pack(">QQ", 24 + len(chunk), 24) + chunk
