"""What each format needs to become the picture that people see: its pixels, colours, turn and
ground, and the frame that stands for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import NOTHING_UNSEEN, Unseen
from inksift.curation.gather.gate.clear_colour import with_clear_colour
from inksift.curation.gather.gate.colours import other_colours, png_colours
from inksift.curation.gather.gate.first_frame import cut_to_part, first_part, on_canvas
from inksift.curation.gather.gate.formats import PLAIN
from inksift.curation.gather.gate.frames import Chosen, choose_frame
from inksift.curation.gather.gate.ground import Shown, as_seen
from inksift.curation.gather.gate.jpeg import from_samples, read_frame, samples
from inksift.curation.gather.gate.png_chunks import read_png
from inksift.curation.gather.gate.srgb import ToSrgb, shown_image
from inksift.curation.gather.gate.tiff_samples import (
    TiffTag,
    read_directory,
    read_layout,
    read_samples,
)
from inksift.curation.gather.gate.undecodable import UndecodableError, check_size

ORIENTATION_TAG = 0x0112
"""The EXIF tag that says how a picture is turned."""

GUESSED_FROM = ("xmp", "XML:com.adobe.xmp", "Raw profile type exif")
"""Words beside EXIF that tell a turn, which no browser heeds."""

JPEG_START = b"\xff\xd8\xff"
"""How a JPEG starts; blank lines may stand before it."""

UPRIGHTING = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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


def load_picture(data: bytes, kind: str, max_pixels: int) -> Picture:
    """The picture in a file of this format, as `sniff` calls it. UndecodableError, or whatever a
    decoder raises, where there is none."""
    if kind not in PLAIN:
        return _load_drawn(data, kind, max_pixels)
    if kind == "JPEG":
        return _load_jpeg(data, max_pixels)
    if kind == "TIFF":
        return _load_tiff(data, max_pixels)
    return _load_png(data, max_pixels) if kind == "PNG" else _load_other(data, kind, max_pixels)


def _load_drawn(data: bytes, kind: str, max_pixels: int) -> Picture:
    """What illustrators work with; a file inside of another is read as if it lay alone."""
    from inksift.curation.gather.gate.drawn.found import Inside  # few files need them
    from inksift.curation.gather.gate.drawn.readers import READERS

    found = READERS[kind](data, lambda size: check_size(size, max_pixels))
    if isinstance(found, Inside):
        inner = load_picture(found.data, found.kind, max_pixels)
        return inner._replace(format=kind, note="; ".join(filter(None, (found.note, inner.note))))
    how, note = other_colours(kind, {"icc_profile": found.profile}, data)
    loaded = Loaded(kind, found.image.mode, 0, how, (found.note, note))
    return _told(Chosen(_seen(found.image, loaded)), loaded)


def _load_other(data: bytes, kind: str, max_pixels: int) -> Picture:
    with _opened(data, kind, max_pixels) as image:
        mode, part = image.mode, first_part(image, data)
        image.load()
        check_size(image.size, max_pixels)
        whole = cut_to_part(image, part) if part else image
        how, note = other_colours(kind, image.info, data)
        # No browser heeds the EXIF of a WebP, and the other formats have none
        turn = _orientation(image) if kind == "AVIF" else 0
        loaded = Loaded(kind, mode, turn, how, (note,))
        return _chosen(image, _seen(whole, loaded), loaded, data, max_pixels)


def _load_png(data: bytes, max_pixels: int) -> Picture:
    png = read_png(data)
    check_size(png.canvas, max_pixels)
    with _opened(png.data, "PNG", max_pixels) as image:
        mode = image.mode
        image.load()
        check_size(image.size, max_pixels)
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
        check_size((levels.shape[1], levels.shape[0]), max_pixels)
        rgb = _upright(from_samples(levels, how), loaded.orientation)
        return _told(Chosen(Shown(rgb)), loaded)


def _load_tiff(data: bytes, max_pixels: int) -> Picture:
    tags = read_directory(data)
    layout = read_layout(tags)
    check_size((layout.width, layout.height), max_pixels)
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
        check_size(image.size, max_pixels)
        # Lab says by itself which colours it means
        how, note = other_colours("TIFF", image.info, data) if mode != "LAB" else (None, "")
        loaded = Loaded("TIFF", mode, min(promised, 0), how, (note,))
        return _chosen(image, _seen(image, loaded), loaded, data, max_pixels)


@contextmanager
def _opened(data: bytes, kind: str, max_pixels: int) -> Iterator[Image.Image]:
    """The picture before its pixels are read, without the words from which Pillow would guess how
    it is turned."""
    with Image.open(BytesIO(data), formats=[kind]) as image:
        check_size(image.size, max_pixels)
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


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation: 0 for none, -1 for one that cannot be meant. Bad metadata costs no
    picture."""
    try:
        return _sensible(image.getexif().get(ORIENTATION_TAG, 0))
    except Exception:
        return -1


def _sensible(value: object) -> int:
    return value if type(value) is int and value in (0, 1, *UPRIGHTING) else -1
