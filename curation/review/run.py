"""The last run as the review app sees it: what its tables say of every file, and which files belong
together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.tables import FAMILIES, KEPT_APART
from inksift.curation.drawing.templating import records
from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.report.tiles import Facts
from inksift.curation.review.numbers import CopiesOf, FilesOf, NumberOf, PictureIndex, shared_texts
from inksift.curation.review.relatives import Relatives
from inksift.curation.verdict import conflicts, variants
from inksift.curation.verdict.medium.votes import VOTES

_FIRST = {"review": 0, "rejected": 1, "kept": 2}


@dataclass(frozen=True)
class Run:
    """What the machine alone says of every file (DECISIONS, the row is the number of the file),
    IMAGES without what other
    tables say too, DUPLICATES, what
    reads VOTES, the HUMAN_DECISIONS that the run took in,
    THUMBNAILS, the folder of the pictures ("" where none is recorded), SIDECARS without the raw
    names, KEPT_APART, and FAMILIES.

    `unfinished` where a later run took decisions in and has not ended: which ones this run had
    taken in is then not known, and `heard` is empty."""

    machine: pd.DataFrame
    images: pd.DataFrame
    duplicates: pd.DataFrame
    read_votes: Callable[[], pd.DataFrame]
    heard: pd.DataFrame
    thumbnails: pd.DataFrame
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

    @property
    def alone(self) -> pd.DataFrame:
        """DECISIONS as they would hold had nobody decided anything."""
        return self._alone[0]

    @cached_property
    def pictures(self) -> NumberOf:
        """The row of THUMBNAILS of every picture that has one."""
        rows = np.arange(len(self.thumbnails))
        return NumberOf(self._index, self.thumbnails["image_id"], rows)

    @cached_property
    def groups(self) -> list[int]:
        """The group of copies that every file belongs to, -1 where it is unreadable."""
        return [int(group) for group in self._groups]

    @cached_property
    def relations(self) -> list[str]:
        """How every file is related to the kept one of its copies, "" where it is unreadable."""
        return shared_texts(self.duplicates["relation"], self.copy_rows)

    @cached_property
    def marks(self) -> list[str]:
        """What every file says about an AI that made it, "" for nothing."""
        return shared_texts(self.images["ai_mark"], self._image_rows)

    @cached_property
    def sides(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Width and height of every file in pixels, 0 where it is unreadable; n x 2."""
        return self.images[["width", "height"]].to_numpy(np.int64)[self._image_rows]

    @cached_property
    def files(self) -> FilesOf:
        """The files of every group, the kept one first."""
        return FilesOf(self._groups, self._keeps)

    @cached_property
    def kept_files(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The kept one of the copies of every file, perhaps itself; -1 where it is unreadable."""
        return self.files.first(self._groups)

    @cached_property
    def group_of(self) -> NumberOf:
        """The group of a picture, by its image_id."""
        groups = self.duplicates["group"].to_numpy(np.int64)
        return NumberOf(self._index, self.duplicates["image_id"], groups)

    @cached_property
    def file_at(self) -> dict[str, int]:
        """The file of every path that is a variant of another."""
        related = {*self.families["path"], *self.apart["path"], *self.apart["other_path"]}
        files = np.flatnonzero(self.machine["path"].isin(related)).tolist()
        return {self.path(file): file for file in files}

    @cached_property
    def file_of(self) -> NumberOf:
        """A file with these bytes, by image_id; the kept one where there is one."""
        kept_last = np.argsort(self._keeps, kind="stable")
        return NumberOf(self._index, self.machine["image_id"].iloc[kept_last], kept_last)

    @cached_property
    def copies(self) -> Mapping[str, frozenset[str]]:
        """The image_ids of all copies of a picture, by the image_id of each."""
        return CopiesOf(self.group_of, self.files, self.machine["image_id"])

    @property
    def order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """All files as they are gone through, which no decision changes: by the machine's outcome,
        for review first, then by probability of a photograph, then by path; copies and unreadable
        files come last."""
        return self._alone[1]

    @cached_property
    def rank(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The place of every file in `order`."""
        return np.argsort(self.order)

    @cached_property
    def relatives(self) -> Relatives:
        """Which files are variants of which."""
        group_of = {path: self.groups[file] for path, file in self.file_at.items()}
        return Relatives(self.families, self.apart, group_of)

    @cached_property
    def _alone(self) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.int64]]]:
        """`alone`, and the `order` that follows from it."""
        nobody = HUMAN_DECISIONS.frame([])
        held = conflicts.hold(self.machine, self.duplicates, nobody)
        alone = variants.thin(held, self.families, self.duplicates, nobody)
        copies = alone["duplicate_of"] != ""
        keys = pd.DataFrame(
            {
                "outcome": alone["outcome"].map(_FIRST),
                "last": copies.to_numpy() + 2 * (self.copy_rows < 0),
                "p_photo": -alone["p_photo"].mask(copies).fillna(-1.0),
                "path": alone["path"],
            }
        )
        order = keys.sort_values(keys.columns.tolist()).index.to_numpy(np.int64)
        return self.sharing(alone), order

    @cached_property
    def _index(self) -> PictureIndex:
        return PictureIndex(pd.concat([self.machine["image_id"], self.thumbnails["image_id"]]))

    @cached_property
    def copy_rows(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The row of DUPLICATES of every file, -1 where it is unreadable."""
        rows = pd.Index(self.duplicates["path"]).get_indexer(self.machine["path"])
        return np.asarray(rows, np.int64)

    @cached_property
    def _image_rows(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The row of IMAGES of every file."""
        rows = pd.Index(self.images["path"]).get_indexer(self.machine["path"])
        return np.asarray(rows, np.int64)

    @cached_property
    def _groups(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        groups = np.append(self.duplicates["group"].to_numpy(np.int64), -1)
        return groups[self.copy_rows]

    @cached_property
    def _keeps(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.append(self.duplicates["keep"].to_numpy(np.bool_), False)[self.copy_rows]

    @cached_property
    def _beside(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, picture in enumerate(self.sidecars["picture"]):
            rows.setdefault(picture, []).append(row)
        return rows

    @property
    def votes(self) -> pd.DataFrame:
        """VOTES, read whenever they are asked for: few pages do, and they are large."""
        return self.read_votes()

    def __len__(self) -> int:
        return len(self.machine)

    def described(self, file: int) -> dict[str, Any]:
        """The row of IMAGES of a file."""
        return records(self.images.iloc[[self._image_rows[file]]])[0]

    def sharing(self, decisions: pd.DataFrame) -> pd.DataFrame:
        """DECISIONS of all files, whose columns that are those of the machine take no memory."""
        same = [name for name in decisions if decisions[name].equals(self.machine[name])]
        return decisions.assign(**{str(name): self.machine[name] for name in same})

    def place(self, file: int) -> dict[str, Any] | None:
        """The row of DUPLICATES of a file, None where it is unreadable."""
        row = self.copy_rows[file]
        return None if row < 0 else records(self.duplicates.iloc[[row]])[0]

    def facts(self, rows: pd.DataFrame) -> Facts:
        """What the tiles of some rows of DECISIONS show beside these, with what is kept instead of
        them; votes are left to the page of one file."""
        near = self.machine["path"].isin({*rows["path"], *rows["duplicate_of"]}).to_numpy(np.bool_)
        copies = self.copy_rows[near]
        return Facts(
            self.machine[near],
            self.images.iloc[self._image_rows[near]],
            self.duplicates.iloc[copies[copies >= 0]],
            VOTES.frame([]),
        )

    def beside(self, file: int) -> list[dict[str, Any]]:
        """The rows of its sidecars."""
        return records(self.sidecars.iloc[self._beside.get(self.path(file), [])])

    def path(self, file: int) -> str:
        return str(self.machine["path"].iat[file])

    def image_id(self, file: int) -> str:
        return str(self.machine["image_id"].iat[file])

    def keeps(self, file: int) -> bool:
        """Whether the file is the kept one of its copies."""
        return bool(self._keeps[file])

    def kept(self, file: int) -> int:
        """The kept copy of a readable file, perhaps itself."""
        return self.files[self.groups[file]][0]

    def files_of(self, groups: Iterable[int]) -> list[int]:
        """All files of these groups."""
        return list(chain.from_iterable(self.files[group] for group in groups))
