"""Thumbnails of the pictures that did not simply stay, grouped by why, with the kept copy beside every duplicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from curation.engine import per_item
from curation.report.ballots import Ballot, ballots
from curation.report.contact_sheet import data_uri, jpeg
from curation.rgb import Rgb, shrink
from curation.verdicts.conflicts import is_conflict

_QUALITY = 72


@dataclass(frozen=True)
class Tile:
    """One file: where it is, what was said of it, its thumbnail, and that of the copy kept instead ("" for none).

    `p_photo` and `ballot` belong to files that were judged for themselves, by a recipe that votes; `bits`, how many
    bits of the hashes differ, to copies found by comparing; `kept_because` is why the other copy stays."""

    path: str
    label: str
    explanation: str
    p_photo: float | None
    ballot: Ballot | None
    thumbnail: str
    duplicate_of: str
    kept_thumbnail: str
    kept_because: str
    bits: str


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
    ids = dict(zip(decisions["path"], decisions["image_id"], strict=True))
    wanted = {*shown["image_id"], *(ids[path] for path in shown["duplicate_of"] if path in readable)}
    stored_order = [image_id for image_id in dict.fromkeys(images["image_id"]) if image_id in wanted]
    known = _Known(
        ids=ids,
        thumbnails=thumbnails(stored_order, read, side_px),
        votes=ballots(votes, set(shown.loc[shown["duplicate_of"] == "", "image_id"])),
        why=dict(zip(duplicates["path"], duplicates["kept_because"], strict=True)),
        bits=_bits_of_copies(duplicates),
    )
    return [
        Gallery(str(outcome), str(stage), str(reason), len(group), _tiles(group.head(most), known))
        for (outcome, stage, reason), group in groups
    ]


def thumbnails(image_ids: Sequence[str], read: Callable[[str], Rgb], side_px: int) -> dict[str, str]:
    """The thumbnail of each picture as an address, by image_id; quickest in the order of storage."""

    def thumbnail(image_id: str) -> str:
        return data_uri(jpeg(shrink(read(image_id), side_px), _QUALITY), "image/jpeg")

    return dict(zip(image_ids, per_item(thumbnail, image_ids), strict=True))


def differing_bits(distance: int) -> str:
    """The distance of two hashes in words; nothing where they were not trusted.

    >>> differing_bits(3), differing_bits(-1)
    ('3 of 64 hash bits differ', '')
    """
    return f"{distance} of 64 hash bits differ" if distance >= 0 else ""


class _Known(NamedTuple):
    """What tiles show: the image_id, the reason of its being kept and the bits to its kept copy by path; the thumbnail
    and the votes by image_id."""

    ids: dict[str, str]
    thumbnails: dict[str, str]
    votes: dict[str, Ballot]
    why: dict[str, str]
    bits: dict[str, str]


def _bits_of_copies(duplicates: pd.DataFrame) -> dict[str, str]:
    found = duplicates[duplicates["relation"] == "duplicate"]
    return dict(zip(found["path"], map(differing_bits, found["distance"]), strict=True))


def _tiles(group: pd.DataFrame, known: _Known) -> list[Tile]:
    return [
        Tile(
            path=row["path"],
            label=row["label"],
            explanation=row["explanation"],
            p_photo=None if pd.isna(row["p_photo"]) else row["p_photo"],
            ballot=None if row["duplicate_of"] else known.votes.get(row["image_id"]),
            thumbnail=known.thumbnails[row["image_id"]],
            duplicate_of=row["duplicate_of"],
            kept_thumbnail=known.thumbnails.get(known.ids.get(row["duplicate_of"], ""), ""),
            kept_because=known.why.get(row["duplicate_of"], ""),
            bits=known.bits.get(row["path"], ""),
        )
        for row in group.to_dict("records")
    ]
