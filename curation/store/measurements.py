"""Measurements of one stage in one version: immutable parts, each named by the SHA-256 of its
bytes, with the vectors of their rows in files beside them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.base.errors import SchemaError
from inksift.curation.base.progress import already_known
from inksift.curation.spread.engine import LOCAL, Batching, Engine, Finished, Lost
from inksift.curation.store.manifest import Manifest
from inksift.curation.store.parquet import (
    Compression,
    count_rows,
    holds_vectors,
    read_parquet,
    read_parts,
)
from inksift.curation.store.part_index import PartIndex
from inksift.curation.store.part_writer import PartWriter, StoringTask
from inksift.curation.store.row_files import (
    VECTOR_ENDING,
    in_files,
    is_in_memory,
    vector_files,
    without_lost_vectors,
)
from inksift.curation.store.soundness import note_sound, sound_files


@dataclass(frozen=True)
class PartLimits:
    """When small parts are made large ones. Chosen by eye; changes no answer."""

    small_rows: int = 8192
    """Rows below which a part is small."""

    most_small: int = 32
    """Small parts that stay as they are: each takes about a millisecond to read."""

    large_rows: int = 65_536
    """Rows of a part that is made of small ones."""


_LIMITS = PartLimits()
log = logging.getLogger("inksift")


class Measured(NamedTuple):
    """Rows of a stage in the order asked for, and how many of them this call had to measure."""

    frame: pd.DataFrame
    new: int


class Measurements:
    """The rows of one stage in one version, keyed by `image_id`."""

    def __init__(self, folder: Path) -> None:
        self.writer = PartWriter(folder)
        self._manifest = Manifest.over(folder)
        self._lost = _told_lost(self._manifest, folder)
        sound_files(folder, f"*{VECTOR_ENDING}")
        self._parts = sound_files(folder, "*.parquet")
        self._index = PartIndex(folder)
        self._written: set[Path] = set()

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """All rows, or some columns of them (`image_id` always among them); one row per picture."""
        return _first_of_each(self.every_row(columns))

    def every_row(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of every part, for stages whose parts do not hold the same columns: a picture
        may have several. In the order of the names of the parts, whenever these were stored."""
        try:
            return _read(sorted(self._parts), columns)
        except FileNotFoundError:  # another process of this run made large parts of small ones
            self._parts = sound_files(self.writer.folder, "*.parquet")
            return _read(self._parts, columns)

    def rows(self, image_ids: Sequence[str], columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of these pictures that are stored, in their order, each once."""
        rows = self.frame(columns)
        asked = pd.Index(rows["image_id"]).get_indexer(pd.unique(pd.Series(image_ids, dtype="str")))
        found: pd.DataFrame = rows.iloc[asked[asked >= 0]].reset_index(drop=True)
        return found

    def part_frames(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """The rows of every part."""
        return (read_parquet(part, columns) for part in self._parts)

    def parts(self) -> list[Path]:
        """The files, every one of them whole."""
        return list(self._parts)

    def part(self, path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of one of `parts`, for those who hold some of them only."""
        return read_parquet(path, columns)

    def parts_of(self, image_ids: Sequence[str]) -> list[Path | None]:
        """The part that holds the row of each of these pictures, None where there is none."""
        return self._index.parts_of(image_ids, self._parts)

    def missing(self, image_ids: Sequence[str]) -> list[str]:
        """Those of `image_ids` without a row, each once, in the order given."""
        asked = list(dict.fromkeys(image_ids))
        found = zip(asked, self.parts_of(asked), strict=True)
        return [image_id for image_id, part in found if part is None]

    def add(
        self,
        rows: pd.DataFrame,
        *,
        rows_per_group: int | None = None,
        compression: Compression = "zstd",
    ) -> Path:
        """Store one batch of rows as `PartWriter` does, and count it among these."""
        part = self.writer.write(rows, rows_per_group=rows_per_group, compression=compression)
        self.accept(part)
        return part

    def accept(self, part: Path) -> None:
        """Count a part that `writer` stored, in whatever process, among these."""
        if part not in self._parts:
            self._parts.append(part)
        self._written |= {part, *vector_files(part)}

    def replace(self, rows: pd.DataFrame) -> None:
        """Store these rows, durably, in place of all others."""
        self._give_up(set(self._parts) - {self.add(rows)})
        self.note()

    def gather(self, settle: Callable[[pd.DataFrame], pd.DataFrame] | None = None) -> None:
        """Make large parts of small ones where there are many: a run that is killed meanwhile
        leaves rows twice, and loses none. Vectors that are in a part itself, where earlier versions
        of inksift stored them, get a file. `settle` makes one row of several of a picture; without
        it the first counts."""
        for part in filter(holds_vectors, list(self._parts)):
            self._give_up({part} - {self.add(_read([part]))})
        small = [part for part in self._parts if count_rows(part) < _LIMITS.small_rows]
        if len(small) > _LIMITS.most_small:
            for some in _portions(small):
                rows = (settle or _first_of_each)(_read(some))
                self._give_up(set(some) - {self.add(rows)})
        self.note()

    def note(self) -> None:
        """Name what was written here in the manifest, and what was lost before no longer; remember
        that it is sound, so that the next run need not read it for that."""
        self._manifest.settle(self._written | self._lost)
        note_sound(self.writer.folder, self._written)
        self._written, self._lost = set(), set()

    def measure(
        self,
        image_ids: Sequence[str],
        function: Callable[[Sequence[str]], pd.DataFrame],
        *,
        batch: int | Batching,
        title: str,
        engine: Engine = LOCAL,
        lost: Callable[[str], pd.DataFrame] | None = None,
    ) -> Measured:
        """A row for each of `image_ids`: stored ones as they are, the others from `function`, batch
        by batch, wherever `engine` works.

        A picture on which one worker of it after another dies has the row that `lost` gives, which
        is not stored, so that another run tries again; EngineError without that."""
        asked = list(dict.fromkeys(image_ids))
        rows = self.rows(asked)
        known = set(rows["image_id"])
        missing = [image_id for image_id in asked if image_id not in known]
        task = StoringTask(function, self.writer)
        batching = batch if isinstance(batch, Batching) else Batching(batch)
        given_up: list[pd.DataFrame] = []
        with already_known(len(known)):
            for ended in engine.map_batches(task, missing, batching, title=title):
                if isinstance(ended, Finished):
                    self.accept(ended.answer)
                else:
                    given_up.append(_given_up(ended, lost, title))
        if missing or is_in_memory(rows):
            self.gather()
            rows = self.rows(asked)
        if given_up:
            rows = _placed(asked, [rows, *(in_files(one, self.writer.folder) for one in given_up)])
        if len(rows) < len(asked):
            raise SchemaError(f"{title}: {len(asked) - len(rows)} picture(s) without a row")
        return Measured(rows, len(missing))

    def _give_up(self, parts: set[Path]) -> None:
        self._manifest.remove(parts)
        self._written -= parts
        self._parts = [part for part in self._parts if part not in parts]


def _told_lost(manifest: Manifest, folder: Path) -> set[Path]:
    """What is gone stays named until something is stored here: a page that only reads would hide
    it from `inksift verify`."""
    lost = manifest.lost_in(folder)
    if lost:
        log.warning(
            "%d stored files of %s are gone: what they told is measured again", len(lost), folder
        )
    return set(lost)


def _given_up(
    ended: Lost[str], lost: Callable[[str], pd.DataFrame] | None, title: str
) -> pd.DataFrame:
    if lost is None:
        raise ended.error(title)
    log.warning("%s", ended.error(title))
    return lost(ended.item)


def _placed(image_ids: Sequence[str], frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of these pictures, in this order."""
    rows = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
    places = pd.Index(rows["image_id"]).get_indexer(pd.Index(image_ids))
    placed: pd.DataFrame = rows.iloc[places[places >= 0]].reset_index(drop=True)
    return placed


def _read(parts: Sequence[Path], columns: Sequence[str] | None = None) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=list(columns or ["image_id"]))
    return without_lost_vectors(read_parts(parts, columns))


def _first_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop_duplicates("image_id", ignore_index=True)


def _portions(parts: Sequence[Path]) -> list[list[Path]]:
    """Parts in the order given, together as large as a large one."""
    ends = np.cumsum([count_rows(part) for part in parts]) // _LIMITS.large_rows
    places = pd.Series(list(parts)).groupby(ends)
    return [list(some) for _, some in places]
