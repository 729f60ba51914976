"""Everything that is measured on a picture's pixels in the one decode that it gets."""

from __future__ import annotations

from typing import NamedTuple

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.strips import working_size
from inksift.curation.base.thumbnail_codec import pack
from inksift.curation.base.trim import trim
from inksift.curation.base.unseen import NOTHING_UNSEEN, Unseen, pack_unseen
from inksift.curation.gather.gate.content import Content, content_inside
from inksift.curation.gather.gate.detail import Detail, find_detail
from inksift.curation.gather.gate.page import page_of_all
from inksift.curation.gather.signals import SIGNALS


class Measures(NamedTuple):
    """The content inside the borders and its detail, the value of every signal, the working
    thumbnail, packed, what it does not show, packed, and which kind of `page` it is, if it is
    one."""

    content: Content
    detail: Detail
    signals: dict[str, float]
    thumbnail: bytes
    unseen: bytes
    page: str


def measure_pixels(
    rgb: Rgb,
    *,
    thumbnail_side_px: int,
    unseen: Unseen = NOTHING_UNSEEN,
    identity: bytes = b"",
) -> Measures:
    """Digest, size and detail from the full picture; everything else from its thumbnail. `unseen`
    is what it does not show, `identity` what tells it from others of the same pixels."""
    small = working_size(rgb, thumbnail_side_px)
    box = trim(small).content
    unseen = unseen.small(thumbnail_side_px)
    return Measures(
        content=content_inside(box, rgb, small, identity),
        detail=find_detail(box.scaled(small.shape[:2], rgb.shape[:2]).cut(rgb)),
        signals={signal.name: signal.of(small) for signal in SIGNALS},
        thumbnail=pack(small),
        unseen=pack_unseen(unseen),
        page=page_of_all(rgb, small, unseen),
    )
