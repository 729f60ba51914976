"""Which content each file holds: the SHA-256 of its bytes, taken at the start of a run, or known
from an earlier one, and confirmed at its end."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import NamedTuple

from inksift.curation.base import engine
from inksift.curation.gather.folder.entry import NO_ENTRY, FileEntry
from inksift.curation.gather.folder.known_files import KnownFiles
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError, read_chunks
from inksift.curation.gather.folder.walk import Found

_BATCH = 512
"""Files whose digests are taken at a time, between two looks at the progress bar."""

_ENTRIES = 256
"""Files whose entries a thread asks for at a time: each is a matter of microseconds."""


class Identity(NamedTuple):
    """A file's content and what its folder entry said when it was read; `error` if it could not
    be."""

    image_id: str = ""
    entry: FileEntry = NO_ENTRY
    error: str = ""
    note: str = ""


def identify_all(
    reach: Reach, found: Sequence[Found], max_bytes: int, known: KnownFiles | None = None
) -> list[Identity]:
    """The identity of each file within `reach`; one that cannot be read has an error instead. A
    file that is as it was when it became `known` is not read, and what is read becomes known."""
    began_ns = time.time_ns()
    identities: list[Identity | None] = [None] * len(found)
    if known:
        identities = _recalled(reach, found, max_bytes, known)
    unknown = [place for place, identity in enumerate(identities) if identity is None]
    for batch in engine.in_batches(unknown, _BATCH, "read files"):
        read = engine.per_item(
            lambda place: _identify(reach, found[place], max_bytes), batch, workers=reach.readers
        )
        for place, identity in zip(batch, read, strict=True):
            identities[place] = identity
    whole = [identity for identity in identities if identity is not None]
    if known and unknown:
        read_now = (
            (file.path_bytes, one.entry, one.image_id)
            for file, one in zip(found, whole, strict=True)
        )
        known.remember(read_now, began_ns=began_ns)
    return whole


def confirm_all(
    reach: Reach, found: Sequence[Found], identities: Sequence[Identity], max_bytes: int
) -> list[Identity]:
    """The identities as they are now: a file with other bytes than before is `changed_during_run`,
    without an id."""
    reach.look_again()
    pairs = list(zip(found, identities, strict=True))
    return engine.per_item(
        lambda pair: _confirm(reach, *pair, max_bytes),
        pairs,
        workers=reach.readers,
        at_once=_ENTRIES,
    )


def _recalled(
    reach: Reach, found: Sequence[Found], max_bytes: int, known: KnownFiles
) -> list[Identity | None]:
    """The identity of every file that is as it was; None of one that is to be read."""
    entries = engine.per_item(lambda file: _entry(reach, file), found, at_once=_ENTRIES)
    paths = [file.path_bytes for file in found]
    ids = known.recall(list(zip(paths, entries, strict=True)))
    return [
        Identity(image_id, entry) if image_id and entry.size_bytes <= max_bytes else None
        for image_id, entry in zip(ids, entries, strict=True)
    ]


def _identify(reach: Reach, file: Found, max_bytes: int) -> Identity:
    """Hash the file's bytes; what the walk refused stays refused."""
    listed = NO_ENTRY._replace(size_bytes=file.size_bytes, mtime_ns=file.mtime_ns)
    if file.error:
        return Identity(entry=listed, error=file.error)
    try:
        with reach.open(file.path_bytes, max_bytes=max_bytes) as handle:
            entry = reach.entry_of(handle, file.path_bytes)
            digest = hashlib.sha256()
            for chunk in read_chunks(handle, max_bytes=max_bytes):
                digest.update(chunk)
    except RefusedError as error:
        return Identity(entry=listed, error=error.reason, note=str(error))
    return Identity(digest.hexdigest(), entry)


def _confirm(reach: Reach, file: Found, before: Identity, max_bytes: int) -> Identity:
    """`before` if the file still holds what was measured; else why its row cannot stand."""
    if before.error or _entry(reach, file) == before.entry:
        return before
    after = _identify(reach, file, max_bytes)
    if after.image_id == before.image_id:
        return after
    return after._replace(image_id="", error=after.error or "changed_during_run")


def _entry(reach: Reach, file: Found) -> FileEntry:
    """The entry of a file as it is now; none of one that the walk refused, or that is gone."""
    if file.error:
        return NO_ENTRY
    try:
        return reach.entry(file.path_bytes)
    except OSError:
        return NO_ENTRY
