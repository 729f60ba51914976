"""The pictures of a run as a browser gets them: encoded by us, found by content, never a file of
the user's."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.drawing.contact_sheet import jpeg

THUMBNAIL_PX, PICTURE_PX = 160, 512
"""Longest side of a picture in a list, and of one by itself."""

QUALITY = 85
"""JPEG quality of both."""

AT_ONCE = 2
"""Pictures read and encoded at one time: more would take memory in every thread and be no
quicker."""
IN_MEMORY = 400
"""Encoded pictures: about 6 kB each as a thumbnail, 60 kB as a large one."""


class ServedPictures:
    """JPEGs of the pictures `known` by image_id, of which `read` gives the pixels. Safe to use from
    many threads.

    KeyError for a picture that is not known; whatever `read` raises.
    """

    def __init__(self, read: Callable[[str], Rgb], known: Collection[str]) -> None:
        self._read = read
        self._known = known
        self._recent: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def thumbnail(self, image_id: str) -> bytes:
        """The picture with its longest side at most 160 px."""
        return self._encoded(image_id, THUMBNAIL_PX)

    def picture(self, image_id: str) -> bytes:
        """The picture with its longest side at most 512 px."""
        return self._encoded(image_id, PICTURE_PX)

    def _encoded(self, image_id: str, side_px: int) -> bytes:
        if image_id not in self._known:
            raise KeyError(image_id)
        key = (image_id, side_px)
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        with self._turns:
            data = jpeg(shrink(self._read(image_id), side_px), QUALITY)
        self._keep(key, data)
        return data

    def _keep(self, key: tuple[str, int], data: bytes) -> None:
        with self._lock:
            self._recent[key] = data
            while len(self._recent) > IN_MEMORY:
                self._recent.popitem(last=False)
