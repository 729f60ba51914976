"""Files of pictures as bytes, and what the gate reads of them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from inksift.curation.gather.gate.decode import decode
from inksift.curation.gather.gate.load import Picture

MAX_PIXELS = 10**7
_HEADER_END = 33
"""Bytes of a PNG up to the end of its header."""


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The picture as Pillow writes it."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def picture_in(data: bytes) -> Picture:
    """What the gate reads of a sound file."""
    return decode(data, max_pixels=MAX_PIXELS)


def png_chunk(kind: bytes, body: bytes, *, wrong: int = 0) -> bytes:
    """A chunk of a PNG; these bits of its checksum are wrong."""
    checksum = zlib.crc32(kind + body) ^ wrong
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)


def with_chunks(data: bytes, *extra: bytes) -> bytes:
    """A PNG with chunks between its header and the rest."""
    return data[:_HEADER_END] + b"".join(extra) + data[_HEADER_END:]
