"""Thumbnails of the pictures that did not simply stay, grouped by why, with the kept copy beside every duplicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from curation.engine import per_item
from curation.report.ballots import Ballot, ballots
from curation.report.contact_sheet import data_uri, jpeg
from curation.rgb import Rgb, shrink

_QUALITY = 72


@dataclass(frozen=True)
class Tile:
    """One file: where it is, what was said of it, its thumbnail, and that of the copy kept instead ("" for none).

    `p_photo` and `ballot` belong to files that were judged for themselves, by a recipe that votes."""

    path: str
    label: str
    explanation: str
    p_photo: float | None
    ballot: Ballot | None
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

    @property
    def voted(self) -> bool:
        """Whether some tile shows votes."""
        return any(tile.ballot for tile in self.tiles)


def likeliest_first(group: pd.DataFrame) -> pd.DataFrame:
    """The rows of a DECISIONS frame by probability of a photograph, then by path.

    A copy was judged through the picture kept instead, so it is left without a probability of its own, and last.
    """
    judged = group["p_photo"].where(group["duplicate_of"] == "")
    return group.assign(p_photo=judged).sort_values(["p_photo", "path"], ascending=[False, True])


def galleries(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
    votes: pd.DataFrame,
) -> list[Gallery]:
    """A gallery for review and for each reason of rejection, the fullest first; at most `most` tiles in each.

    Tiles start with the likeliest photographs, and show how the VOTES frame says they were voted on. Files that could
    not be read have no thumbnail and are left out.
    """
    readable = set(images.loc[images["readable"], "path"])
    rows = decisions[decisions["path"].isin(readable) & (decisions["outcome"] != "kept")]
    groups = [(key, likeliest_first(group)) for key, group in rows.groupby(["outcome", "stage", "reason"])]
    groups.sort(key=lambda item: (item[0][0] == "rejected", -len(item[1]), item[0]))
    shown = pd.concat([group.head(most) for _, group in groups]) if groups else rows
    ids = dict(zip(decisions["path"], decisions["image_id"], strict=True))
    wanted = {*shown["image_id"], *(ids[path] for path in shown["duplicate_of"] if path in readable)}
    stored_order = [image_id for image_id in dict.fromkeys(images["image_id"]) if image_id in wanted]
    thumbnails = _thumbnails(stored_order, read, side_px)
    votes_of = ballots(votes, set(shown.loc[shown["duplicate_of"] == "", "image_id"]))
    return [
        Gallery(str(outcome), str(stage), str(reason), len(group), _tiles(group.head(most), ids, thumbnails, votes_of))
        for (outcome, stage, reason), group in groups
    ]


def _thumbnails(image_ids: Sequence[str], read: Callable[[str], Rgb], side_px: int) -> dict[str, str]:
    def thumbnail(image_id: str) -> str:
        return data_uri(jpeg(shrink(read(image_id), side_px), _QUALITY), "image/jpeg")

    return dict(zip(image_ids, per_item(thumbnail, image_ids), strict=True))


def _tiles(
    group: pd.DataFrame, ids: dict[str, str], thumbnails: dict[str, str], votes_of: dict[str, Ballot]
) -> list[Tile]:
    return [
        Tile(
            path=row["path"],
            label=row["label"],
            explanation=row["explanation"],
            p_photo=None if pd.isna(row["p_photo"]) else row["p_photo"],
            ballot=None if row["duplicate_of"] else votes_of.get(row["image_id"]),
            thumbnail=thumbnails[row["image_id"]],
            duplicate_of=row["duplicate_of"],
            kept_thumbnail=thumbnails.get(ids.get(row["duplicate_of"], ""), ""),
        )
        for row in group.to_dict("records")
    ]
