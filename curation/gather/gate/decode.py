"""Bytes to one upright RGB picture, or the reason why not. Runs in the gate's sandboxed workers
only.

Errors: `empty`, `not_an_image`, `format_not_allowed`, `kind_not_supported`, `decoder_missing`,
`refused_by_sandbox`, `too_many_pixels`, `side_too_long`, `memory` and `broken:<exception>`. A
picture that lacks a part of its first frame or page is broken; `gate.frames` says what is read of
the others.

Flags in a note: `odd_orientation` (a turn that cannot be meant), `odd_profile` (colours that cannot
be told), `odd_checksum` (a remark of a PNG with a wrong one, left out), `odd_jpeg` (bytes that
belong to nothing), `no_end_marker`, `preview` (only a small preview is there), `text_by_fonts`
(text of an SVG, drawn with the fonts of this machine), `linked_picture_left_out`."""

from __future__ import annotations

import re
import threading
import warnings

import cv2
from PIL import (
    AvifImagePlugin,
    Image,
    ImageFile,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from inksift.curation.gather.gate.formats import PLAIN, sniff
from inksift.curation.gather.gate.load import Picture, load_picture
from inksift.curation.gather.gate.other_formats import other_format
from inksift.curation.gather.gate.undecodable import UndecodableError

VERSION = 5
"""Raised whenever the same bytes may give other pixels."""

MAX_TEXT_BYTES = 4 * 2**20
"""Of one PNG text or colour profile after decompression: room for real ones, none for bombs."""

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object lay in memory: another place in every run."""

PLUGINS = (AvifImagePlugin, PngImagePlugin, TiffImagePlugin, WebPImagePlugin)
"""Imported here so that Pillow knows their formats without searching for others."""


def decode(data: bytes, *, max_pixels: int) -> Picture:
    """The upright first picture in `data`; UndecodableError with the reason otherwise."""
    kind = _allowed_format(data)
    _be_strict(max_pixels)
    try:
        return load_picture(data, kind, max_pixels)
    except UndecodableError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UndecodableError("too_many_pixels", str(error)) from error
    except (ImportError, PermissionError) as error:  # which says nothing of the file
        raise UndecodableError("refused_by_sandbox", f"{kind}: {error}") from error
    except Exception as error:
        if kind not in PLAIN and not _starts_threads():  # whose decoders say nothing of it
            words = f"{kind}: no thread can be started"
            raise UndecodableError("refused_by_sandbox", words) from error
        reason, words = _explain(error)
        named = words if kind in PLAIN else f"{kind}: {words}"
        raise UndecodableError(reason, named) from error


def _starts_threads() -> bool:
    try:
        thread = threading.Thread(target=int)
        thread.start()
    except RuntimeError:
        return False
    thread.join()
    return True


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


def _explain(error: Exception) -> tuple[str, str]:
    if isinstance(error, MemoryError) or (
        isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem
    ):
        return "memory", str(error)
    if isinstance(error, UnidentifiedImageError):  # whose text names an object in memory
        return f"broken:{type(error).__name__}", "its headers are damaged"
    return f"broken:{type(error).__name__}", ADDRESS.sub("", str(error))
