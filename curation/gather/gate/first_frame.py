"""A first frame that does not fill its canvas: what it leaves is clear, as browsers show it, and
not some colour of its palette."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image

CLEAR = (255, 255, 255, 0)
"""White that cannot be seen."""

FRAME_BYTES = 16
"""Of the header of a WebP frame: place, size, duration and flags."""

MOST_WEBP_CHUNKS = 1000
"""Looked at before the first frame: a real file has three or four there."""


class FramePart(NamedTuple):
    """Left, top, right and bottom of a frame on its canvas, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


def first_part(image: Image.Image, data: bytes) -> FramePart | None:
    """Where the first frame of an opened GIF or WebP lies; None where it fills the canvas.

    A GIF whose frame has a clear colour needs no help: Pillow fills the rest with it."""
    part = None
    if image.format == "GIF" and "transparency" not in image.info:
        part = FramePart(*image.tile[0][1]) if image.tile else None  # type: ignore[attr-defined]
    elif image.format == "WEBP":
        part = _webp_part(data)
    return None if part is None or part == (0, 0, *image.size) else part


def _webp_part(data: bytes) -> FramePart | None:
    place = 12
    for _ in range(MOST_WEBP_CHUNKS):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if kind == b"ANMF" and size >= FRAME_BYTES:
            left, top, width, height = (
                int.from_bytes(data[place + start : place + start + 3], "little")
                for start in (8, 11, 14, 17)
            )
            return FramePart(2 * left, 2 * top, 2 * left + width + 1, 2 * top + height + 1)
        if kind in (b"VP8 ", b"VP8L"):
            return None
        place += 8 + size + size % 2
    return None


def on_canvas(frame: Image.Image, size: tuple[int, int], place: tuple[int, int]) -> Image.Image:
    """The frame at its place on a clear canvas."""
    canvas = Image.new("RGBA", size, CLEAR)
    canvas.paste(frame.convert("RGBA"), place)
    return canvas


def cut_to_part(image: Image.Image, part: FramePart) -> Image.Image:
    """A loaded canvas on which nothing is seen beside the frame."""
    return on_canvas(image.crop(part), image.size, part[:2])
