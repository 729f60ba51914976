"""Bytes to one upright RGB picture, or the reason why not. Runs in the gate's sandboxed workers
only.

Errors: `empty`, `not_an_image`, `format_not_allowed`, `too_many_pixels`, `side_too_long`, `memory`
and `broken:<exception>`. A picture that lacks a single byte of its first frame or page is broken;
`gate.frames` says what is read of the others."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import NamedTuple

import cv2
from PIL import AvifImagePlugin, Image, ImageFile, PngImagePlugin, TiffImagePlugin, WebPImagePlugin

from curation.base.rgb import Rgb
from curation.base.unseen import NOTHING_UNSEEN, Unseen
from curation.gather.gate.formats import sniff
from curation.gather.gate.frames import choose_frame
from curation.gather.gate.ground import as_seen

VERSION = 3
"""Raised whenever the same bytes may give other pixels."""

MAX_SIDE_PX = 65_500
"""Longest side of a picture: libjpeg and libwebp stop near it, and so do 16-bit sizes."""

MAX_TEXT_BYTES = 4 * 2**20
"""Of one PNG text or colour profile after decompression: room for real ones, none for bombs."""

ORIENTATION_TAG = 0x0112
"""The EXIF tag that says how a picture is turned."""

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
        raise UndecodableError(*_explain(error)) from error


def _allowed_format(data: bytes) -> str:
    kind = sniff(data)
    if not data:
        raise UndecodableError("empty")
    if not kind:
        raise UndecodableError("not_an_image")
    if kind == "other":
        raise UndecodableError("format_not_allowed")
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
    with Image.open(BytesIO(data), formats=[kind]) as image:
        _check_size(image.size, max_pixels)
        # Pillow turns a TIFF while it loads, and decodes the other formats leniently if their EXIF
        # is read before
        mode, promised = image.mode, _orientation(image) if kind == "TIFF" else 0
        image.load()
        _check_size(image.size, max_pixels)
        orientation = _orientation(image)
        odd = not {promised, orientation} <= {0, 1, *UPRIGHTING}

        def upright(frame: Image.Image) -> Image.Image:
            return frame.transpose(UPRIGHTING[orientation]) if orientation in UPRIGHTING else frame

        shown, film = choose_frame(
            image,
            as_seen(upright(image), kind),
            kind=kind,
            upright=upright,
            data=data,
            max_pixels=max_pixels,
        )
        note = "; ".join(filter(None, ("odd_orientation" if odd else "", shown.note)))
        unseen = Unseen(shown.alpha, shown.ground, film)
        return Picture(shown.rgb, kind, mode, note, unseen, shown.identity)


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
        value = image.getexif().get(ORIENTATION_TAG, 0)
    except Exception:
        return -1
    return value if type(value) is int and value in (1, *UPRIGHTING) else -1 if value != 0 else 0


def _explain(error: Exception) -> tuple[str, str]:
    if isinstance(error, MemoryError) or (
        isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem
    ):
        return "memory", str(error)
    return f"broken:{type(error).__name__}", str(error)
