"""What a shared workspace consists of: one object, `head.json`, which names every file by its
content. It is replaced on the condition that it is still the one that was read, so that nobody's
work is written over; the contents themselves are never replaced.

    head.json       path: [SHA-256, bytes] of every file, and where links lead
    blobs/SHA-256   the contents
    lock.json       who works on it now
    latest/NAME     what is published for people, once more under its own name"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import islice
from typing import NamedTuple

from inksift.curation.base.errors import LaterError, StoreError
from inksift.curation.store.objects.interface import ObjectError, ObjectStore
from inksift.curation.store.objects.opened import read_object
from inksift.curation.store.shared.holder import read_holder

HEAD, LOCK, BLOBS, BY_NAME = "head.json", "lock.json", "blobs/", "latest/"

PUBLISHED_LIST = "published.json"
"""Fetched after all others, since it says which of them belong together."""

_FORMAT = 1
"""Raised whenever an older inksift could not read it."""

SharedFile = tuple[str, int]
"""SHA-256 and size of a file; of a link where it leads, and -1."""

_LOOKED_AT = 1_000
"""Objects of a new folder: one page of a listing."""

LINK_BYTES = -1
"""In place of a size: it is a link."""

Files = Mapping[str, SharedFile]
"""The files of a workspace by their paths, with / between folders."""


class SharedHead(NamedTuple):
    """The files of a shared workspace, and the ETag of the object that says so, "" for none."""

    files: Files
    tag: str


def read_head(objects: ObjectStore, prefix: str) -> SharedHead:
    """What is shared now, nothing before the first time; StoreError where it is none of ours."""
    try:
        known = objects.facts(prefix + HEAD)
        data = b"".join(read_object(objects, known))
    except ObjectError as error:
        if error.fault == "gone":
            return _nothing_yet(objects, prefix)
        if error.fault == "changed":
            return read_head(objects, prefix)
        raise
    return SharedHead(_files_in(data, prefix), known.tag)


def _nothing_yet(objects: ObjectStore, prefix: str) -> SharedHead:
    """The head of a folder that holds no more than a run leaves that was killed before its first
    head; StoreError where it holds anything else."""
    for one in islice(objects.listed(prefix), _LOOKED_AT):
        if one.key == prefix + HEAD:  # put meanwhile
            return read_head(objects, prefix)
        if not _is_ours(objects, prefix, one.key):
            raise StoreError(
                f"{one.key} is not inksift's: choose an empty or new folder for --workspace"
            )
    return SharedHead({}, "")


def _is_ours(objects: ObjectStore, prefix: str, key: str) -> bool:
    """Whether an object is there before the first head: the folder itself, a content, a lock."""
    if key == prefix + LOCK:
        holder, tag = read_holder(objects, key)
        return bool(holder) or not tag
    return key == prefix or key.startswith(prefix + BLOBS)


def head_bytes(files: Files) -> bytes:
    """The content of `head.json`, the same for the same files."""
    told = {"inksift_shared_workspace": _FORMAT, "files": files}
    return json.dumps(told, sort_keys=True, indent=0).encode()


def merged(base: Files, mine: Files, theirs: Files) -> tuple[dict[str, SharedFile], list[str]]:
    """What two sides made of the same files, and the paths that both changed otherwise, which are
    as theirs.

    >>> old, new = ("a", 1), ("b", 1)
    >>> merged({"x": old, "y": old}, {"x": new, "y": old}, {"x": old, "z": new})
    ({'x': ('b', 1), 'z': ('b', 1)}, [])
    """
    result: dict[str, SharedFile] = {}
    conflicts = []
    for path in sorted({*mine, *theirs}):
        was, here, there = base.get(path), mine.get(path), theirs.get(path)
        kept = here if there in (was, here) else there
        if kept is not None:
            result[path] = kept
        if here not in (was, there) and there != was:
            conflicts.append(path)
    return result, conflicts


def _files_in(data: bytes, prefix: str) -> dict[str, SharedFile]:
    try:
        told = json.loads(data)
        found = int(told["inksift_shared_workspace"])
        if found > _FORMAT:
            raise LaterError(
                f"{prefix}{HEAD} is of format {found}, which a later inksift wrote; this one knows "
                f"format {_FORMAT}, and changed nothing: install the later inksift"
            )
        files = {str(path): (str(one), int(size)) for path, (one, size) in told["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        found, files = 0, {}
    if found != _FORMAT or any(map(_leads_out, files)):
        raise StoreError(
            f"{prefix}{HEAD} is damaged: bring back an earlier version of it, where the store "
            f"keeps some; else remove it and {prefix}{BY_NAME}, and the next run of a machine that "
            "worked on this workspace shares its copy anew, with what people decided"
        )
    return files


def _leads_out(path: str) -> bool:
    return bool({"", ".", ".."} & {*path.split("/")}) or "\0" in path
