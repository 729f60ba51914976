"""The filter over every picture of the report: an index that a script searches, and the tiles that
it shows.

The first tiles of each reason stand in the page. The others travel as chunks, JSON lists of HTML by
the same macro, compressed: the browser parses none of them before it is shown."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.drawing.templating import printable
from inksift.curation.report.gallery import Gallery
from inksift.curation.report.rendering import report_templates
from inksift.curation.report.tiles import Tile
from inksift.curation.verdict.conservation import DECIDERS

NO_CLASS = "(no class)"
MARKS = ("", *AI_MARKS)
CHUNK = 60
"""Tiles that are compressed together."""

_DIGITS = 4
"""Decimal places of a probability in the index."""


def finder_values(galleries: Sequence[Gallery]) -> dict[str, Any] | None:
    """What the section shows: galleries with tiles as reasons, classes and the AI marks that there
    are with counts, the index, the chunks; None for no tile.

    The index has one entry per tile in every list: first those that stand in the page, in their
    order, then those in the chunks. `reason`, `class`, `by` and `mark` are places in the lists of
    names, `p` is missing where a copy was judged through another."""
    held = [part for part in galleries if part.tiles]
    rows: list[tuple[int, Tile]] = []
    rest: list[tuple[int, Tile]] = []
    for place, part in enumerate(held):
        rows += ((place, tile) for tile in part.first)
        rest += ((place, tile) for tile in part.tiles[len(part.first) :])
    if not rows:
        return None
    counts = Counter(_shown(tile.label) for _, tile in [*rows, *rest])
    chunks = [rest[start : start + CHUNK] for start in range(0, len(rest), CHUNK)]
    classes = sorted(counts)
    return {
        "reasons": held,
        "classes": [(name, counts[name]) for name in classes],
        "deciders": DECIDERS,
        "marks": _marks([tile for _, tile in [*rows, *rest]]),
        "missing": sum(part.count for part in galleries) - len(rows) - len(rest),
        "index": {
            "chunk": CHUNK,
            "reasons": [part.key for part in held],
            "classes": classes,
            "deciders": DECIDERS,
            "marks": MARKS,
        }
        | _columns([*rows, *rest], {name: place for place, name in enumerate(classes)}),
        "chunks": [_packed_tiles(chunk) for chunk in chunks],
    }


def _marks(tiles: Sequence[Tile]) -> list[tuple[str, str, int]]:
    """Every mark that there is, in words, and how many tiles have it."""
    counts = Counter(tile.ai_mark for tile in tiles)
    return [(name, words, counts[name]) for name, words in AI_MARKS.items() if counts[name]]


def _packed_tiles(chunk: Sequence[tuple[int, Tile]]) -> str:
    return packed([tile for _, tile in chunk])


def packed(tiles: Sequence[Tile]) -> str:
    """The tiles as HTML: a JSON list, compressed with gzip, in base64."""
    template = report_templates().get_template("tile.html.j2")
    cards = json.dumps([template.render(tile=tile).strip() for tile in tiles])
    return base64.b64encode(gzip.compress(cards.encode(), 6, mtime=0)).decode()


def _columns(rows: Sequence[tuple[int, Tile]], classes: dict[str, int]) -> dict[str, list[Any]]:
    return {
        "reason": [place for place, _ in rows],
        "class": [classes[_shown(tile.label)] for _, tile in rows],
        "by": [DECIDERS.index(tile.decided_by) for _, tile in rows],
        "mark": [MARKS.index(tile.ai_mark) for _, tile in rows],
        "p": [None if tile.p_photo is None else round(tile.p_photo, _DIGITS) for _, tile in rows],
        "path": [tile.path for _, tile in rows],
    }


def _shown(label: str) -> str:
    """The class as the page writes it, so that the name chosen in it is the one in the index."""
    return str(printable(label)) or NO_CLASS
