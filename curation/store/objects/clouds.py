"""Google's and Azure's stores through obstore, which finds credentials where their own tools do.

A bucket with a key that has an empty part, a dot or two, or a control character is refused whole:
no part of it is ever left out in silence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotFoundError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore

from inksift.curation.store.objects.interface import ANYHOW, Fault, ObjectError, ObjectFacts

_PATIENCE: dict[str, Any] = {
    "client_options": {"timeout": timedelta(minutes=5), "connect_timeout": timedelta(seconds=10)},
    "retry_config": {"max_retries": 5, "retry_timeout": timedelta(minutes=3)},
}
_STORES: dict[str, Callable[..., Any]] = {"gs": GCSStore, "az": AzureStore}

_FAULTS: dict[type[BaseException], Fault] = {
    NotFoundError: "gone",
    FileNotFoundError: "gone",
    AlreadyExistsError: "changed",
    PreconditionError: "changed",
    PermissionDeniedError: "denied",
    UnauthenticatedError: "denied",
}


class CloudObjects:
    """The objects of one bucket or container of obstore."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def of(cls, scheme: str, bucket: str) -> CloudObjects:
        """Those of a bucket by the scheme of its URL."""
        with _faults():
            return cls(_STORES[scheme](bucket, **_PATIENCE))

    def listed(self, prefix: str) -> Iterator[ObjectFacts]:
        """As of `ObjectStore`."""
        with _faults():
            for page in obstore.list(self._store, prefix or None):
                for one in page:
                    yield _facts(one)

    def facts(self, key: str) -> ObjectFacts:
        """As of `ObjectStore`."""
        with _faults():
            return _facts(obstore.head(self._store, key))

    def chunks(self, known: ObjectFacts, start: int, stop: int) -> Iterator[bytes]:
        """As of `ObjectStore`."""
        options: Any = {"if_match": known.tag, "range": (start, stop)}
        with _faults():
            answer = obstore.get(self._store, known.key, options=options)
            for chunk in answer.stream():
                yield bytes(chunk)

    def put(self, key: str, data: bytes, *, replaces: str = ANYHOW) -> str:
        """As of `ObjectStore`."""
        mode: Any = {"e_tag": replaces} if replaces else "create"
        with _faults():
            told = obstore.put(
                self._store,
                key,
                data,
                mode="overwrite" if replaces == ANYHOW else mode,
                use_multipart=False,
            )
        return str(told["e_tag"])

    def delete(self, key: str) -> None:
        """As of `ObjectStore`."""
        try:
            with _faults():
                obstore.delete(self._store, key)
        except ObjectError as error:
            if error.fault != "gone":
                raise


def _facts(one: Any) -> ObjectFacts:
    seconds = int(one["last_modified"].timestamp())
    return ObjectFacts(one["path"], one["size"], str(one["e_tag"]), seconds * 10**9)


@contextmanager
def _faults() -> Iterator[None]:
    """What obstore raises, as ObjectError; the first line of it, as the others are of its code."""
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        told = str(error).partition("\n")[0]
        raise ObjectError(_FAULTS.get(type(error), "failed"), told) from error
