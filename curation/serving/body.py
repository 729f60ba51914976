"""The body of a change: read whole before the app hears of it, within limits of size and time."""

from __future__ import annotations

import asyncio
import re

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from inksift.curation.serving.refusal import RequestRefusedError

MAX_BODY_BYTES = 256_000
"""Bytes of a request: decisions on a page of pictures, with notes, are fewer."""

BODY_S = 10.0
"""Seconds within which a request must be there."""

_LENGTH = re.compile(r"[0-9]{1,18}")


async def read_body(receive: Receive, headers: Headers) -> bytes:
    """The whole body; RefusedError where it is longer than 256 kB, or not here within 10
    seconds."""
    length = headers.get("content-length", "0")
    if not _LENGTH.fullmatch(length):
        raise RequestRefusedError(
            400, "Expected the header Content-Length to be a number of bytes."
        )
    if int(length) > MAX_BODY_BYTES:
        raise _too_long()
    try:
        async with asyncio.timeout(BODY_S):
            return await _received(receive)
    except TimeoutError:
        raise RequestRefusedError(
            408, f"The request was not complete within {BODY_S:g} s: send it again."
        ) from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """`receive` of an app, with a body that was read already."""
    kept: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return kept.pop() if kept else await receive()

    return again


async def _received(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestRefusedError(400, "The request ended before its body did.")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY_BYTES:
            raise _too_long()
    return bytes(body)


def _too_long() -> RequestRefusedError:
    return RequestRefusedError(
        413, f"Expected at most {MAX_BODY_BYTES} bytes: decide on fewer pictures at once."
    )
