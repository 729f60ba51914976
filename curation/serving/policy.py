"""The headers that every answer bears, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import Message, Send

OF_ONE_ORIGIN: Mapping[str, str] = MappingProxyType(
    {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
)
"""What keeps pages of any kind apart from those of other origins."""

POLICY: Mapping[str, str] = MappingProxyType(
    {
        "content-security-policy": (
            "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        **OF_ONE_ORIGIN,
    }
)
"""What our own pages bear."""

NOT_STORED: Mapping[str, str] = MappingProxyType({"cache-control": "no-store"})

RawHeaders = list[tuple[bytes, bytes]]


def with_policy(
    send: Send, policy: Mapping[str, str] = POLICY, unsaid: Mapping[str, str] = NOT_STORED
) -> Send:
    """`send`, but every answer bears the headers of `policy`, those `unsaid` where it has none of
    that name, and shares nothing with other origins."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = _headed(message.get("headers", []), policy, unsaid)
            message = {**message, "headers": headers}
        await send(message)

    return guarded


def _headed(
    headers: RawHeaders, policy: Mapping[str, str], unsaid: Mapping[str, str]
) -> RawHeaders:
    named = [(name.lower().decode("latin-1"), name, value) for name, value in headers]
    own = [(name, value) for low, name, value in named if not _overruled(low, policy)]
    said = {low for low, _, _ in named}
    more = dict(policy) | {name: value for name, value in unsaid.items() if name not in said}
    return [*own, *((name.encode(), value.encode()) for name, value in more.items())]


def _overruled(name: str, policy: Mapping[str, str]) -> bool:
    return name.startswith("access-control-") or name in policy
