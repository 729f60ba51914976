"""Pairs of pictures, each compared once in its life: at a glance, then closely where that leaves a
doubt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from inksift.curation.base.among import is_among
from inksift.curation.base.arrays import Integers
from inksift.curation.base.components import connected_components
from inksift.curation.base.engine import in_batches, per_item
from inksift.curation.base.progress import already_known
from inksift.curation.base.tables import PAIRS, Table
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.glances.cascade import may_be_related
from inksift.curation.dedup.glances.glance_store import GlanceStore, ReadSeen
from inksift.curation.dedup.relation import DIFFERENT, Relation
from inksift.curation.dedup.whole import relate_files
from inksift.curation.spread.engine import LOCAL, Batching, Engine, Lost
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.part_writer import PartWriter


@dataclass(frozen=True)
class PortionLimits:
    """How the work is portioned. Chosen by eye; changes no answer."""

    pictures_in_block: int = 8192
    """Pictures of a block: glances at those of any two blocks fit into memory."""

    glanced_at: int = 4096
    """Pairs looked at between two saves."""

    views_in_memory: int = 1024
    """Views held at a time, of about 0.16 MB each."""

    compared: int = 512
    """Pairs compared between two saves, so that a run that is stopped loses a few seconds. Of no
    more pictures than there may be views in memory."""


_LIMITS = PortionLimits()

PAIRING = "pair pictures"
"""The title of the loop over all pairs."""

log = logging.getLogger("inksift")

_NOT_OF_A_COMPARISON = (*PAIRS.key, "distance")

COMPARED = Table(
    "compared",
    {"image_id": "str"}
    | {name: kind for name, kind in PAIRS.columns.items() if name not in _NOT_OF_A_COMPARISON},
    key=("image_id",),
)
"""One row per pair compared, also of different pictures: what PAIRS say of it. `image_id` is both
ids, in order and with a space between."""


def pair_key(one: str, other: str) -> str:
    """What a pair is stored under."""
    return f"{min(one, other)} {max(one, other)}"


def pair_ids(key: str) -> tuple[str, str]:
    """Both ids of a key, in order."""
    first, second = key.split(" ")
    return first, second


class Comparisons:
    """Pairs of pictures, compared now or in an earlier run, and what they turned out to be.

    `pictures` has columns image_id, width, height and `place`, that in the order of storage."""

    def __init__(
        self,
        stored: Measurements,
        glances: GlanceStore,
        pictures: pd.DataFrame,
        read: ReadSeen,
        engine: Engine = LOCAL,
    ) -> None:
        self._stored, self._glances, self._engine = stored, glances, engine
        self._task = ComparingTask(pictures, read, stored.writer)
        self._place = dict(zip(pictures["image_id"], pictures["place"], strict=True))
        self._frame = stored.frame()
        self._asked: set[str] = set()
        self.new = 0
        self.lost = 0
        """How many pairs no worker could compare now."""

    @property
    def count(self) -> int:
        """How many pairs were asked for."""
        return len(self._asked)

    def add(self, keys: Sequence[str]) -> None:
        """Compare these pairs, but for those stored and those that were asked for before: one that
        was lost waits for another run."""
        new = [key for key in dict.fromkeys(keys) if key not in self._asked]
        self._asked |= set(new)
        known = set(self._frame["image_id"])
        missing = [key for key in new if key not in known]
        with already_known(len(new) - len(missing)):
            doubtful = self._in_doubt(missing)
        if not missing:
            return
        self.new += len(missing)
        self._compare_closely(doubtful)
        self._stored.gather()
        self._frame = self._stored.frame()

    def related(self) -> pd.DataFrame:
        """COMPARED of the pairs asked for that are related, with columns `first` and `second`."""
        rows = self._frame if len(self._frame) else COMPARED.frame([])
        rows = rows[rows["relation"] != DIFFERENT.kind]
        rows = COMPARED.check(rows[is_among(rows["image_id"], self._asked)])
        pairs = [pair_ids(key) for key in rows["image_id"]]
        first = pd.Series([one for one, _ in pairs], index=rows.index, dtype="str")
        second = pd.Series([other for _, other in pairs], index=rows.index, dtype="str")
        ends = rows.assign(first=first, second=second)
        return ends.sort_values(["first", "second"], ignore_index=True)

    def _in_doubt(self, keys: Sequence[str]) -> list[str]:
        """The pairs that a glance leaves in doubt; all others are stored as different."""
        doubtful: list[str] = []
        for some in in_batches(sorted(keys, key=self._block), _LIMITS.glanced_at, PAIRING):
            doubt = dict(zip(some, self._glance(some), strict=True))
            seen = [key for key in some if self._glances.lost.isdisjoint(pair_ids(key))]
            self.lost += len(some) - len(seen)
            told = [key for key in seen if not doubt[key]]
            doubtful += [key for key in seen if doubt[key]]
            if told:
                self._stored.add(_compared(told, [DIFFERENT] * len(told)))
        self._glances.forget()
        return doubtful

    def _block(self, key: str) -> tuple[int, ...]:
        """Sorts pairs so that glances at few pictures are in use at a time."""
        low, high = sorted(self._place[image_id] for image_id in pair_ids(key))
        size = _LIMITS.pictures_in_block
        return low // size, high // size, low, high

    def _glance(self, keys: Sequence[str]) -> list[bool]:
        ids, first, second = _numbered(keys, self._place)
        with threadpool_limits(1):
            doubt: list[bool] = may_be_related(self._glances(ids), first, second).tolist()
        return doubt

    def _compare_closely(self, keys: list[str]) -> None:
        keys, batching = _side_by_side(keys, self._place), Batching(_LIMITS.compared)
        title = "compare pairs"
        for ended in self._engine.map_batches(self._task, keys, batching, title=title):
            if isinstance(ended, Lost):
                log.warning("%s", ended.error(title))
                self.lost += 1
            else:
                self._stored.accept(ended.answer)


@dataclass(frozen=True)
class ComparingTask:
    """Compares pairs closely, stores what they are to one another, and answers with the part."""

    pictures: pd.DataFrame
    read: ReadSeen
    writer: PartWriter

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[str]], Path]]:
        """Holds views from one batch to the next."""
        views = _Views(self.pictures, self.read)

        def relation(key: str) -> Relation:
            first, second = pair_ids(key)
            return relate_files(views[first], views[second])

        def compare(keys: Sequence[str]) -> Path:
            views.load(set(chain.from_iterable(map(pair_ids, keys))))
            # Pairs are spread over the cores already: small products gain nothing from threads.
            with threadpool_limits(1):
                return self.writer.write(_compared(keys, per_item(relation, keys)))

        yield compare


def _compared(keys: Sequence[str], relations: Sequence[Relation]) -> pd.DataFrame:
    rows: list[dict[str, object]] = [
        {"image_id": key, "relation": relation.kind, **relation._asdict()}
        for key, relation in zip(keys, relations, strict=True)
    ]
    return COMPARED.frame(rows)


def _side_by_side(keys: list[str], place: Mapping[str, int]) -> list[str]:
    """Pairs in an order in which those of pictures that are tied to one another follow each
    other, so that few views are in use at a time."""
    ids, first, second = _numbered(keys, place)
    low, high = np.minimum(first, second), np.maximum(first, second)
    tied = connected_components(len(ids), low, high)
    return [keys[k] for k in np.lexsort((high, low, tied[low]))]


def _numbered(
    keys: Sequence[str], place: Mapping[str, int]
) -> tuple[list[str], Integers, Integers]:
    """The pictures of these pairs in the order of storage, and where both ends of each are among
    them."""
    ends = list(map(pair_ids, keys))
    ids = sorted(set(chain.from_iterable(ends)), key=place.__getitem__)
    row = dict(zip(ids, range(len(ids)), strict=True))
    first = np.array([row[one] for one, _ in ends], np.int64)
    second = np.array([row[other] for _, other in ends], np.int64)
    return ids, first, second


class _Views:
    """Views by image_id: some at a time, made in the order in which their thumbnails are stored."""

    def __init__(self, pictures: pd.DataFrame, read: ReadSeen) -> None:
        self._place = dict(zip(pictures["image_id"], pictures["place"], strict=True))
        sizes = zip(pictures["width"], pictures["height"], strict=True)
        self._size = dict(zip(pictures["image_id"], sizes, strict=True))
        self._read = read
        self._views: dict[str, View] = {}

    def __getitem__(self, image_id: str) -> View:
        return self._views[image_id]

    def load(self, image_ids: set[str]) -> None:
        """Have the views of these pictures, and of no others where there would be too many."""
        if len(self._views.keys() | image_ids) > _LIMITS.views_in_memory:
            self._views = {one: self._views[one] for one in image_ids & self._views.keys()}
        # In the order of storage, as thumbnails are read in batches.
        absent = sorted(image_ids - self._views.keys(), key=self._place.__getitem__)
        self._views |= dict(zip(absent, per_item(self._view, absent), strict=True))

    def _view(self, image_id: str) -> View:
        width, height = self._size[image_id]
        thumbnail, unseen = self._read(image_id)
        return View(
            thumbnail,
            width=width,
            height=height,
            unseen=unseen,
            source=lambda: self._read(image_id),
        )
