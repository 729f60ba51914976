"""Files that belong to a picture and are none: its caption, what a downloader knew of it, an edit
record, a cache of latents.

They are told by their endings and by the name of a picture in the same folder. A file that begins
like a picture is one, whatever its ending says."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from inksift.curation.base import engine
from inksift.curation.base.tables import Table
from inksift.curation.gather.folder.choice import SetAside, ending
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.gather.folder.walk import Found, Listed, display
from inksift.curation.gather.gate.formats import ALLOWED, sniff

ENDINGS = (
    ".txt",
    ".caption",
    ".tags",
    ".json",
    ".xmp",
    ".npz",
    ".npy",
    ".safetensors",
    ".yaml",
    ".toml",
    ".xml",
)
"""What the tools that download, caption, edit and train put beside pictures."""

CAPTIONS = (".txt", ".caption", ".tags")
"""Endings of those whose text is shown beside the picture."""

SIDECARS = Table(
    "sidecars",
    {
        "path": "str",
        "path_bytes": "object",
        "picture": "str",
        "size_bytes": "int64",
        "text": "str",
    },
    key=("path", "picture"),
)
"""One row per sidecar and the picture that it belongs to, "" where there is none. `path_bytes` is
its raw name, `text` the start of a caption, safe to show, "" for other kinds."""

_HEAD_BYTES = 4096
"""What is read of a sidecar: enough for its format and for a caption to show."""

_MOST_CHARS = 2000
"""Characters of a caption that are shown."""

_BATCH = 512
"""Sidecars that are looked into between two looks at the progress bar."""

_CACHES = (".npz", ".npy", ".safetensors")
"""Caches of trainers add what they are for to the name, such as 000_0512x0512_sdxl.npz."""


class Sorted(NamedTuple):
    """A listing without sidecars, and the SIDECARS rows."""

    listing: Listed
    sidecars: list[dict[str, object]]


def sort_sidecars(reach: Reach, listing: Listed, endings: Sequence[str]) -> Sorted:
    """The files of `listing` apart from sidecars, which have one of the `endings`; those of a
    picture that is set aside are set aside with it."""
    asked = [file for file in listing.files if ending(file.path_bytes) in endings]
    heads = _read_heads(reach, [file for file in asked if file.error in ("", "file_too_big")])
    beside = {path: head for path, head in heads.items() if sniff(head) not in ALLOWED}
    pictures = [file for file in listing.files if file.path_bytes not in beside]
    unknown = {file.path_bytes for file in asked} - heads.keys()
    owners = _Owners(path for path, *_ in pictures if path not in unknown)
    gone = _Owners(entry.path_bytes for entry in listing.set_aside)
    pattern_of = {entry.path_bytes: entry.pattern for entry in listing.set_aside}
    rows, set_aside = [], list(listing.set_aside)
    for file in (file for file in asked if file.path_bytes in beside):
        mine, theirs = owners.of(file.path_bytes), gone.of(file.path_bytes)
        if theirs and not mine:
            set_aside.append(SetAside(file.path_bytes, pattern_of[theirs[0]], 1))
        else:
            rows += _rows(file, mine or [b""], beside[file.path_bytes])
    return Sorted(Listed(pictures, sorted(set_aside)), rows)


class _Owners:
    """Files by folder and name, and by folder and name without its ending."""

    def __init__(self, paths: Iterator[bytes]) -> None:
        self._whole: set[bytes] = set()
        self._stems: Mapping[bytes, list[bytes]] = defaultdict(list)
        for path in paths:
            self._whole.add(path)
            self._stems[_stem(path)].append(path)

    def of(self, sidecar: bytes) -> list[bytes]:
        """The files that a sidecar is named after: the longest name counts, and of names that
        differ in their ending alone all."""
        found = (self._named(name) for name in _names(sidecar))
        return next(filter(None, found), [])

    def _named(self, name: bytes) -> list[bytes]:
        return [name] if name in self._whole else self._stems.get(name, [])


def _names(sidecar: bytes) -> Iterator[bytes]:
    """What the picture of a sidecar may be called, with or without its ending, the longest first.

    >>> list(_names(b"fox/a.b.txt"))
    [b'fox/a.b', b'fox/a']
    """
    cuts = (b".", b"_") if ending(sidecar) in _CACHES else (b".",)
    folder, slash, name = sidecar.rpartition(b"/")
    name = _stem(name)
    while name:
        yield folder + slash + name
        name = name[: max(0, *map(name.rfind, cuts))]


def _stem(path: bytes) -> bytes:
    return os.path.splitext(path)[0]


def _read_heads(reach: Reach, files: Sequence[Found]) -> dict[bytes, bytes]:
    """The first bytes of each file that can be opened."""
    heads: list[bytes | None] = []
    for batch in engine.in_batches(files, _BATCH, "look into sidecars"):
        heads += engine.per_item(
            lambda file: _head(reach, file.path_bytes), batch, workers=reach.readers
        )
    pairs = zip(files, heads, strict=True)
    return {file.path_bytes: head for file, head in pairs if head is not None}


def _head(reach: Reach, path: bytes) -> bytes | None:
    try:
        return reach.head(path, _HEAD_BYTES)
    except (RefusedError, OSError):
        return None


def _rows(file: Found, pictures: Sequence[bytes], head: bytes) -> list[dict[str, object]]:
    row = {
        "path": file.path,
        "path_bytes": file.path_bytes,
        "size_bytes": file.size_bytes,
        "text": _caption(head) if ending(file.path_bytes) in CAPTIONS else "",
    }
    return [{**row, "picture": display(picture)} for picture in pictures]


def _caption(head: bytes) -> str:
    """The text of a caption in one line, without what does not print."""
    text = " ".join(head.decode("utf-8-sig", "replace").split())[:_MOST_CHARS]
    return display(text.encode())
