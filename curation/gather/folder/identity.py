"""Which content each file holds: the SHA-256 of its bytes, taken at the start of a run and
confirmed at its end."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import NamedTuple

from inksift.curation.base import engine
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError, read_chunks
from inksift.curation.gather.folder.walk import Found

_BATCH = 512
"""Files whose digests are taken at a time, between two looks at the progress bar."""


class Identity(NamedTuple):
    """A file's content and what its folder entry said when it was read; `error` if it could not
    be."""

    image_id: str = ""
    size_bytes: int = 0
    mtime_ns: int = 0
    inode: int = 0
    error: str = ""
    note: str = ""


def identify_all(reach: Reach, found: Sequence[Found], max_bytes: int) -> list[Identity]:
    """The identity of each file within `reach`; one that cannot be read has an error instead."""
    identities: list[Identity] = []
    for batch in engine.in_batches(found, _BATCH, "read files"):
        identities += engine.per_item(lambda file: _identify(reach, file, max_bytes), batch)
    return identities


def confirm_all(
    reach: Reach, found: Sequence[Found], identities: Sequence[Identity], max_bytes: int
) -> list[Identity]:
    """The identities as they are now: a file with other bytes than before is `changed_during_run`,
    without an id."""
    pairs = list(zip(found, identities, strict=True))
    return engine.per_item(lambda pair: _confirm(reach, *pair, max_bytes), pairs)


def _identify(reach: Reach, file: Found, max_bytes: int) -> Identity:
    """Hash the file's bytes; what the walk refused stays refused."""
    if file.error:
        return Identity(size_bytes=file.size_bytes, mtime_ns=file.mtime_ns, error=file.error)
    try:
        with reach.open(file.path_bytes, max_bytes=max_bytes) as handle:
            status = os.fstat(handle)
            digest = hashlib.sha256()
            for chunk in read_chunks(handle, max_bytes=max_bytes):
                digest.update(chunk)
    except RefusedError as error:
        return Identity(
            size_bytes=file.size_bytes, mtime_ns=file.mtime_ns, error=error.reason, note=str(error)
        )
    return Identity(digest.hexdigest(), status.st_size, status.st_mtime_ns, status.st_ino)


def _confirm(reach: Reach, file: Found, before: Identity, max_bytes: int) -> Identity:
    """`before` if the file still holds what was measured; else why its row cannot stand."""
    if before.error or _unmoved(reach, file, before):
        return before
    after = _identify(reach, file, max_bytes)
    if after.image_id == before.image_id:
        return after
    return after._replace(image_id="", error=after.error or "changed_during_run")


def _unmoved(reach: Reach, file: Found, before: Identity) -> bool:
    try:
        status = reach.status(file.path_bytes)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns, status.st_ino) == (
        before.size_bytes,
        before.mtime_ns,
        before.inode,
    )
