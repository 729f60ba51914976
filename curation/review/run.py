"""The last run as the review app sees it: what its tables say of every file, and which files belong
together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from curation.base.tables import FAMILIES, KEPT_APART
from curation.drawing.templating import records
from curation.gather.folder.sidecars import SIDECARS
from curation.people.ledger.entries import HUMAN_DECISIONS
from curation.report.tiles import Facts
from curation.review.relatives import Relatives
from curation.verdict import conflicts, variants
from curation.verdict.medium.votes import VOTES

_FIRST = ("review", "rejected", "kept")


@dataclass(frozen=True)
class Run:
    """What the machine alone says of every file (DECISIONS, the row is the number of the file),
    IMAGES without the raw names, DUPLICATES, VOTES, the HUMAN_DECISIONS that the run took in,
    THUMBNAILS, the folder of the pictures ("" where none is recorded), SIDECARS without the raw
    names, KEPT_APART, and FAMILIES.

    `unfinished` where a later run took decisions in and has not ended: which ones this run had
    taken in is then not known, and `heard` is empty."""

    machine: pd.DataFrame
    images: pd.DataFrame
    duplicates: pd.DataFrame
    votes: pd.DataFrame
    heard: pd.DataFrame
    thumbnails: pd.DataFrame
    source: str
    unfinished: bool = False
    sidecars: pd.DataFrame = field(default_factory=lambda: SIDECARS.frame([]))
    apart: pd.DataFrame = field(default_factory=lambda: KEPT_APART.frame([]))
    families: pd.DataFrame = field(default_factory=lambda: FAMILIES.frame([]))

    @cached_property
    def name(self) -> str:
        """Tells this run from one whose numbers mean other files, or other copies that are kept."""
        tables = (self.machine[["path", "image_id"]], self.duplicates[["path", "group", "keep"]])
        rows = b"".join(pd.util.hash_pandas_object(table).to_numpy().tobytes() for table in tables)
        return hashlib.sha256(rows).hexdigest()[:12]

    @cached_property
    def alone(self) -> pd.DataFrame:
        """DECISIONS as they would hold had nobody decided anything."""
        nobody = HUMAN_DECISIONS.frame([])
        held = conflicts.hold(self.machine, self.duplicates, nobody)
        return variants.thin(held, self.families, self.duplicates, nobody)

    @cached_property
    def facts(self) -> Facts:
        """What tiles show beside the decisions; votes are left to the page of one file."""
        return Facts(self.machine, self.images, self.duplicates, VOTES.frame([]))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The image_id of every picture that has a thumbnail."""
        return frozenset(self.thumbnails["image_id"])

    @cached_property
    def groups(self) -> list[int]:
        """The group of copies that every file belongs to, -1 where it is unreadable."""
        found = dict(zip(self.duplicates["path"], self.duplicates["group"], strict=True))
        return [int(found.get(path, -1)) for path in self.machine["path"]]

    @cached_property
    def relations(self) -> list[str]:
        """How every file is related to the kept one of its copies, "" where it is unreadable."""
        found = dict(zip(self.duplicates["path"], self.duplicates["relation"], strict=True))
        return [str(found.get(path, "")) for path in self.machine["path"]]

    @cached_property
    def marks(self) -> list[str]:
        """What every file says about an AI that made it, "" for nothing."""
        return [self.facts.marks[path] for path in self.machine["path"]]

    @cached_property
    def sides(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Width and height of every file in pixels, 0 where it is unreadable; n x 2."""
        told = self.images.set_index("path")[["width", "height"]]
        return told.reindex(self.machine["path"]).to_numpy(np.int64)

    @cached_property
    def files(self) -> dict[int, list[int]]:
        """The files of every group, the kept one first."""
        numbers: dict[int, list[int]] = {}
        for file, group in enumerate(self.groups):
            if group >= 0:
                numbers.setdefault(group, []).append(file)
        for some in numbers.values():
            some.sort(key=lambda file: not self.keeps(file))
        return numbers

    @cached_property
    def group_of(self) -> dict[str, int]:
        """The group of a picture, by its image_id."""
        return dict(
            zip(self.duplicates["image_id"], map(int, self.duplicates["group"]), strict=True)
        )

    @cached_property
    def file_at(self) -> dict[str, int]:
        """The file of a path."""
        return {path: file for file, path in enumerate(self.machine["path"])}

    @cached_property
    def copies(self) -> Mapping[str, frozenset[str]]:
        """The image_ids of all copies of a picture, by the image_id of each."""
        distinct = self.duplicates.groupby("group")["image_id"].agg(frozenset).to_dict()
        return {image_id: distinct[group] for image_id, group in self.group_of.items()}

    @cached_property
    def kept_files(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The kept one of the copies of every file, perhaps itself; -1 where it is unreadable."""
        whole = np.array(self.groups, np.int64)
        kept = {group: some[0] for group, some in self.files.items()}
        return np.array([kept.get(group, -1) for group in whole.tolist()], np.int64)

    @cached_property
    def file_of(self) -> dict[str, int]:
        """A file with these bytes, by image_id; the kept one where there is one."""
        kept_last = sorted(range(len(self.machine)), key=self.keeps)
        return {self.image_id(file): file for file in kept_last}

    @cached_property
    def order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """All files as they are gone through, which no decision changes: by the machine's outcome,
        for review first, then by probability of a photograph, then by path; copies and unreadable
        files come last."""
        alone = self.alone
        copies, readable = alone["duplicate_of"] != "", alone["path"].isin(self.duplicates["path"])
        keys = pd.DataFrame(
            {
                "outcome": alone["outcome"].map(
                    {outcome: place for place, outcome in enumerate(_FIRST)}
                ),
                "last": copies.astype("int64") + 2 * (~readable).astype("int64"),
                "p_photo": -alone["p_photo"].mask(copies).fillna(-1.0),
                "path": alone["path"],
            }
        )
        return keys.sort_values(keys.columns.tolist()).index.to_numpy(np.int64)

    @cached_property
    def rank(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The place of every file in `order`."""
        return np.argsort(self.order)

    @cached_property
    def relatives(self) -> Relatives:
        """Which files are variants of which."""
        group_of = dict(zip(self.machine["path"], self.groups, strict=True))
        return Relatives(self.families, self.apart, group_of)

    @cached_property
    def _keepers(self) -> frozenset[str]:
        return frozenset(self.duplicates.loc[self.duplicates["keep"], "path"])

    @cached_property
    def _placed(self) -> dict[str, int]:
        return {path: row for row, path in enumerate(self.duplicates["path"])}

    @cached_property
    def _beside(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, picture in enumerate(self.sidecars["picture"]):
            rows.setdefault(picture, []).append(row)
        return rows

    @cached_property
    def _described(self) -> dict[str, int]:
        return {path: row for row, path in enumerate(self.images["path"])}

    def __len__(self) -> int:
        return len(self.machine)

    def described(self, file: int) -> dict[str, Any]:
        """The row of IMAGES of a file."""
        return records(self.images.iloc[[self._described[self.path(file)]]])[0]

    def place(self, file: int) -> dict[str, Any] | None:
        """The row of DUPLICATES of a file, None where it is unreadable."""
        row = self._placed.get(self.path(file))
        return None if row is None else records(self.duplicates.iloc[[row]])[0]

    def beside(self, file: int) -> list[dict[str, Any]]:
        """The rows of its sidecars."""
        return records(self.sidecars.iloc[self._beside.get(self.path(file), [])])

    def path(self, file: int) -> str:
        return str(self.machine["path"].iat[file])

    def image_id(self, file: int) -> str:
        return str(self.machine["image_id"].iat[file])

    def keeps(self, file: int) -> bool:
        """Whether the file is the kept one of its copies."""
        return self.path(file) in self._keepers

    def kept(self, file: int) -> int:
        """The kept copy of a readable file, perhaps itself."""
        return self.files[self.groups[file]][0]

    def files_of(self, groups: Iterable[int]) -> list[int]:
        """All files of these groups."""
        return list(chain.from_iterable(self.files[group] for group in groups))
