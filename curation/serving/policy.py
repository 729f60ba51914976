"""The headers that every answer bears, whoever made it."""

from __future__ import annotations

from starlette.types import Message, Send

POLICY = {
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src "
        "'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_HEADERS = [(name.encode(), value.encode()) for name, value in POLICY.items()]
_NOT_STORED = (b"cache-control", b"no-store")


def with_policy(send: Send) -> Send:
    """`send`, but every answer bears POLICY, shares nothing with other origins, and is not stored
    unless it says so."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": _headed(message.get("headers", []))}
        await send(message)

    return guarded


def _headed(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    own = [(name, value) for name, value in headers if not _overruled(name.lower())]
    stored = any(name.lower() == b"cache-control" for name, _ in own)
    return [*own, *_HEADERS, *([] if stored else [_NOT_STORED])]


def _overruled(name: bytes) -> bool:
    return name.startswith(b"access-control-") or name.decode("latin-1") in POLICY
