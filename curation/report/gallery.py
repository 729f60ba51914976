"""Thumbnails of the pictures that did not simply stay, grouped by why, with the kept copy beside every duplicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from curation.engine import per_item
from curation.report.contact_sheet import data_uri, jpeg
from curation.rgb import Rgb, shrink

_QUALITY = 72


@dataclass(frozen=True)
class Tile:
    """One file: where it is, what was said of it, its thumbnail, and that of the copy kept instead ("" for none)."""

    path: str
    label: str
    explanation: str
    thumbnail: str
    duplicate_of: str
    kept_thumbnail: str


@dataclass(frozen=True)
class Gallery:
    """All files with one outcome, stage and reason: `count` of them, the first few as tiles."""

    outcome: str
    stage: str
    reason: str
    count: int
    tiles: Sequence[Tile]


def galleries(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
) -> list[Gallery]:
    """A gallery for review and for each reason of rejection, the fullest first; at most `most` tiles in each.

    Files that could not be read have no thumbnail and are left out.
    """
    readable = set(images.loc[images["readable"], "path"])
    rows = decisions[decisions["path"].isin(readable) & (decisions["outcome"] != "kept")]
    groups = [(key, group.sort_values("path")) for key, group in rows.groupby(["outcome", "stage", "reason"])]
    groups.sort(key=lambda item: (item[0][0] == "rejected", -len(item[1]), item[0]))
    shown = pd.concat([group.head(most) for _, group in groups]) if groups else rows
    ids = dict(zip(decisions["path"], decisions["image_id"], strict=True))
    wanted = {*shown["image_id"], *(ids[path] for path in shown["duplicate_of"] if path in readable)}
    stored_order = [image_id for image_id in dict.fromkeys(images["image_id"]) if image_id in wanted]
    thumbnails = _thumbnails(stored_order, read, side_px)
    return [
        Gallery(str(outcome), str(stage), str(reason), len(group), _tiles(group.head(most), ids, thumbnails))
        for (outcome, stage, reason), group in groups
    ]


def _thumbnails(image_ids: Sequence[str], read: Callable[[str], Rgb], side_px: int) -> dict[str, str]:
    def thumbnail(image_id: str) -> str:
        return data_uri(jpeg(shrink(read(image_id), side_px), _QUALITY), "image/jpeg")

    return dict(zip(image_ids, per_item(thumbnail, image_ids), strict=True))


def _tiles(group: pd.DataFrame, ids: dict[str, str], thumbnails: dict[str, str]) -> list[Tile]:
    return [
        Tile(
            path=row["path"],
            label=row["label"],
            explanation=row["explanation"],
            thumbnail=thumbnails[row["image_id"]],
            duplicate_of=row["duplicate_of"],
            kept_thumbnail=thumbnails.get(ids.get(row["duplicate_of"], ""), ""),
        )
        for row in group.to_dict("records")
    ]
