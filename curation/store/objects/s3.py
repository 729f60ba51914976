"""S3, and what speaks like it, through botocore: it takes every key as it is written, and finds
credentials, region and endpoint where Amazon's own tools do.

The quicker obstore lists no bucket in which one key has an empty part, a dot or two, or a control
character (docs/decisions/017-every-key-is-a-name.md)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from inksift.curation.store.objects.interface import ANYHOW, Fault, ObjectError, ObjectFacts

CONNECTIONS = 32
"""Open at a time: those that read, and some to spare."""

_CHUNK_BYTES = 2**18
"""Bytes that are handed on at a time."""

_CONNECT_S, _READ_S, _TRIES = 10, 30, 5
"""Seconds until a connection is given up, and without one byte; requests until a fault counts."""

_GONE = {"404", "NoSuchKey", "NotFound"}
_CHANGED = {"412", "409", "PreconditionFailed", "ConditionalRequestConflict"}


class S3Objects:
    """The objects of one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket
        config: Any = Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "max_attempts": _TRIES},
            signature_version=UNSIGNED if os.environ.get("AWS_SKIP_SIGNATURE") else None,
        )
        with _faults():
            session: Any = botocore.session.get_session()
            session.register_component("data_loader", _descriptions())
            self._client: Any = session.create_client("s3", config=config)

    def listed(self, prefix: str) -> Iterator[ObjectFacts]:
        """As of `ObjectStore`."""
        with _faults():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=prefix):
                for one in page.get("Contents", ()):
                    yield _facts(one["Key"], one["Size"], one)

    def facts(self, key: str) -> ObjectFacts:
        """As of `ObjectStore`."""
        with _faults():
            told = self._client.head_object(Bucket=self._bucket, Key=key)
        return _facts(key, told["ContentLength"], told)

    def chunks(self, known: ObjectFacts, start: int, stop: int) -> Iterator[bytes]:
        """As of `ObjectStore`."""
        part = {} if stop - start == known.size_bytes else {"Range": f"bytes={start}-{stop - 1}"}
        with _faults():
            answer = self._client.get_object(
                Bucket=self._bucket, Key=known.key, IfMatch=known.tag, **part
            )
            with answer["Body"] as body:
                yield from iter(lambda: body.read(_CHUNK_BYTES), b"")

    def put(self, key: str, data: bytes, *, replaces: str = ANYHOW) -> str:
        """As of `ObjectStore`."""
        condition = {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
        condition = {} if replaces == ANYHOW else condition
        with _faults():
            told = self._client.put_object(Bucket=self._bucket, Key=key, Body=data, **condition)
        return str(told["ETag"])

    def delete(self, key: str) -> None:
        """As of `ObjectStore`."""
        with _faults():
            self._client.delete_object(Bucket=self._bucket, Key=key)


@cache
def _descriptions() -> Any:
    """What botocore knows of S3, read once for all buckets: to read it costs more than all else of
    a client."""
    return botocore.session.get_session().get_component("data_loader")


def _facts(key: str, size: int, told: dict[str, Any]) -> ObjectFacts:
    return ObjectFacts(key, size, told["ETag"], int(told["LastModified"].timestamp()) * 10**9)


@contextmanager
def _faults() -> Iterator[None]:
    """What botocore raises, as ObjectError."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise ObjectError(_fault(code, status), str(error)) from error
    except NoCredentialsError as error:
        raise ObjectError(
            "denied",
            f"{error}: set AWS_ACCESS_KEY_ID and others, or run `aws "
            "configure`; for a public bucket set AWS_SKIP_SIGNATURE=1",
        ) from error
    except BotoCoreError as error:
        raise ObjectError("failed", str(error)) from error


def _fault(code: str, status: int) -> Fault:
    if code in _GONE:
        return "gone"
    if code in _CHANGED or status == 412:
        return "changed"
    return "denied" if 400 <= status < 500 and status not in (408, 429) else "failed"
