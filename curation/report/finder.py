"""The filter over every picture of the report: an index that a script searches, and the tiles that
it shows.

The first tiles of each reason stand in the page. The others travel as chunks, JSON lists of HTML by
the same macro, compressed, in the page or in files beside it: the browser parses none of them
before it is shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.vectors import blocks_of
from inksift.curation.drawing.templating import printable
from inksift.curation.report.beside import TILES, Shelf, index_beside, tiles_beside
from inksift.curation.report.gallery import Gallery, thumbnails_of
from inksift.curation.report.packed import packed_tiles
from inksift.curation.report.tiles import Facts
from inksift.curation.verdict.conservation import DECIDERS

NO_CLASS = "(no class)"
MARKS = ("", *AI_MARKS)
CHUNK = 60
"""Tiles that are compressed together in a page."""

_DIGITS = 4
"""Decimal places of a probability in the index."""

_PLACE = "gallery"
"""The column of rows that says of which gallery they are."""


class Finder:
    """The filter over the pictures of some galleries."""

    def __init__(
        self,
        galleries: Sequence[Gallery],
        images: pd.DataFrame,
        facts: Facts,
        read: Callable[[str], Rgb],
    ) -> None:
        self._galleries, self._images, self._facts, self._read = galleries, images, facts, read
        parts = [part.rows.assign(**{_PLACE: place}) for place, part in enumerate(galleries)]
        shown = [len(part.first) for part in galleries]
        first = [part.head(count) for part, count in zip(parts, shown, strict=True)]
        rest = [part.iloc[count:] for part, count in zip(parts, shown, strict=True)]
        self._rest = pd.concat(rest, ignore_index=True) if parts else pd.DataFrame()
        self._rows = pd.concat([*first, self._rest], ignore_index=True) if parts else pd.DataFrame()

    def __len__(self) -> int:
        return len(self._rows)

    def in_page(self, side_px: int) -> dict[str, Any] | None:
        """What the section shows where the page holds all; None for no picture."""
        if self._rows.empty:
            return None
        address = thumbnails_of([self._rest], self._images, self._facts, self._read, side_px)
        blocks = blocks_of(len(self._rest), CHUNK)
        tiles = (self._facts.tiles(self._rest.iloc[block], address.__getitem__) for block in blocks)
        return self._values(
            {"chunk": CHUNK} | self._columns(), chunks=list(map(packed_tiles, tiles))
        )

    def beside(
        self, shelf: Shelf, *, side_px: int, version: str, part_of: Mapping[str, str]
    ) -> dict[str, Any]:
        """What it shows where a shelf holds the tiles that are not in the page, and the index."""
        names = tiles_beside(
            self._rest,
            self._images,
            self._facts,
            self._read,
            shelf,
            side_px=side_px,
            version=version,
            part_of=part_of,
        )
        names["columns"] = index_beside(self._columns(), shelf)
        return self._values({"chunk": TILES, "beside": names}, chunks=[])

    def _values(self, index: dict[str, Any], chunks: list[str]) -> dict[str, Any]:
        """Galleries as reasons, classes and the AI marks that there are with counts, the index, the
        chunks.

        The index has one entry per tile in every list: first those that stand in the page, in their
        order, then those in the chunks. `reason`, `class`, `by` and `mark` are places in the lists
        of names, `p` is missing where a copy was judged through another."""
        counts = _shown(self._rows["label"]).value_counts().sort_index()
        names = {
            "reasons": [part.key for part in self._galleries],
            "classes": counts.index.tolist(),
            "deciders": DECIDERS,
            "marks": MARKS,
        }
        return {
            "reasons": self._galleries,
            "classes": list(counts.items()),
            "deciders": DECIDERS,
            "marks": self._marks(),
            "index": names | index,
            "chunks": chunks,
        }

    def _marks(self) -> list[tuple[str, str, int]]:
        """Every mark that there is, in words, and how many tiles have it."""
        counts = Counter(map(self._facts.marks.get, self._rows["path"]))
        return [(name, words, counts[name]) for name, words in AI_MARKS.items() if counts[name]]

    def _columns(self) -> dict[str, list[Any]]:
        rows, labels = self._rows, _shown(self._rows["label"])
        classes = {name: place for place, name in enumerate(sorted(labels.unique()))}
        chances = rows["p_photo"].where(rows["duplicate_of"] == "").round(_DIGITS)
        marks = (self._facts.marks.get(path, "") for path in rows["path"])
        return {
            "reason": rows[_PLACE].tolist(),
            "class": labels.map(classes).tolist(),
            "by": rows["decided_by"].map(DECIDERS.index).tolist(),
            "mark": list(map(MARKS.index, marks)),
            "p": [None if pd.isna(chance) else chance for chance in chances],
            "path": rows["path"].tolist(),
        }


def _shown(labels: pd.Series) -> pd.Series:
    """Classes as the page writes them, so that the name chosen in it is the one in the index."""
    names = {label: str(printable(label)) or NO_CLASS for label in labels.unique()}
    return labels.map(names)
