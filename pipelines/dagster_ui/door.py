"""The door before the Dagster UI, which has none: by itself it takes changes from any page that a
browser has open, by GET too, and under any name that leads here.

    every request   names us in the header Host, so that no other name leads here (DNS rebinding)
    GET /?token=    brings the token of this start, and is answered with the session cookie
    GET, HEAD       bring the cookie, do not come from a page of another origin, and ask nothing of
                    GraphQL
    POST            also brings our Origin and JSON
    WebSocket       brings the cookie and our Origin

Nothing else is let through. Programs bring `Authorization: Bearer TOKEN` in place of the cookie,
and need no Origin: no browser sends that header by itself.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inksift.curation.serving.access import Access
from inksift.curation.serving.admission import (
    LET_IN,
    check_from_own_page,
    check_host,
    check_json,
    check_reading,
    check_session,
    same,
    tokens_in,
    welcome,
)
from inksift.curation.serving.refusal import RequestRefusedError

METHODS = ("GET", "HEAD", "POST")
GRAPHQL = "/graphql"
POLICY = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""What every answer bears beside the policy of Dagster's own pages."""

_POLICY_VIOLATION = 1008
"""The code for it with which a WebSocket is closed (RFC 6455)."""


class Door:
    """An ASGI app that lets through to `app` only what its owner asks."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "http":
            await self._answer(scope, receive, _with_policy(send))
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            check_host(headers, self._access)
            if tokens := tokens_in(scope):
                return await welcome(tokens, self._access)(scope, receive, send)
            self._check(scope, headers)
        except RequestRefusedError as refused:
            return await refused.answer(headers)(scope, receive, send)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        if scope["method"] not in METHODS:
            raise RequestRefusedError(405, f"Expected one of the methods {', '.join(METHODS)}.")
        ours = self._is_program(scope, headers)
        if not ours:
            check_session(scope, headers, self._access)
        if scope["method"] == "POST":
            if not ours:
                check_from_own_page(headers)
            check_json(headers)
        else:
            check_reading(headers)
            _check_asks_nothing(scope)

    def _is_program(self, scope: Scope, headers: Headers) -> bool:
        """Whether a program shows the token itself."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        known = kind.lower() == "bearer" and same(token, self._access.token)
        if known:
            scope[LET_IN] = True
        return known

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            check_host(headers, self._access)
            check_session(scope, headers, self._access)
            check_from_own_page(headers)
        except RequestRefusedError:
            return await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        await self._app(scope, receive, send)


def _check_asks_nothing(scope: Scope) -> None:
    """Whether a GET asks nothing of GraphQL, which would be answered, changes included."""
    if scope["path"].rstrip("/") == GRAPHQL and scope["query_string"]:
        raise RequestRefusedError(405, "Expected what is asked of GraphQL to be sent by POST.")


def _with_policy(send: Send) -> Send:
    """`send`, but every answer bears POLICY, and shares nothing with other origins."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [name for name in headers if name.startswith("access-control-")]:
                del headers[name]
            headers.update(POLICY)
        await send(message)

    return guarded
