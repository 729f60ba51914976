"""Everything that is measured on a picture's pixels in the one decode that it gets."""

from __future__ import annotations

from typing import NamedTuple

from curation.base.rgb import Rgb
from curation.base.strips import working_size
from curation.base.thumbnail_codec import pack
from curation.gather.gate.content import Content, find_content
from curation.gather.signals import SIGNALS


class Measures(NamedTuple):
    """The content inside the borders, the value of every signal, and the working thumbnail,
    packed."""

    content: Content
    signals: dict[str, float]
    thumbnail: bytes


def measure_pixels(rgb: Rgb, *, thumbnail_side_px: int) -> Measures:
    """Digest and size from the full picture; everything else from its thumbnail."""
    small = working_size(rgb, thumbnail_side_px)
    return Measures(
        content=find_content(rgb, small),
        signals={signal.name: signal.of(small) for signal in SIGNALS},
        thumbnail=pack(small),
    )
