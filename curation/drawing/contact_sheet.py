"""Many pictures at a glance: tiles on a grey ground, small enough for an asset's metadata."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from inksift.curation.base.engine import per_item
from inksift.curation.base.rgb import Rgb, shrink

GREY = 222
"""Level (0 to 255) of what a picture leaves of its square."""

GAP_PX = 4
"""Pixels between two squares."""

MOST_SHEET_BYTES = 140_000
"""Bytes of a sheet: it travels inside a table, and is shown in the Dagster UI."""

_QUALITIES = (85, 70, 50)
"""JPEG qualities, tried in turn until a sheet is small enough."""


def contact_sheet(
    image_ids: Sequence[str],
    read: Callable[[str], Rgb],
    *,
    tile_px: int = 96,
    columns: int = 8,
    limit: int = 48,
) -> bytes | None:
    """A JPEG of at most 140 kB with the first `limit` pictures, whole and undistorted; None when
    there are none."""
    if not image_ids:
        return None
    tiles = per_item(lambda image_id: on_grey(read(image_id), tile_px), list(image_ids[:limit]))
    return small_jpeg(_grid(tiles, columns))


def small_jpeg(sheet: Rgb) -> bytes:
    """A JPEG of at most 140 kB: coarser, then smaller, until it fits."""
    return next(data for data in _smaller_and_smaller(sheet) if len(data) <= MOST_SHEET_BYTES)


def on_grey(picture: Rgb, side_px: int) -> Rgb:
    """`picture` fitted into a grey square of `side_px`; it is never enlarged."""
    small = shrink(picture, side_px)
    height, width = small.shape[:2]
    tile = np.full((side_px, side_px, 3), GREY, np.uint8)
    top, left = (side_px - height) // 2, (side_px - width) // 2
    tile[top : top + height, left : left + width] = small
    return tile


def jpeg(picture: Rgb, quality: int) -> bytes:
    """Our own encoding of the pixels: no metadata, no profile, nothing after the end."""
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def data_uri(data: bytes, mime: str) -> str:
    """The bytes as an address that needs no request.

    >>> data_uri(b"hi", "text/plain")
    'data:text/plain;base64,aGk='
    """
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def markdown_image(data: bytes, mime: str, alt: str) -> str:
    """The picture as Markdown, for an asset's metadata; `alt` keeps only what cannot end the text
    early."""
    safe = "".join(char for char in alt if char.isalnum() or char in " .,:-")
    return f"![{safe}]({data_uri(data, mime)})"


def _grid(tiles: Sequence[Rgb], columns: int) -> Rgb:
    side = tiles[0].shape[0]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    step = side + GAP_PX
    sheet = np.full((rows * step + GAP_PX, columns * step + GAP_PX, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        top, left = (GAP_PX + step * part for part in divmod(place, columns))
        sheet[top : top + side, left : left + side] = tile
    return sheet


def _smaller_and_smaller(sheet: Rgb) -> Iterator[bytes]:
    while True:
        yield from (jpeg(sheet, quality) for quality in _QUALITIES)
        sheet = shrink(sheet, max(1, max(sheet.shape[:2]) * 3 // 4))
