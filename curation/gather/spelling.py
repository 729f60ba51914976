"""Classes whose names differ only in how they are written, and one class seems meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_BETWEEN = re.compile(r"[\s_\-\u00a0]+")


def written_alike(labels: Iterable[str]) -> list[list[str]]:
    """The labels that differ in Unicode form, case, width or in spaces, dashes and underscores
    alone; two or more at a time, in order.

    >>> written_alike(["Hatsune Miku", "owl", "hatsune_miku"])
    [['Hatsune Miku', 'hatsune_miku']]
    """
    groups: dict[str, list[str]] = {}
    for label in sorted(set(labels)):
        groups.setdefault(_meant(label), []).append(label)
    return [group for group in groups.values() if len(group) > 1]


def visibly(label: str) -> str:
    r"""A label in quotes, and where it holds more than plain letters also with their code points.

    >>> print(visibly("owl "), visibly("pé"))
    'owl ' 'pé' ('p\xe9')
    """
    points = label.encode("unicode_escape").decode("ascii")
    return f"'{label}'" if points == label else f"'{label}' ('{points}')"


def _meant(label: str) -> str:
    """What a person reads: compatible forms composed, without case; runs of what separates words
    are one space."""
    text = unicodedata.normalize("NFKC", label).casefold()
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text)).strip()
