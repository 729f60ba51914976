"""The original of a picture at its full size: read from the source again, decoded in the sandbox,
and encoded by us. A browser never gets bytes of the file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from inksift.curation.base.errors import SourceError
from inksift.curation.base.tables import IMAGES
from inksift.curation.base.thumbnail_codec import unpack
from inksift.curation.drawing.contact_sheet import jpeg
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.reached import pictures_of, reach_again
from inksift.curation.store.published import read_link_roots, read_source
from inksift.curation.store.tables import columns_where
from inksift.curation.store.workspace import Workspace

if TYPE_CHECKING:
    from inksift.curation.gather.gate.pool import Gate

MOST_BYTES = 1_024 * 10**6
"""Bytes of a file that is read: the most that the settings of a run allow."""

DECODING: Mapping[str, int] = MappingProxyType(
    {
        "max_bytes": MOST_BYTES,
        "max_pixels": 500 * 10**6,
        "thumbnail_side_px": 2048,
        "timeout_s": 30,
        "memory_bytes": 2048 * 2**20,
    }
)
"""Of the decode worker: the largest files and pictures that any run may read, within the memory and
time of a usual one, at the longest side that the codec of thumbnails takes."""

QUALITY_OF_ORIGINALS = 92
"""JPEG quality: what is wrong with a picture must show, and none of it be ours."""

ORIGINALS_KEPT = 8
"""Encoded originals in memory, of up to 2 MB: those that somebody flips between."""


class Originals:
    """JPEGs of the pictures of the last run, at most 2048 px long. Safe to use from many threads,
    which take turns: one worker decodes. Starts nothing before the first is asked for.

    KeyError for a picture that the run does not have, SourceError in words for one that cannot be
    shown any more."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._recent: OrderedDict[str, bytes] = OrderedDict()
        self._turn = threading.Lock()

    def picture(self, image_id: str) -> bytes:
        """The original with these bytes."""
        with self._turn:
            if image_id not in self._recent:
                self._recent[image_id] = self._encoded(image_id)
            self._recent.move_to_end(image_id)
            if len(self._recent) > ORIGINALS_KEPT:
                self._recent.popitem(last=False)
            return self._recent[image_id]

    def close(self) -> None:
        """End the worker, where one was started."""
        if "_gate" in self.__dict__:
            self._gate.__exit__()

    @cached_property
    def _gate(self) -> Gate:
        # Only now: the decoders take memory, and many who look ask for no original.
        from inksift.curation.gather.gate.pool import Gate
        from inksift.curation.gather.gate.worker import Settings

        return Gate(Settings(**DECODING), workers=1)

    def _encoded(self, image_id: str) -> bytes:
        table = self._workspace.table(IMAGES.name)
        found = columns_where(table, ["path_bytes"], "image_id", image_id)
        if found.empty or not image_id:
            raise KeyError(image_id)
        with self._reach() as reach:
            return self._decoded(reach, found["path_bytes"].tolist()[0], image_id)

    def _decoded(self, reach: Reach, path: bytes, image_id: str) -> bytes:
        try:
            with reach.open(path, max_bytes=MOST_BYTES) as handle:
                decoded = self._gate.decode(handle, image_id)
        except RefusedError as error:
            raise SourceError(f"the original cannot be opened any more: {error}") from None
        if decoded.error:
            raise SourceError(f"the original is not as the run read it: {decoded.error}")
        return jpeg(unpack(decoded.thumbnail), QUALITY_OF_ORIGINALS)

    def _reach(self) -> AbstractContextManager[Reach]:
        """The reach of the source, with links followed as the last run could."""
        source = read_source(self._workspace)
        folder = pictures_of(source, self._workspace)
        roots = read_link_roots(self._workspace)
        followed: list[Path] = []
        if roots and isinstance(source, Path) and source.is_dir():
            followed = [source, *roots]
        return reach_again(folder, followed)
