"""The store that a URL names, its library imported only then; and reading that does not give up at
the first fault."""

from __future__ import annotations

import time
from collections.abc import Iterator

from inksift.curation.base.errors import MissingError
from inksift.curation.base.location import Url
from inksift.curation.store.objects.interface import ObjectError, ObjectFacts, ObjectStore

_TRIES = 5
"""Of reading an object, each from where the one before ended."""

_PAUSE_S = 0.2
"""Before the second try; each later one waits twice as long."""

_PATIENCE_S, _SLOWEST_BYTES_A_SECOND = 60, 20_000
"""What an object may take: a minute, and the time of its bytes at this speed."""


def object_store(url: Url) -> ObjectStore:
    """The bucket of a URL; MissingError names the extra where its library is not installed.

    ObjectError where the configuration of the store cannot be used."""
    try:
        if url.scheme == "s3":
            from inksift.curation.store.objects.s3 import S3Objects

            return S3Objects(url.bucket)
        from inksift.curation.store.objects.clouds import CloudObjects

        return CloudObjects.of(url.scheme, url.bucket)
    except ImportError as error:
        raise MissingError(
            f"{url} needs {error.name}: install it with `pip install 'inksift[remote]'`"
        ) from error


def read_object(
    objects: ObjectStore, known: ObjectFacts, *, stop: int | None = None
) -> Iterator[bytes]:
    """The bytes of an object, up to `stop` where one is given, in chunks. A body that ends early is
    gone on with from where it ended; ObjectError where that does not help, or it takes too
    long."""
    end = known.size_bytes if stop is None else min(stop, known.size_bytes)
    until = time.monotonic() + _PATIENCE_S + end / _SLOWEST_BYTES_A_SECOND
    position, tries = 0, 0
    while position < end:
        tries += 1
        try:
            for chunk in objects.chunks(known, position, end):
                position += len(chunk)
                _demand(position <= end, f"{known.key} is longer than the store said")
                _demand(time.monotonic() < until, f"{known.key} came too slowly")
                yield chunk
            fault = f"the body of {known.key} ended early"
        except ObjectError as error:
            if error.fault != "failed":
                raise
            fault = str(error)
        if position < end:
            _demand(tries < _TRIES and time.monotonic() < until, f"tried {tries} times: {fault}")
            time.sleep(_PAUSE_S * 2 ** (tries - 1))


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ObjectError("denied", otherwise)
