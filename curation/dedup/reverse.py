"""A transform told the other way round: what makes the first of the second."""

from __future__ import annotations

import re
from collections.abc import Callable

_OPPOSITES = {"added": "removed", "removed": "added", "cropped": "extended", "extended": "cropped"}
_NUMBERS: dict[str, Callable[[float], str]] = {
    "resized to {} %": lambda percent: f"{10_000 / percent:.0f}",
    "brightness x {}": lambda gain: f"{1 / gain:.3g}",
    "turned {} degrees": lambda degrees: f"{360 - degrees:.0f}",
}


def reverse(transform: str) -> str:
    """The words of a PAIRS transform from its second picture to its first.

    Mirroring undoes itself, with or without a turn. Words that have no opposite stay as they are.

    >>> reverse("turned 90 degrees, resized to 50 %, cropped 10 %, watermark added")
    'turned 270 degrees, resized to 200 %, extended 10 %, watermark removed'
    """
    mirrored = transform.startswith("mirrored")
    parts = transform.split(", ")
    return ", ".join(
        part if mirrored and part.startswith("turned") else _reversed(part) for part in parts
    )


def _reversed(part: str) -> str:
    for words, inverse in _NUMBERS.items():
        number = re.fullmatch(words.format(r"([\d.e+-]+)"), part)
        if number and float(number[1]):
            return words.format(inverse(float(number[1])))
    return " ".join(_OPPOSITES.get(word, word) for word in part.split(" "))
