"""Which family of fonts this machine has, for texts whose own it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from PIL import ImageFont

from inksift.curation.gather.gate.sandbox.landlock import font_folders

_ENDINGS = (".ttf", ".otf", ".ttc")
_PLAIN = ("dejavusans", "liberationsans", "notosans", "arial")
"""What is looked for first: families of nearly all letters, without frills."""


@cache
def family_there() -> str:
    """A family that can be drawn with, "" where there is no font. It is found once a process."""
    files = sorted(_files(), key=lambda file: (_rank(file), file))
    for file in files:
        with suppress(OSError, ValueError):  # not a font after all
            basic = ImageFont.Layout.BASIC  # the other loads a library when it is first used
            return str(ImageFont.truetype(str(file), layout_engine=basic).getname()[0] or "")
    return ""


def _files() -> Iterator[Path]:
    for folder in font_folders():
        found = Path(folder).rglob("*")
        yield from (file for file in found if file.suffix.lower() in _ENDINGS)


def _rank(file: Path) -> int:
    name = file.stem.lower().replace("-", "")
    ranks = (place for place, family in enumerate(_PLAIN) if name.startswith(family))
    return next(ranks, len(_PLAIN))
