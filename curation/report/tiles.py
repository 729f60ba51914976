"""Files as tiles: the picture, what was said of it, how it was voted on, and the copy that was kept
instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.base.relations import DUPLICATE
from inksift.curation.base.tables import DECISIONS, DUPLICATES
from inksift.curation.report.ballots import Ballot, Ballots


@dataclass(frozen=True)
class Tile:
    """One file: where it is, what was said of it, the address of its thumbnail, and of that of the
    copy kept instead ("" for none).

    `ai_mark` is what the file says about an AI that made it, a key of AI_MARKS or "". `p_photo` and
    `ballot` belong to files that were judged for themselves, by a recipe that votes;
    `bits`, how many bits of the hashes differ, to copies found by comparing; `kept_because` is why
    the other copy stays."""

    path: str
    image_id: str
    label: str
    outcome: str
    stage: str
    reason: str
    explanation: str
    decided_by: str
    ai_mark: str
    p_photo: float | None
    ballot: Ballot | None
    thumbnail: str
    duplicate_of: str
    kept_thumbnail: str
    kept_because: str
    bits: str

    @property
    def mark_in_words(self) -> str:
        """What the mark is called; "" for none."""
        return AI_MARKS.get(self.ai_mark, "")


class Facts:
    """What tiles show beside the decisions: image_ids by path, and what IMAGES, DUPLICATES and
    VOTES say of the files."""

    def __init__(
        self,
        decisions: pd.DataFrame,
        images: pd.DataFrame,
        duplicates: pd.DataFrame,
        votes: pd.DataFrame,
    ) -> None:
        rows, copies = DECISIONS.check(decisions), DUPLICATES.check(duplicates)
        found = copies[copies["relation"] == DUPLICATE]
        chosen = copies[copies["kept_because"] != ""]
        marked = images[images["ai_mark"] != ""]
        self.ids: dict[str, str] = dict(zip(rows["path"], rows["image_id"], strict=True))
        self.why: dict[str, str] = dict(zip(chosen["path"], chosen["kept_because"], strict=True))
        self.bits: dict[str, str] = dict(
            zip(found["path"], map(differing_bits, found["distance"]), strict=True)
        )
        self.marks: dict[str, str] = dict(zip(marked["path"], marked["ai_mark"], strict=True))
        self._ballots = Ballots(votes)

    def tiles(self, rows: pd.DataFrame, address: Callable[[str], str]) -> list[Tile]:
        """The tile of each of these DECISIONS rows; `address` gives the one of the thumbnail of an
        image_id."""
        judged = self._ballots.of(rows.loc[rows["duplicate_of"] == "", "image_id"])
        return [self._tile(row, judged, address) for row in rows.to_dict("records")]

    def _tile(
        self, row: dict[Any, Any], judged: dict[str, Ballot], address: Callable[[str], str]
    ) -> Tile:
        kept = row["duplicate_of"]
        return Tile(
            path=row["path"],
            image_id=row["image_id"],
            label=row["label"],
            outcome=row["outcome"],
            stage=row["stage"],
            reason=row["reason"],
            explanation=row["explanation"],
            decided_by=row["decided_by"],
            ai_mark=self.marks.get(row["path"], ""),
            p_photo=None if kept or pd.isna(row["p_photo"]) else row["p_photo"],
            ballot=None if kept else judged.get(row["image_id"]),
            thumbnail=address(row["image_id"]),
            duplicate_of=kept,
            kept_thumbnail=address(self.ids[kept]) if kept in self.ids else "",
            kept_because=self.why.get(kept, ""),
            bits=self.bits.get(row["path"], ""),
        )


def likeliest_first(group: pd.DataFrame) -> pd.DataFrame:
    """The rows of a DECISIONS frame by probability of a photograph, then by path.

    A copy was judged through the picture kept instead, so it is left without a probability of its
    own, and last."""
    judged = group["p_photo"].where(group["duplicate_of"] == "")
    return group.assign(p_photo=judged).sort_values(["p_photo", "path"], ascending=[False, True])


def differing_bits(distance: int) -> str:
    """The distance of two hashes in words; nothing where they were not trusted.

    >>> differing_bits(3), differing_bits(-1)
    ('3 of 64 hash bits differ', '')
    """
    return f"{distance} of 64 hash bits differ" if distance >= 0 else ""
