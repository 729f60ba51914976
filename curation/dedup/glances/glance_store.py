"""The glances at all pictures: made once in their life, stored, and some thousands in memory at a
time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from inksift.curation.base.engine import per_item
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import Unseen
from inksift.curation.dedup.glances.glance import (
    Glances,
    glance_at,
    no_glance,
    packed_glance,
    unpacked_glances,
)
from inksift.curation.spread.engine import LOCAL, Batching, Engine, Lost
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.part_writer import StoringTask

ReadSeen = Callable[[str], tuple[Rgb, Unseen]]
"""Gives the thumbnail of an image_id, and what that does not show."""


@dataclass(frozen=True)
class HoldingLimits:
    """How the work is portioned. Chosen by eye; changes no answer."""

    in_memory: int = 16_384
    """Glances held at a time, 11 kB each."""

    batch: int = 256
    """Glances made between two saves, and read at a time."""


_LIMITS = HoldingLimits()
log = logging.getLogger("inksift")


class GlanceStore:
    """Glances by image_id. Quickest for pictures in the order of their storage."""

    def __init__(self, stored: Measurements, read: ReadSeen, engine: Engine = LOCAL) -> None:
        self._stored, self._read, self._engine = stored, read, engine
        self.lost: set[str] = set()
        """Pictures at which no glance could be made now; theirs shows nothing."""
        self._part_of: dict[str, Path] = {}
        self._known: set[Path] = set()
        self._held: dict[str, bytes] = {}

    def __call__(self, image_ids: Sequence[str]) -> Glances:
        """The glances at these pictures, in that order; ids come once each."""
        absent = [image_id for image_id in image_ids if image_id not in self._held]
        if len(self._held) + len(absent) > _LIMITS.in_memory:
            self._held = {one: self._held[one] for one in image_ids if one in self._held}
        self._load(set(absent))
        self._make([image_id for image_id in absent if image_id not in self._held])
        return unpacked_glances([self._held[image_id] for image_id in image_ids])

    def forget(self) -> None:
        """Hold none, and remember that what was stored is sound."""
        self._held = {}
        self._stored.note()

    def _load(self, image_ids: set[str]) -> None:
        """Hold what is stored of these."""
        self._index()
        parts = {self._part_of[image_id] for image_id in image_ids & self._part_of.keys()}
        for part in sorted(parts):
            rows = self._stored.part(part)
            found = zip(rows["image_id"], rows["glance"], strict=True)
            self._held |= {image_id: kept for image_id, kept in found if image_id in image_ids}

    def _index(self) -> None:
        for part in set(self._stored.parts()) - self._known:
            self._known.add(part)
            named = self._stored.part(part, ["image_id"])
            self._part_of |= dict.fromkeys(named["image_id"], part)

    def _make(self, image_ids: Sequence[str]) -> None:
        """Make these, store them batch by batch, and hold them; one that was lost is not tried
        again."""
        untried = [image_id for image_id in image_ids if image_id not in self.lost]
        task = StoringTask(partial(_made, read=self._read), self._stored.writer)
        batching, title = Batching(_LIMITS.batch), "glance at pictures"
        for ended in self._engine.map_batches(task, untried, batching, title=title):
            if isinstance(ended, Lost):
                log.warning("%s", ended.error(title))
                self.lost.add(ended.item)
            else:
                self._stored.accept(ended.answer)
        self._load(set(untried))
        self._held |= dict.fromkeys(self.lost, packed_glance(no_glance()))


def _made(image_ids: Sequence[str], *, read: ReadSeen) -> pd.DataFrame:
    made = per_item(lambda image_id: packed_glance(glance_at(*read(image_id))), image_ids)
    return pd.DataFrame({"image_id": list(image_ids), "glance": made})
