"""The encoders of this machine, and files that are put together by hand: what `format_variants.py`
and `work_file_variants.py` write their variants with.

All draw the same picture, of which nothing is taken from anywhere."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageCms, ImageDraw

SIZE = (96, 64)
ICC = Path("/usr/share/color/icc")
"""Free profiles: Debian's libgs-common and icc-profiles-free."""

LONG_MS = 60_000
"""How long a frame stays, so that a screenshot shows the first."""

MAGICK = ("magick", "convert-im6.q16", "convert")
"""What ImageMagick is called; the first one found is run."""


class MissingError(Exception):
    """An encoder or a profile is not on this machine."""


class Variant(NamedTuple):
    """`make` gives the bytes; `kind` is the format and the suffix of the file."""

    kind: str
    name: str
    make: Callable[[], bytes]


def drawing() -> Image.Image:
    """Flat and graded colours, from black to white, with ink lines; without any symmetry."""
    width, height = SIZE
    across, down = np.linspace(0, 255, width), np.linspace(0, 255, height)[:, None]
    sky = [across + 0 * down, 255 - down + 0 * across, 128 + 0 * across * down]
    image = Image.fromarray(np.stack(np.broadcast_arrays(*sky), 2).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for index, colour in enumerate(("red", "#20c040", "blue", "#806040", "#f0d0b0", "#101018")):
        draw.rectangle((4 + 15 * index, 6, 16 + 15 * index, 24), fill=colour, outline="black")
    draw.ellipse((10, 30, 50, 60), fill="white", outline="black", width=2)
    draw.line((0, 63, 95, 28), fill="black", width=2)
    return image


def cut_out() -> Image.Image:
    """The drawing with a clear corner, an edge that fades, and half of the rest."""
    alpha = np.full(SIZE[::-1], 255, np.uint8)
    alpha[:20, :30] = 0
    alpha[40:, 60:] = np.linspace(0, 255, SIZE[0] - 60).astype(np.uint8)
    image = drawing()
    image.putalpha(Image.fromarray(alpha))
    return image


def deep() -> np.ndarray:
    """The drawing with 16 bits a channel, whose low bytes mean something."""
    ramp = (np.arange(SIZE[0] * SIZE[1] * 3, dtype=np.uint16) * 37 % 256).reshape(*SIZE[::-1], 3)
    return np.asarray(drawing()).astype(np.uint16) * 256 + ramp


# What writes files


def pillow(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tool(*command: str, given: bytes | None = None, suffix: str = "png", to: str = "out") -> bytes:
    """What a program writes; `{in}` and `{out}` stand for its files. Without `given`, the
    drawing."""
    program = next((name for name in _names(command[0]) if shutil.which(name)), None)
    if program is None:
        raise MissingError(command[0])
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / f"in.{suffix}", Path(folder) / f"out.{to}"
        source.write_bytes(pillow(drawing(), "PNG") if given is None else given)
        places = {"{in}": str(source), "{out}": str(target)}
        words = [_filled(word, places) for word in command[1:]]
        done = subprocess.run([program, *words], capture_output=True, check=False, cwd=folder)
        if not target.exists():
            raise MissingError(f"{program}: {done.stderr.decode(errors='replace')[-200:]}")
        return target.read_bytes()


def _names(program: str) -> tuple[str, ...]:
    return MAGICK if program == "magick" else (program,)


def _filled(word: str, places: dict[str, str]) -> str:
    for mark, place in places.items():
        word = word.replace(mark, place)
    return word


def magick(to: str, *options: str, prefix: str = "", given: bytes | None = None) -> bytes:
    return tool("magick", "{in}", *options, f"{prefix}{{out}}", given=given, to=to)


def vips(to: str, options: str = "", given: bytes | None = None) -> bytes:
    return tool("vips", "copy", "{in}", "{out}" + options, given=given, to=to)


def ffmpeg(to: str, *options: str, given: bytes | None = None) -> bytes:
    command = ("ffmpeg", "-loglevel", "error", "-y", "-i", "{in}", *options, "-frames:v", "1")
    return tool(*command, "{out}", given=given, to=to)


def ppm(image: Image.Image | None = None) -> bytes:
    return pillow(image or drawing(), "PPM")


def cjpeg(*options: str) -> bytes:
    command = ("cjpeg", "-quality", "90", *options, "-outfile", "{out}", "{in}")
    return tool(*command, given=ppm(), suffix="ppm", to="jpg")


def cwebp(*options: str, alpha: bool = False) -> bytes:
    given = pillow(cut_out() if alpha else drawing(), "PNG")
    return tool("cwebp", "-quiet", *options, "{in}", "-o", "{out}", given=given, to="webp")


def avifenc(*options: str, given: bytes | None = None) -> bytes:
    command = ("avifenc", "-s", "8", "--min", "0", "--max", "4", *options, "{in}", "{out}")
    return tool(*command, given=given, to="avif")


# Colour


def profile(name: str) -> bytes:
    path = ICC / name
    if not path.exists():
        raise MissingError(f"{path}")
    return path.read_bytes()


def converted(name: str, mode: str = "RGB") -> tuple[Image.Image, bytes]:
    """The drawing in the colours of a profile, and the profile."""
    icc, srgb = profile(name), ImageCms.createProfile("sRGB")
    theirs = ImageCms.ImageCmsProfile(BytesIO(icc))
    transform = ImageCms.buildTransform(srgb, theirs, "RGB", mode)
    transform.output_profile = ImageCms.ImageCmsProfile(srgb)  # not all profiles write back
    return transform.apply(drawing()), icc


def in_profile(kind: str, name: str, mode: str = "RGB", **options: Any) -> bytes:
    image, icc = converted(name, mode)
    return pillow(image, kind, icc_profile=icc, **options)


def powered(exponent: float) -> Image.Image:
    """The drawing with its linear light raised to `exponent`."""
    values = np.asarray(drawing()) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return Image.fromarray(np.rint(linear**exponent * 255).astype(np.uint8))


# PNG by the chunk


def chunk(kind: bytes, body: bytes, *, wrong: int = 0) -> bytes:
    checksum = zlib.crc32(kind + body) ^ wrong
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length


def with_chunks(data: bytes, *extra: bytes, without: tuple[bytes, ...] = ()) -> bytes:
    """A PNG with more chunks behind its header."""
    (first, header), *rest = [pair for pair in chunks(data) if pair[0] not in without]
    body = b"".join(chunk(*pair) for pair in rest)
    return data[:8] + chunk(first, header) + b"".join(extra) + body


def png(*extra: bytes, image: Image.Image | None = None) -> bytes:
    return with_chunks(pillow(image or drawing(), "PNG"), *extra)


def written_png(rows: np.ndarray, *extra: bytes, bits: int, colour: int) -> bytes:
    """A PNG of packed rows of bytes, for depths that Pillow does not write."""
    height = len(rows)
    header = struct.pack(">IIBBBBB", SIZE[0], height, bits, colour, 0, 0, 0)
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    body = chunk(b"IDAT", zlib.compress(lines.tobytes()))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + b"".join(extra) + body + chunk(b"IEND", b"")


def packed_grey(bits: int) -> np.ndarray:
    values = np.asarray(drawing().convert("L")) >> (8 - bits)
    grouped = values.reshape(SIZE[1], -1, 8 // bits)
    weights = 1 << np.arange(8 - bits, -1, -bits)
    return (grouped * weights).sum(axis=2).astype(np.uint8)


def big_endian(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values.astype(">u2")).reshape(SIZE[1], -1).view(np.uint8)


def grey_key_png(bits: int) -> bytes:
    """Grey with one level that is clear."""
    if bits == 16:
        values = np.asarray(drawing().convert("L")).astype(np.uint16) * 256 + 7
        return written_png(
            big_endian(values), chunk(b"tRNS", struct.pack(">H", values[12, 55])), bits=16, colour=0
        )
    key = int(np.asarray(drawing().convert("L"))[12, 55]) >> (8 - bits)
    return written_png(
        packed_grey(bits), chunk(b"tRNS", struct.pack(">H", key)), bits=bits, colour=0
    )


def colour_key_png(bits: int) -> bytes:
    """Colours with one that is clear: with 16 bits, not others of the same high bytes."""
    if bits == 8:
        return png(chunk(b"tRNS", struct.pack(">HHH", 32, 192, 64)))
    values = deep()
    values[30:60, 10:50] = 0x4040
    values[40:50, 20:40] = 0x4041
    return written_png(
        big_endian(values), chunk(b"tRNS", struct.pack(">HHH", *[0x4040] * 3)), bits=16, colour=2
    )


def apng(*, hidden: bool) -> bytes:
    first, second = drawing(), drawing().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    start = Image.new("RGB", SIZE, "magenta") if hidden else first
    more = [first, second] if hidden else [second]
    options = {"save_all": True, "append_images": more, "duration": LONG_MS}
    return pillow(start, "PNG", default_image=hidden, **options)


def trimmed_apng() -> bytes:
    """A first frame in the middle of the canvas, behind a hidden default image."""
    header, *rest = chunks(pillow(drawing(), "PNG"))
    part = b"".join(
        body
        for kind, body in chunks(pillow(drawing().crop((0, 0, 50, 40)), "PNG"))
        if kind == b"IDAT"
    )
    control = struct.pack(">IIIIIHHBB", 0, 50, 40, 20, 10, 60, 1, 0, 0)
    frames = [
        (b"acTL", struct.pack(">II", 1, 0)),
        *((kind, body) for kind, body in rest if kind == b"IDAT"),
        (b"fcTL", control),
        (b"fdAT", struct.pack(">I", 1) + part),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in (header, *frames))


# Orientation


def exif(orientation: int) -> bytes:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def xmp(orientation: int) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        f'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{orientation}"/>'
        "</rdf:RDF></x:xmpmeta>"
    ).encode()


# Animations whose first frame does not fill the canvas


def trimmed_gif() -> bytes:
    """The drawing in the middle of a larger canvas, as optimisers leave it."""
    part = pillow(drawing().crop((20, 10, 70, 50)).quantize(64), "PNG")
    options = ("-page", "96x64+20+10", "-set", "delay", "6000")
    return magick("gif", *options, given=part)


def opaque_trimmed_gif() -> bytes:
    """A GIF without any clear colour on a canvas that is larger than its frame."""
    data = bytearray(pillow(drawing().crop((0, 0, 50, 40)).quantize(64), "GIF"))
    frame = data.index(b",\0\0\0\0\x32\0\x28\0")
    data[6:10] = struct.pack("<HH", *SIZE)
    data[frame + 1 : frame + 5] = struct.pack("<HH", 20, 10)
    return bytes(data)


def trimmed_webp() -> bytes:
    """A first frame in the middle of the canvas, and a poorer second one in the corner that makes
    the canvas larger."""
    whole, size = drawing(), SIZE
    part = pillow(whole.crop((20, 10, 70, 50)), "WEBP", lossless=True)
    corner = pillow(Image.new("RGB", (2, 2), "white"), "WEBP", lossless=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corner.webp"
        path.write_bytes(corner)
        last = f"+6000+{size[0] - 2}+{size[1] - 2}+0+b"
        frames = ("-frame", "{in}", "+6000+20+10+0+b", "-frame", str(path), last)
        return tool("webpmux", *frames, "-o", "{out}", given=part, suffix="webp", to="webp")


def animation(kind: str, **options: Any) -> bytes:
    second = drawing().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return pillow(
        drawing(), kind, save_all=True, append_images=[second], duration=LONG_MS, **options
    )
