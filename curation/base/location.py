"""Where pictures and results are: a path of this machine, or a URL of an object store."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from inksift.curation.base.errors import ParamError
from inksift.curation.base.params import SECRET

SCHEMES = ("s3", "gs", "az")
"""Of the object stores that are read and written: S3 and what speaks like it, Google, Azure."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
_SIGNED = re.compile(r"\?(.*&)?sig=", re.IGNORECASE)
"""In a link of Azure that lets in whoever has it."""


@dataclass(frozen=True)
class Url:
    """A folder of an object store, or one object: s3://bucket/folder, without a slash at the end.

    It answers what is asked of a path that is only read, and asks no server for it."""

    scheme: str
    bucket: str
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}" + (f"/{self.path}" if self.path else "")

    @property
    def name(self) -> str:
        """The last part, as of a path."""
        return self.path.rpartition("/")[2] or self.bucket

    @property
    def prefix(self) -> str:
        """What the keys of all objects in this folder begin with."""
        return f"{self.path}/" if self.path else ""

    def resolve(self) -> Url:
        """Itself: a store has no links."""
        return self

    def exists(self) -> bool:
        """True: whether anything is there is seen where it is listed."""
        return True

    def is_file(self) -> Literal[False]:
        """False, as of a folder: an archive is fetched before it is opened."""
        return False

    def is_dir(self) -> Literal[False]:
        """False: it cannot be opened like a folder of this machine."""
        return False


Location = Path | Url
"""Where a source is."""


def location_of(text: str | os.PathLike[str] | Url) -> Location:
    """What a person named: a path, or a URL. ParamError for a URL that is not read here.

    >>> str(location_of("s3://crawls/foxes/")), location_of("file:///data/my%20crawl")
    ('s3://crawls/foxes', PosixPath('/data/my crawl'))
    """
    told = str(text) if isinstance(text, Url) else os.fspath(text)
    scheme, found, rest = told.partition("://")
    if not found:
        return Path(told)
    if scheme == "file":
        return Path(unquote(rest.removeprefix("localhost")))
    bucket, _, path = rest.partition("/")
    if scheme not in SCHEMES or not bucket:
        raise ParamError(  # which does not repeat what may be a secret
            f"{scheme if _SCHEME.fullmatch(scheme) else ''}://…: expected a path, or a URL such as "
            f"s3://bucket/folder; there are: file, {', '.join(SCHEMES)}"
        )
    if {":", "@"} & {*bucket} or (scheme == "az" and _SIGNED.search(rest)):
        raise ParamError(
            f"a {scheme} URL names no user and no key: put credentials into the environment or the "
            "configuration of the store's own tools"
        )
    return Url(scheme, bucket, path.rstrip("/"))


def lies_in(inner: Location, outer: Location) -> bool:
    """Whether a place is another one, or lies in it; a path lies in no URL.

    >>> lies_in(location_of("s3://crawls/foxes"), location_of("s3://crawls"))
    True
    """
    if isinstance(inner, Url) and isinstance(outer, Url):
        same = (inner.scheme, inner.bucket) == (outer.scheme, outer.bucket)
        return same and f"{inner.path}/".startswith(outer.prefix)
    if isinstance(inner, Url) or isinstance(outer, Url):
        return False
    return inner.resolve().is_relative_to(outer.resolve())


def _valid(value: Any) -> Location:
    if isinstance(value, Path | Url):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("path_type", "Input is not a valid path")
    try:
        return location_of(value)
    except ParamError as error:
        raise PydanticCustomError(SECRET, "{words}", {"words": str(error)}) from None


LocationField = Annotated[
    Location,
    PlainValidator(_valid, json_schema_input_type=str),
    PlainSerializer(str, when_used="json"),
]
"""A location in settings that people write."""
