"""Pictures as every stage after the gate sees them: working thumbnails, read from the workspace by
content."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import Table
from inksift.curation.base.thumbnail_codec import unpack
from inksift.curation.base.unseen import Unseen, unpack_unseen
from inksift.curation.store.measurements import Measurements
from inksift.curation.store.parquet import read_parquet, read_value
from inksift.curation.store.workspace import Workspace

THUMBNAILS = Table("thumbnails", {"image_id": "str", "part": "str"}, key=("image_id",))
"""One row per readable picture: the stored part, relative to the workspace, that holds its
thumbnail."""

PARTS_IN_MEMORY = 6
"""Stored batches of 64 thumbnails, about 15 MB each."""


def locate_thumbnails(
    workspace: Workspace, stored: Measurements, image_ids: Sequence[str]
) -> pd.DataFrame:
    """THUMBNAILS rows of `image_ids`, in their order; every one of them must be stored."""
    names = {part: str(part.relative_to(workspace.root)) for part in stored.parts()}
    located = [names[part] if part else "" for part in stored.parts_of(image_ids)]
    if "" in located:
        raise _unlocated(image_ids[located.index("")])
    return THUMBNAILS.of_columns(image_id=image_ids, part=located)


class Thumbnails:
    """Maps an `image_id` to its thumbnail. Safe to call from many threads; quickest in the order of
    storage."""

    def __init__(self, workspace: Workspace, thumbnails: pd.DataFrame) -> None:
        self._root = workspace.root
        self._part_of = dict(zip(thumbnails["image_id"], thumbnails["part"], strict=True))
        self._recent: OrderedDict[str, dict[str, tuple[bytes, bytes]]] = OrderedDict()
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: it reads for itself."""
        return {"_root": self._root, "_part_of": self._part_of}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._recent, self._lock = OrderedDict(), threading.Lock()

    @property
    def version(self) -> str:
        """The versions of decoder and settings that these thumbnails come from; part of the key of
        what reads them."""
        return " ".join(sorted({part.split("/")[-2] for part in self._part_of.values()}))

    def __call__(self, image_id: str) -> Rgb:
        """The thumbnail as an array; StoreError when the workspace holds none for this picture."""
        return unpack(self._stored(image_id)[0])

    def unseen(self, image_id: str) -> Unseen:
        """What the thumbnail does not show; StoreError as above."""
        return unpack_unseen(self._stored(image_id)[1])

    def _stored(self, image_id: str) -> tuple[bytes, bytes]:
        _demand(image_id, self._part_of)
        part = self._part_of[image_id]
        with self._lock:
            return self._load(part)[image_id]

    def _load(self, part: str) -> dict[str, tuple[bytes, bytes]]:
        if part not in self._recent:
            self._recent[part] = self._read(part)
        self._recent.move_to_end(part)
        if len(self._recent) > PARTS_IN_MEMORY:
            self._recent.popitem(last=False)
        return self._recent[part]

    def _read(self, part: str) -> dict[str, tuple[bytes, bytes]]:
        try:
            rows = read_parquet(self._root / part)
            packed = zip(rows["thumbnail"], rows["unseen"], strict=True)
        except (OSError, ValueError, KeyError) as error:  # earlier versions stored no `unseen`
            raise _unreadable(self._root / part, error) from error
        return dict(zip(rows["image_id"], packed, strict=True))


class SingleThumbnails:
    """The same for a few pictures out of many parts: holds none of them, and reads one row at a
    time. `row_of` spares it to note the row of every picture, where that is known."""

    def __init__(
        self,
        workspace: Workspace,
        thumbnails: pd.DataFrame,
        row_of: Mapping[str, int] | None = None,
    ) -> None:
        self._root = workspace.root
        self._parts = thumbnails["part"]
        if row_of is None:
            row_of = {image_id: row for row, image_id in enumerate(thumbnails["image_id"])}
        self._row_of = row_of

    def __call__(self, image_id: str) -> Rgb:
        """The thumbnail as an array; StoreError when the workspace holds none for this picture."""
        _demand(image_id, self._row_of)
        place = self._root / str(self._parts.iat[self._row_of[image_id]])
        try:
            return unpack(read_value(place, "thumbnail", where="image_id", equals=image_id))
        except (OSError, ValueError) as error:
            raise _unreadable(place, error) from error


def _demand(image_id: str, known: Container[str]) -> None:
    if image_id not in known:
        raise _unlocated(image_id)


def _unlocated(image_id: str) -> StoreError:
    return StoreError(
        f"no thumbnail of {image_id or 'an unreadable file'}: run the images stage again"
    )


def _unreadable(place: Path, error: Exception) -> StoreError:
    return StoreError(f"cannot read {place} ({error}): run the images stage again")
