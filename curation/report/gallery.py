"""The pictures that did not simply stay, grouped by why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from curation.engine import per_item
from curation.report.contact_sheet import data_uri, jpeg
from curation.report.tiles import Facts, Tile, likeliest_first
from curation.rgb import Rgb, shrink
from curation.verdicts.conflicts import is_conflict

_QUALITY = 72


@dataclass(frozen=True)
class Gallery:
    """All files with one outcome, stage and reason: `count` of them, the first few as tiles."""

    outcome: str
    stage: str
    reason: str
    count: int
    tiles: Sequence[Tile]

    @property
    def voted(self) -> bool:
        """Whether some tile shows votes."""
        return any(tile.ballot for tile in self.tiles)


def galleries(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
    votes: pd.DataFrame,
    duplicates: pd.DataFrame,
) -> list[Gallery]:
    """A gallery for each reason of review and of rejection, the fullest first; at most `most` tiles in each.

    Tiles start with the likeliest photographs, and show how the VOTES frame says they were voted on and what DUPLICATES
    say of them. Files that could not be read have no thumbnail and are left out, and labels in conflict have a chapter
    of their own.
    """
    readable = set(images.loc[images["readable"], "path"])
    rows = decisions[decisions["path"].isin(readable) & (decisions["outcome"] != "kept") & ~is_conflict(decisions)]
    groups = [(key, likeliest_first(group)) for key, group in rows.groupby(["outcome", "stage", "reason"])]
    groups.sort(key=lambda item: (item[0][0] == "rejected", -len(item[1]), item[0]))
    shown = pd.concat([group.head(most) for _, group in groups]) if groups else rows
    facts = Facts(decisions, duplicates, votes)
    wanted = {*shown["image_id"], *(facts.ids[path] for path in shown["duplicate_of"] if path in readable)}
    stored_order = [image_id for image_id in dict.fromkeys(images["image_id"]) if image_id in wanted]
    address = thumbnails(stored_order, read, side_px).__getitem__
    return [
        Gallery(str(outcome), str(stage), str(reason), len(group), facts.tiles(group.head(most), address))
        for (outcome, stage, reason), group in groups
    ]


def thumbnails(image_ids: Sequence[str], read: Callable[[str], Rgb], side_px: int) -> dict[str, str]:
    """The thumbnail of each picture as an address, by image_id; quickest in the order of storage."""

    def thumbnail(image_id: str) -> str:
        return data_uri(jpeg(shrink(read(image_id), side_px), _QUALITY), "image/jpeg")

    return dict(zip(image_ids, per_item(thumbnail, image_ids), strict=True))
