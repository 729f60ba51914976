"""What is asked of an object store, whatever company runs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol

Fault = Literal["gone", "changed", "denied", "failed"]
"""Why an object was not had: it is not there; it is not the one that was meant; it is refused, or
was asked for often enough; or the store did not answer, or not in whole, which may pass."""

ANYHOW = "*"
"""In place of the tag that a put is to replace: whatever is there."""


class ObjectError(Exception):
    """An object that was not read or written: the `fault`, and what the store said of it."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(fault, detail)
        self.fault: Fault = fault
        self.detail = detail

    def __str__(self) -> str:
        return self.detail


class ObjectFacts(NamedTuple):
    """An object: its key, its size, its ETag, which other bytes do not have, and when it was
    written, in whole seconds as nanoseconds, since listings are as coarse as that."""

    key: str
    size_bytes: int
    tag: str
    modified_ns: int


class ObjectStore(Protocol):
    """One bucket. All methods raise ObjectError; safe to use from many threads."""

    def listed(self, prefix: str) -> Iterator[ObjectFacts]:
        """All objects whose keys begin so, page by page, every key as it is written."""
        ...

    def facts(self, key: str) -> ObjectFacts:
        """Those of one object."""
        ...

    def chunks(self, known: ObjectFacts, start: int, stop: int) -> Iterator[bytes]:
        """Bytes from `start` up to `stop`, one at least, once tried, of the object with that tag
        and no other."""
        ...

    def put(self, key: str, data: bytes, *, replaces: str = ANYHOW) -> str:
        """Write an object, in one request, if the one there has this tag: "" for none. The answer
        is its tag; `changed` where another is there."""
        ...

    def delete(self, key: str) -> None:
        """Remove an object; nothing where it is not there."""
        ...
