"""Figures with their captions below them on one sheet, small enough for an asset's metadata."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from inksift.curation.base.rgb import shrink
from inksift.curation.drawing.contact_sheet import GAP_PX, small_jpeg
from inksift.curation.drawing.drawing import lettered

_WIDTH_PX, _LINE_PX, _CHAR_PX, _MARGIN_PX = 226, 14, 6.1, 3
"""Pixels: a tile, a line of a caption, one of its letters, and the space above it. By eye."""


def captioned_sheet(figures: Sequence[tuple[bytes, str]], *, columns: int = 3) -> bytes | None:
    """A JPEG of at most 140 kB with our own pictures, all of one size, and their captions, a line
    each; None when there are none. Of a line that is too long, the end is left out."""
    if not figures:
        return None
    tiles = [
        shrink(np.asarray(Image.open(BytesIO(data)).convert("RGB")), _WIDTH_PX)
        for data, _ in figures
    ]
    captions = [caption.split("\n") for _, caption in figures]
    height, width = tiles[0].shape[:2]
    columns = min(columns, len(tiles))
    step = height + _LINE_PX * max(map(len, captions)) + 2 * GAP_PX, width + GAP_PX
    places = [
        (place // columns * step[0] + GAP_PX, place % columns * step[1] + GAP_PX)
        for place in range(len(tiles))
    ]
    sheet = np.full((places[-1][0] + step[0], columns * step[1] + GAP_PX, 3), 255, np.uint8)
    for (top, left), tile in zip(places, tiles, strict=True):
        sheet[top : top + height, left : left + width] = tile
    texts: list[tuple[int, int, str]] = []
    for place, lines in zip(places, captions, strict=True):
        texts += _below(place, height, lines)
    return small_jpeg(lettered(sheet, texts, most_chars=int(width / _CHAR_PX)))


def _below(place: tuple[int, int], height: int, lines: Sequence[str]) -> list[tuple[int, int, str]]:
    top, left = place
    return [
        (left, top + height + _MARGIN_PX + _LINE_PX * number, line)
        for number, line in enumerate(lines)
    ]
