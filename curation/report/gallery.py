"""The pictures that did not simply stay, grouped by why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.engine import per_item
from inksift.curation.base.reasons import BY_PERSON
from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.drawing.contact_sheet import data_uri, jpeg
from inksift.curation.drawing.words import reason_in_words, why_key
from inksift.curation.report.tiles import Facts, Tile, likeliest_first
from inksift.curation.verdict.conservation import by_people

FIRST = 60
"""Tiles of a kind that are in the page itself; the filter brings the others."""

THUMBNAIL_QUALITY = 72
"""JPEG quality of a thumbnail."""

_ORDER = ("review", "rejected", "kept")
_WHY = ["outcome", "stage", "reason"]


@dataclass(frozen=True)
class Gallery:
    """All files with one outcome, stage and reason: their `rows` of DECISIONS, the likeliest
    photographs first, and the tiles of those that are in the page itself."""

    outcome: str
    stage: str
    reason: str
    rows: pd.DataFrame
    first: Sequence[Tile]

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
    def count(self) -> int:
        """How many files there are."""
        return len(self.rows)


def galleries(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    facts: Facts,
    read: Callable[[str], Rgb],
    *,
    side_px: int,
) -> list[Gallery]:
    """A gallery for each reason of review and of rejection, the fullest first, and one for what
    people kept. Files that could not be read have no thumbnail and are left out."""
    readable = images.loc[images["readable"], "path"]
    noteworthy = (decisions["outcome"] != "kept") | by_people(decisions)
    rows = decisions[noteworthy & is_among(decisions["path"], readable)]
    groups = [(key, likeliest_first(group)) for key, group in rows.groupby(_WHY)]
    groups.sort(key=lambda item: (_ORDER.index(str(item[0][0])), -len(item[1]), item[0]))
    first = [group.head(FIRST) for _, group in groups]
    address = thumbnails_of(first, images, facts, read, side_px).__getitem__
    return [
        Gallery(str(outcome), str(stage), str(reason), group, facts.tiles(some, address))
        for ((outcome, stage, reason), group), some in zip(groups, first, strict=True)
    ]


def thumbnails(
    image_ids: Sequence[str],
    read: Callable[[str], Rgb],
    side_px: int,
    quality: int = THUMBNAIL_QUALITY,
) -> dict[str, str]:
    """The thumbnail of each picture as an address, by image_id; quickest in the order of
    storage."""

    made = small_jpegs(image_ids, read, side_px, quality)
    addresses = [data_uri(data, "image/jpeg") for data in made]
    return dict(zip(image_ids, addresses, strict=True))


def small_jpegs(
    image_ids: Sequence[str],
    read: Callable[[str], Rgb],
    side_px: int,
    quality: int = THUMBNAIL_QUALITY,
) -> list[bytes]:
    """The same as the bytes of JPEG files, in the order of the pictures."""
    return per_item(lambda one: jpeg(shrink(read(one), side_px), quality), image_ids)


def thumbnails_of(
    shown: Sequence[pd.DataFrame],
    images: pd.DataFrame,
    facts: Facts,
    read: Callable[[str], Rgb],
    side_px: int,
) -> dict[str, str]:
    """Those of the files in some DECISIONS frames and of the copies kept instead of them, by
    image_id."""
    return thumbnails(shown_pictures(shown, images, facts), read, side_px)


def shown_pictures(shown: Sequence[pd.DataFrame], images: pd.DataFrame, facts: Facts) -> list[str]:
    """The image_ids of the files in some DECISIONS frames and of the copies kept instead of them,
    in the order of storage."""
    wanted = set(chain.from_iterable(rows["image_id"] for rows in shown))
    keepers = chain.from_iterable(rows["duplicate_of"] for rows in shown)
    wanted |= {facts.ids[path] for path in keepers if path in facts.ids}
    stored = images["image_id"]
    return list(dict.fromkeys(stored[is_among(stored, wanted)]))
