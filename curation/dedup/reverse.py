"""A transform told the other way round: what makes the first of the second."""

from __future__ import annotations

import re
from collections.abc import Callable

_OPPOSITES = {"added": "removed", "removed": "added", "cropped": "extended", "extended": "cropped"}
_NUMBERS: dict[str, Callable[[float], float]] = {
    "resized to {} %": lambda percent: 10_000 / percent,
    "brightness x {}": lambda gain: 1 / gain,
    "turned {} degrees": lambda degrees: 360 - degrees,
}


def reverse(transform: str) -> str:
    """The words of a PAIRS transform from its second picture to its first.

    Mirroring undoes itself, with or without a turn. Words that have no opposite stay as they are.

    >>> reverse("turned 90 degrees, resized to 50 %, cropped 10 %, watermark added")
    'turned 270 degrees, resized to 200 %, extended 10 %, watermark removed'
    """
    mirrored = transform.startswith("mirrored")
    parts = transform.split(", ")
    return ", ".join(part if mirrored and part.startswith("turned") else _reversed(part) for part in parts)


def _reversed(part: str) -> str:
    for words, inverse in _NUMBERS.items():
        number = re.fullmatch(words.format(r"([\d.e+-]+)"), part)
        if number and float(number[1]):
            return words.format(f"{inverse(float(number[1])):.3g}")
    return " ".join(_OPPOSITES.get(word, word) for word in part.split(" "))
