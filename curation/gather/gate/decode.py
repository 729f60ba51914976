"""Bytes to one upright RGB picture, or the reason why not. Runs in the gate's sandboxed workers
only.

Errors: `empty`, `not_an_image`, `format_not_allowed`, `kind_not_supported`, `decoder_missing`,
`too_many_pixels`, `side_too_long`, `memory` and `broken:<exception>`. A picture that lacks a part
of its first frame or page is broken; `gate.frames` says what is read of the others.

Flags in a note: `odd_orientation` (a turn that cannot be meant), `odd_profile` (colours that cannot
be told), `odd_checksum` (a remark of a PNG with a wrong one, left out), `odd_jpeg` (bytes that
belong to nothing), `no_end_marker`, `preview` (only a small preview is there), `text_by_fonts`
(text of an SVG, drawn with the fonts of this machine), `linked_picture_left_out`."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import NamedTuple

import cv2
import numpy as np
from PIL import (
    AvifImagePlugin,
    Image,
    ImageFile,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from curation.base.rgb import Rgb
from curation.base.unseen import NOTHING_UNSEEN, Unseen
from curation.gather.gate.clear_colour import with_clear_colour
from curation.gather.gate.colours import other_colours, png_colours
from curation.gather.gate.first_frame import cut_to_part, first_part, on_canvas
from curation.gather.gate.formats import PLAIN, sniff
from curation.gather.gate.frames import Chosen, choose_frame
from curation.gather.gate.ground import Shown, as_seen
from curation.gather.gate.jpeg import from_samples, read_frame, samples
from curation.gather.gate.other_formats import other_format
from curation.gather.gate.png_chunks import read_png
from curation.gather.gate.srgb import ToSrgb, shown_image
from curation.gather.gate.tiff_samples import TiffTag, read_directory, read_layout, read_samples

VERSION = 4
"""Raised whenever the same bytes may give other pixels."""

MAX_SIDE_PX = 65_500
"""Longest side of a picture: libjpeg and libwebp stop near it, and so do 16-bit sizes."""

MAX_TEXT_BYTES = 4 * 2**20
"""Of one PNG text or colour profile after decompression: room for real ones, none for bombs."""

ORIENTATION_TAG = 0x0112
"""The EXIF tag that says how a picture is turned."""

GUESSED_FROM = ("xmp", "XML:com.adobe.xmp", "Raw profile type exif")
"""Words beside EXIF that tell a turn, which no browser heeds."""

JPEG_START = b"\xff\xd8\xff"
"""How a JPEG starts; blank lines may stand before it."""

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object lay in memory: another place in every run."""

UPRIGHTING = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PLUGINS = (AvifImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
"""Imported here so that Pillow knows their formats without searching for others."""


class UndecodableError(Exception):
    """The bytes give no picture: `reason` for the table, the text for a person."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


class Loaded(NamedTuple):
    """What a file says of a picture that is loaded: `how` its pixels become sRGB (None: they
    are)."""

    format: str
    mode: str
    orientation: int
    how: ToSrgb | None
    notes: tuple[str, ...]


class Picture(NamedTuple):
    """A decoded picture; `note` holds flags about the file, separated by "; ". `unseen` is what the
    picture does not show, and `identity` tells it from others of the same pixels."""

    rgb: Rgb
    format: str
    mode: str
    note: str
    unseen: Unseen = NOTHING_UNSEEN
    identity: bytes = b""


def decode(data: bytes, *, max_pixels: int) -> Picture:
    """The upright first picture in `data`; UndecodableError with the reason otherwise."""
    kind = _allowed_format(data)
    _be_strict(max_pixels)
    try:
        return _load(data, kind, max_pixels)
    except UndecodableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UndecodableError("too_many_pixels", str(error)) from error
    except Exception as error:
        reason, words = _explain(error)
        named = words if kind in PLAIN else f"{kind}: {words}"
        raise UndecodableError(reason, named) from error


def _allowed_format(data: bytes) -> str:
    kind = sniff(data)
    if not data:
        raise UndecodableError("empty")
    if not kind:
        raise UndecodableError("not_an_image")
    if kind == "other":
        other = other_format(data)
        raise UndecodableError("format_not_allowed", other.words if other else "")
    return kind


def _be_strict(max_pixels: int) -> None:
    """Set again before each file, since any import may have changed them."""
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = max_pixels
    PngImagePlugin.MAX_TEXT_CHUNK = MAX_TEXT_BYTES
    PngImagePlugin.MAX_TEXT_MEMORY = 4 * MAX_TEXT_BYTES
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def _load(data: bytes, kind: str, max_pixels: int) -> Picture:
    if kind not in PLAIN:
        return _load_drawn(data, kind, max_pixels)
    if kind == "JPEG":
        return _load_jpeg(data, max_pixels)
    if kind == "TIFF":
        return _load_tiff(data, max_pixels)
    return _load_png(data, max_pixels) if kind == "PNG" else _load_other(data, kind, max_pixels)


def _load_drawn(data: bytes, kind: str, max_pixels: int) -> Picture:
    """What illustrators work with; a file inside of another is read as if it lay alone."""
    from curation.gather.gate.drawn.found import Inside, NotReadError  # few files need them
    from curation.gather.gate.drawn.readers import READERS

    try:
        found = READERS[kind](data, lambda size: _check_size(size, max_pixels))
    except NotReadError as error:
        raise UndecodableError(error.reason, str(error)) from error
    if isinstance(found, Inside):
        inner = _load(found.data, found.kind, max_pixels)
        return inner._replace(format=kind, note="; ".join(filter(None, (found.note, inner.note))))
    how, note = other_colours(kind, {"icc_profile": found.profile}, data)
    loaded = Loaded(kind, found.image.mode, 0, how, (found.note, note))
    return _told(Chosen(_seen(found.image, loaded)), loaded)


def _load_other(data: bytes, kind: str, max_pixels: int) -> Picture:
    with _opened(data, kind, max_pixels) as image:
        mode, part = image.mode, first_part(image, data)
        image.load()
        _check_size(image.size, max_pixels)
        whole = cut_to_part(image, part) if part else image
        how, note = other_colours(kind, image.info, data)
        # No browser heeds the EXIF of a WebP, and the other formats have none
        turn = _orientation(image) if kind == "AVIF" else 0
        loaded = Loaded(kind, mode, turn, how, (note,))
        return _chosen(image, _seen(whole, loaded), loaded, data, max_pixels)


def _load_png(data: bytes, max_pixels: int) -> Picture:
    png = read_png(data)
    _check_size(png.canvas, max_pixels)
    with _opened(png.data, "PNG", max_pixels) as image:
        mode = image.mode
        image.load()
        _check_size(image.size, max_pixels)
        frame = with_clear_colour(image, png)
        whole = on_canvas(frame, png.canvas, png.place) if png.place else frame
        how, note = png_colours(png.remarks)
        loaded = Loaded("PNG", mode, _orientation(image), how, (png.note, note))
        first = _seen(whole, loaded)
        if not png.film:
            return _chosen(image, first, loaded, data, max_pixels)
    with _opened(png.film, "PNG", max_pixels) as image:
        return _chosen(image, first, loaded, data, max_pixels, begin=1)


def _load_jpeg(data: bytes, max_pixels: int) -> Picture:
    data = data[data.find(JPEG_START) :]
    frame = read_frame(data)
    if frame.unsupported:
        raise _not_supported(frame.unsupported)
    with _opened(data, "JPEG", max_pixels) as image:
        levels, odd = samples(data, frame, image.mode)
        how, note = other_colours("JPEG", image.info, data)
        loaded = Loaded("JPEG", image.mode, _orientation(image), how, (odd, note))
        if levels is None or image.mode == "CMYK":  # Pillow knows who stores ink as white
            image.load()
            return _told(Chosen(_seen(image, loaded)), loaded)
        _check_size((levels.shape[1], levels.shape[0]), max_pixels)
        rgb = _upright(from_samples(levels, how), loaded.orientation)
        return _told(Chosen(Shown(rgb)), loaded)


def _load_tiff(data: bytes, max_pixels: int) -> Picture:
    tags = read_directory(data)
    layout = read_layout(tags)
    _check_size((layout.width, layout.height), max_pixels)
    if not layout.wants_help:
        try:
            return _load_plain_tiff(data, max_pixels)
        except (UnidentifiedImageError, KeyError) as error:
            if not layout.readable:
                raise _not_supported(layout.words) from error
    if not layout.readable:
        raise _not_supported(layout.words)
    Image.MAX_IMAGE_PIXELS = max_pixels * layout.bytes_per_pixel
    image = read_samples(data, tags, layout)
    how, note = other_colours("TIFF", {"icc_profile": tags.get(TiffTag.PROFILE)}, data)
    turn = _sensible(tags.get(ORIENTATION_TAG, 0))
    loaded = Loaded("TIFF", image.mode, turn, how, (note,))
    return _told(Chosen(_seen(image, loaded)), loaded)


def _not_supported(kind: str) -> UndecodableError:
    return UndecodableError("kind_not_supported", f"kind not supported: {kind}")


def _load_plain_tiff(data: bytes, max_pixels: int) -> Picture:
    with _opened(data, "TIFF", max_pixels) as image:
        # Pillow turns a TIFF while it loads
        mode, promised = image.mode, _orientation(image)
        image.load()
        _check_size(image.size, max_pixels)
        # Lab says by itself which colours it means
        how, note = other_colours("TIFF", image.info, data) if mode != "LAB" else (None, "")
        loaded = Loaded("TIFF", mode, min(promised, 0), how, (note,))
        return _chosen(image, _seen(image, loaded), loaded, data, max_pixels)


@contextmanager
def _opened(data: bytes, kind: str, max_pixels: int) -> Iterator[Image.Image]:
    """The picture before its pixels are read, without the words from which Pillow would guess how
    it is turned."""
    with Image.open(BytesIO(data), formats=[kind]) as image:
        _check_size(image.size, max_pixels)
        for words in GUESSED_FROM:
            image.info.pop(words, None)
        yield image


def _seen(image: Image.Image, loaded: Loaded) -> Shown:
    """A frame as a screen shows it."""
    coloured = shown_image(image, loaded.how) if loaded.how else image
    turn = UPRIGHTING.get(loaded.orientation)
    return as_seen(coloured if turn is None else coloured.transpose(turn), loaded.format)


def _upright(rgb: Rgb, orientation: int) -> Rgb:
    turn = UPRIGHTING.get(orientation)
    return rgb if turn is None else np.asarray(Image.fromarray(rgb).transpose(turn))


def _chosen(
    image: Image.Image,
    first: Shown,
    loaded: Loaded,
    data: bytes,
    max_pixels: int,
    *,
    begin: int = 0,
) -> Picture:
    """The frame that stands for an opened file, whose `first` is its frame `begin`."""
    seen = partial(_seen, loaded=loaded)
    chosen = choose_frame(
        image, first, kind=loaded.format, seen=seen, data=data, max_pixels=max_pixels, begin=begin
    )
    return _told(chosen, loaded)


def _told(chosen: Chosen, loaded: Loaded) -> Picture:
    shown, film = chosen
    turned = "odd_orientation" if loaded.orientation < 0 else ""
    note = "; ".join(filter(None, (turned, *loaded.notes, shown.note)))
    unseen = Unseen(shown.alpha, shown.ground, film)
    return Picture(shown.rgb, loaded.format, loaded.mode, note, unseen, shown.identity)


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if min(size) < 1:
        raise UndecodableError("broken:NoPixels", f"{width} x {height}")
    if width * height > max_pixels:
        raise UndecodableError("too_many_pixels", f"{width} x {height}")
    if max(size) > MAX_SIDE_PX:
        raise UndecodableError("side_too_long", f"{width} x {height}")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation: 0 for none, -1 for one that cannot be meant. Bad metadata costs no
    picture."""
    try:
        return _sensible(image.getexif().get(ORIENTATION_TAG, 0))
    except Exception:
        return -1


def _sensible(value: object) -> int:
    return value if type(value) is int and value in (0, 1, *UPRIGHTING) else -1


def _explain(error: Exception) -> tuple[str, str]:
    if isinstance(error, MemoryError) or (
        isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem
    ):
        return "memory", str(error)
    if isinstance(error, UnidentifiedImageError):  # whose text names an object in memory
        return f"broken:{type(error).__name__}", "its headers are damaged"
    return f"broken:{type(error).__name__}", ADDRESS.sub("", str(error))
