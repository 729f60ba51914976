"""Families: the kinds of illustrations and of photographs that a crawled folder may be made of.

A family is found by the words of a manifest: an illustration's by its style, a photograph's by its
class. Families weigh alike in a fit, however many pictures each has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inksift.curation.base.media import PHOTO

ILLUSTRATIONS: Mapping[str, tuple[str, ...]] = {
    "cartoons": (
        *("emoji_noto", "emoji_openmoji", "emoji_twemoji", "symbol_mulberry", "mascot_gopher"),
        *("anime", "cartoon", "clip_art", "game_cartoon", "game_flat"),
    ),
    "line art": ("line_art",),
    "3D emoji": ("emoji_fluent3d",),
    "storybook": ("storybook",),
    "ink and engravings": ("charcoal_drawing", "engraving", "ink_drawing", "old_print"),
    "watercolours": ("watercolour",),
    "paintings": ("painting_trad", "ukiyo_e", "woodblock", "botanical_plate"),
    "digital art": ("digital_painting", "digital_flat", "game_title_art"),
}
"""Styles of each family of illustrations; any other style is a family of its own."""

ON_WHITE = "products on white"
"""Photographs that look like drawings to a filter: figures leave them out where they say so."""

COLOUR = "colour photographs"
"""Photographs of every class that is not in PHOTOGRAPHS."""

PHOTOGRAPHS: Mapping[str, tuple[str, ...]] = {
    "black-and-white photographs": ("object_bw", "bw", "old_bw"),
    ON_WHITE: ("product_on_white", "cut_out"),
    "blurred photographs": ("blur",),
}
"""Classes of each family of photographs, but for COLOUR."""

SCENES = (COLOUR, "storybook", "watercolours", "paintings", "digital art")
"""Families whose pictures are scenes, from which a subject can be cut out."""


def family(kind: str, style: str, group: str) -> str:
    """The family of a picture, by its manifest's kind, style and class.

    >>> family("photo", "", "bw"), family("illustration", "comic", "cat")
    ('black-and-white photographs', 'comic')
    """
    if kind == PHOTO:
        return _holder(PHOTOGRAPHS, group) or COLOUR
    return _holder(ILLUSTRATIONS, style) or style


def in_order(families: Iterable[str]) -> list[str]:
    """Families of illustrations, each once: those of ILLUSTRATIONS in their order, then the others
    by name.

    >>> in_order(["manga", "paintings", "cartoons", "comic"])
    ['cartoons', 'paintings', 'comic', 'manga']
    """
    there = set(families)
    known = [name for name in ILLUSTRATIONS if name in there]
    return [*known, *sorted(there - set(known))]


def _holder(groups: Mapping[str, tuple[str, ...]], member: str) -> str:
    return next((name for name, members in groups.items() if member in members), "")
