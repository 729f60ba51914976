"""How much more of a drawing one of two pictures shows, by the words of their transform."""

from __future__ import annotations

import re

_CROPPED, _EXTENDED = (re.compile(rf"\b{word} (\d+) %") for word in ("cropped", "extended"))


def shown_more(transform: str) -> float:
    """The share (-1 to 1) of a content that the second of two pictures shows and the first does
    not, less what it lacks; `transform` is in the words of PAIRS.

    >>> shown_more("resized to 50 %, cropped 12 %"), shown_more("extended 8 %"), shown_more("")
    (-0.12, 0.08, 0.0)
    """
    return _share(_EXTENDED, transform) - _share(_CROPPED, transform)


def _share(words: re.Pattern[str], transform: str) -> float:
    found = words.search(transform)
    return int(found[1]) / 100 if found else 0.0
