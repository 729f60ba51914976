"""How much of a drawing one of two pictures shows, by the words of their transform."""

from __future__ import annotations

import re

_CROPPED, _EXTENDED = (re.compile(rf"\b{word} (\d+) %") for word in ("cropped", "extended"))


def shown_more(transform: str) -> float:
    """The share (-1 to 1) of a content that the second of two pictures shows and the first does
    not, less what it lacks; `transform` is in the words of PAIRS.

    What a border adds is none of it.

    >>> shown_more("resized to 50 %, cropped 12 %"), shown_more("extended 8 %"), shown_more("")
    (-0.12, 0.08, 0.0)
    >>> shown_more("extended 8 %, border added")
    0.0
    """
    if framed(transform):
        return 0.0
    return _percent(_EXTENDED, transform) - _percent(_CROPPED, transform)


def framed(transform: str) -> int:
    """1 where the second of two pictures has a border that the first has not, -1 for the first.

    >>> framed("border added"), framed("border removed, cropped 4 %"), framed("mirrored")
    (1, -1, 0)
    """
    return int("border added" in transform) - int("border removed" in transform)


def _percent(words: re.Pattern[str], transform: str) -> float:
    found = words.search(transform)
    return (int(found[1]) if found else 0) / 100
