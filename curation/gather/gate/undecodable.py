"""How the gate says that a file gives no picture, and the sizes of which that is said."""

from __future__ import annotations

MAX_SIDE_PX = 65_500
"""Longest side of a picture: libjpeg and libwebp stop near it, and so do 16-bit sizes."""


class UndecodableError(Exception):
    """The bytes give no picture: `reason` for the table, the text for a person."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail)
        self.reason = reason


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """UndecodableError for a width and height that are not decoded."""
    width, height = size
    if min(size) < 1:
        raise UndecodableError("broken:NoPixels", f"{width} x {height}")
    if width * height > max_pixels:
        raise UndecodableError("too_many_pixels", f"{width} x {height}")
    if max(size) > MAX_SIDE_PX:
        raise UndecodableError("side_too_long", f"{width} x {height}")
