"""The guard before the review app: what does not come from this machine, its owner and our own
pages is refused.

    every request   names us in the header Host, so that no other name leads here (DNS rebinding)
    GET /?token=    brings the token of this start, and is answered with the session cookie
    GET, HEAD       bring the cookie, and do not come from a page of another origin
    POST            also brings our Origin, the token of our pages, and JSON of at most 256 kB

Nothing else is let through. Answers bear the headers of `policy`.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from inksift.curation.serving.access import Access
from inksift.curation.serving.admission import (
    check_from_own_page,
    check_host,
    check_json,
    check_reading,
    check_session,
    same,
    tokens_in,
    way_in,
    welcome,
)
from inksift.curation.serving.body import read_body, replayed
from inksift.curation.serving.policy import with_policy
from inksift.curation.serving.refusal import RequestRefusedError

TOKEN_HEADER = "x-inksift-token"
METHODS = ("GET", "HEAD", "POST")
_POLICY_VIOLATION = 1008
"""The code for it with which a WebSocket is closed (RFC 6455)."""


class Guard:
    """An ASGI app that lets through to `app` only what may come through."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on; a WebSocket is closed."""
        if scope["type"] == "http":
            await self._answer(scope, receive, with_policy(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            self._check_addressed_to_us(scope, headers)
            if tokens := tokens_in(scope):
                return await welcome(tokens, self._access)(scope, receive, send)
            check_session(scope, headers, self._access)
            if scope["method"] == "POST":
                self._check_change(headers)
                receive = replayed(await read_body(receive, headers), receive)
            else:
                check_reading(headers)
        except RequestRefusedError as refused:
            return await refused.answer(headers)(scope, receive, send)
        await self._app(scope, receive, send)

    def _check_addressed_to_us(self, scope: Scope, headers: Headers) -> None:
        check_host(headers, self._access)
        if scope["method"] not in METHODS:
            raise RequestRefusedError(405, f"Expected one of the methods {', '.join(METHODS)}.")
        if not scope["path"].startswith("/"):
            raise RequestRefusedError(400, "Expected an address that begins with /.")

    def _check_change(self, headers: Headers) -> None:
        """Whether a POST was sent by one of our pages of this start."""
        check_from_own_page(headers)
        if not same(headers.get(TOKEN_HEADER, ""), self._access.csrf):
            raise RequestRefusedError(
                403,
                "This page is of an earlier start of the server: load it again. "
                f"{way_in(self._access)}",
            )
        check_json(headers)
