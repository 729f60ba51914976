"""What a person meant who mistyped a name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_ALIKE = 0.6
"""Share of letters in common from which a name may be meant: difflib's own."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence that lists `known`: which of them `name` may stand for; "" for none.

    >>> did_you_mean("duplicate", ["images", "duplicates"])
    '; did you mean duplicates?'
    >>> did_you_mean("Fox", ["fox", "cat"]), did_you_mean("resnet", ["fox", "cat"])
    ('; did you mean fox?', '')
    """
    by_folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=_ALIKE)
    return f"; did you mean {by_folded[close[0]]}?" if close else ""
