"""Pairs of pictures, each compared once in its life: at a glance, then closely where that leaves a
doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from inksift.curation.base.arrays import Integers
from inksift.curation.base.components import connected_components
from inksift.curation.base.engine import in_batches, per_item
from inksift.curation.base.tables import PAIRS, Table
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.glances.cascade import may_be_related
from inksift.curation.dedup.glances.glance_store import GlanceStore, ReadSeen
from inksift.curation.dedup.relation import DIFFERENT, Relation
from inksift.curation.dedup.whole import relate_files
from inksift.curation.store.measurements import Measurements


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
    """Pairs compared between two saves, so that a run that is stopped loses a few seconds."""


_LIMITS = PortionLimits()

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
        self, stored: Measurements, glances: GlanceStore, pictures: pd.DataFrame, read: ReadSeen
    ) -> None:
        self._stored, self._glances = stored, glances
        self._views = _Views(pictures, read)
        self._place = dict(zip(pictures["image_id"], pictures["place"], strict=True))
        self._frame = stored.frame()
        self._asked: set[str] = set()
        self.new = 0

    @property
    def count(self) -> int:
        """How many pairs were asked for."""
        return len(self._asked)

    def add(self, keys: Sequence[str]) -> None:
        """Compare these pairs, but for those stored."""
        self._asked |= set(keys)
        known = set(self._frame["image_id"])
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        if not missing:
            return
        self.new += len(missing)
        self._compare_closely(self._in_doubt(missing))
        self._stored.gather()
        self._frame = self._stored.frame()

    def related(self) -> pd.DataFrame:
        """COMPARED of the pairs asked for that are related, with columns `first` and `second`."""
        rows = self._frame if len(self._frame) else COMPARED.frame([])
        rows = rows[rows["relation"] != DIFFERENT.kind]
        rows = COMPARED.check(rows[rows["image_id"].isin(self._asked)])
        pairs = [pair_ids(key) for key in rows["image_id"]]
        first = pd.Series([one for one, _ in pairs], index=rows.index, dtype="str")
        second = pd.Series([other for _, other in pairs], index=rows.index, dtype="str")
        ends = rows.assign(first=first, second=second)
        return ends.sort_values(["first", "second"], ignore_index=True)

    def _in_doubt(self, keys: Sequence[str]) -> list[str]:
        """The pairs that a glance leaves in doubt; all others are stored as different."""
        doubtful: list[str] = []
        for some in in_batches(sorted(keys, key=self._block), _LIMITS.glanced_at, "pair pictures"):
            doubt = self._glance(some)
            told = [key for key, in_doubt in zip(some, doubt, strict=True) if not in_doubt]
            doubtful += [key for key, in_doubt in zip(some, doubt, strict=True) if in_doubt]
            self._store(told, [DIFFERENT] * len(told))
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
        for portion in _portions(_side_by_side(keys, self._place)):
            self._views.load(set(chain.from_iterable(map(pair_ids, portion))))
            for some in in_batches(portion, _LIMITS.compared, "compare pictures"):
                # Pairs are spread over the cores already: small products gain nothing from threads.
                with threadpool_limits(1):
                    self._store(some, per_item(self._relation, some))

    def _relation(self, key: str) -> Relation:
        first, second = pair_ids(key)
        return relate_files(self._views[first], self._views[second])

    def _store(self, keys: Sequence[str], relations: Sequence[Relation]) -> None:
        rows = [
            {"image_id": key, "relation": relation.kind, **relation._asdict()}
            for key, relation in zip(keys, relations, strict=True)
        ]
        if rows:
            self._stored.add(COMPARED.frame(rows))


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


def _portions(keys: Sequence[str]) -> Iterator[list[str]]:
    """The pairs in portions of no more pictures than there may be views in memory."""
    portion: list[str] = []
    ids: set[str] = set()
    for key in keys:
        if len(ids) + len(set(pair_ids(key)) - ids) > _LIMITS.views_in_memory:
            yield portion
            portion, ids = [], set()
        portion.append(key)
        ids.update(pair_ids(key))
    if portion:
        yield portion


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
        """Have the views of these pictures, and of no others."""
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
