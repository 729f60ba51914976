"""The pictures that did not simply stay, grouped by why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import pandas as pd

from inksift.curation.base.engine import per_item
from inksift.curation.base.reasons import BY_PERSON
from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.drawing.contact_sheet import data_uri, jpeg
from inksift.curation.drawing.words import reason_in_words, why_key
from inksift.curation.report.tiles import Facts, Tile, likeliest_first
from inksift.curation.verdict.conservation import by_people

FIRST = 60
"""Tiles of a kind that are in the page itself; the filter brings the others."""

MANY = 2000
"""With more pictures than this, thumbnails are small and coarse, so that a page of 10,000 still
opens at once."""

_QUALITY = 72
"""JPEG quality of a thumbnail."""

_SMALL_PX, _COARSE = 96, 55
"""Side and JPEG quality of thumbnails where there are many."""

_ORDER = ("review", "rejected", "kept")
_WHY = ["outcome", "stage", "reason"]


@dataclass(frozen=True)
class Gallery:
    """All files with one outcome, stage and reason: `count` of them, and the tiles of those that
    the page holds."""

    outcome: str
    stage: str
    reason: str
    count: int
    tiles: Sequence[Tile]

    @property
    def key(self) -> str:
        """What the filter calls it."""
        return why_key(self.outcome, self.stage, self.reason)

    @property
    def words(self) -> str:
        """Why, in plain words."""
        return (
            BY_PERSON.many if self.outcome == "kept" else reason_in_words(self.stage, self.reason)
        )

    @property
    def first(self) -> Sequence[Tile]:
        """The tiles that are seen without scripts."""
        return self.tiles[:FIRST]


def galleries(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    facts: Facts,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
) -> list[Gallery]:
    """A gallery for each reason of review and of rejection, the fullest first, and one for what
    people kept.

    At most `most` tiles in all, the same number of each reason where they are too many. They start
    with the likeliest photographs. Files that could not be read have no thumbnail and are left out.
    """
    readable = set(images.loc[images["readable"], "path"])
    noteworthy = (decisions["outcome"] != "kept") | by_people(decisions)
    rows = decisions[decisions["path"].isin(readable) & noteworthy]
    groups = [(key, likeliest_first(group)) for key, group in rows.groupby(_WHY)]
    groups.sort(key=lambda item: (_ORDER.index(str(item[0][0])), -len(item[1]), item[0]))
    counts = _fair([len(group) for _, group in groups], most)
    shown = [group.head(count) for (_, group), count in zip(groups, counts, strict=True)]
    address = thumbnails_of(shown, images, facts, read, side_px).__getitem__
    return [
        Gallery(str(outcome), str(stage), str(reason), len(group), facts.tiles(rows, address))
        for ((outcome, stage, reason), group), rows in zip(groups, shown, strict=True)
    ]


def thumbnails(
    image_ids: Sequence[str], read: Callable[[str], Rgb], side_px: int, quality: int = _QUALITY
) -> dict[str, str]:
    """The thumbnail of each picture as an address, by image_id; quickest in the order of
    storage."""

    def thumbnail(image_id: str) -> str:
        return data_uri(jpeg(shrink(read(image_id), side_px), quality), "image/jpeg")

    return dict(zip(image_ids, per_item(thumbnail, image_ids), strict=True))


def thumbnails_of(
    shown: Sequence[pd.DataFrame],
    images: pd.DataFrame,
    facts: Facts,
    read: Callable[[str], Rgb],
    side_px: int,
) -> dict[str, str]:
    """Those of the files in some DECISIONS frames and of the copies kept instead of them, by
    image_id."""
    wanted = set(chain.from_iterable(rows["image_id"] for rows in shown))
    keepers = chain.from_iterable(rows["duplicate_of"] for rows in shown)
    wanted |= {facts.ids[path] for path in keepers if path in facts.ids}
    stored_order = [
        image_id for image_id in dict.fromkeys(images["image_id"]) if image_id in wanted
    ]
    size = (side_px, _QUALITY) if len(wanted) <= MANY else (min(side_px, _SMALL_PX), _COARSE)
    return thumbnails(stored_order, read, *size)


def _fair(counts: Sequence[int], most: int) -> list[int]:
    """How many of each to take so that they are at most `most`, and no more of one while another
    lacks some.

    >>> _fair([9, 2, 5], 10), _fair([1, 2], 10)
    ([4, 2, 4], [1, 2])
    """
    taken, room = [0] * len(counts), most
    for turn, place in enumerate(sorted(range(len(counts)), key=counts.__getitem__)):
        taken[place] = min(counts[place], room // (len(counts) - turn))
        room -= taken[place]
    return taken
