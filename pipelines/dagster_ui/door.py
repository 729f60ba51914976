"""The door before the Dagster UI, which has none: by itself it takes changes from any page that a
browser has open, by GET too, and under any name that leads here.

    every request   names us in the header Host, so that no other name leads here (DNS rebinding)
    GET /?token=    brings the token of this start, and is answered with the session cookie
    GET, HEAD       bring the cookie, and do not come from a page of another origin; what they ask
                    of GraphQL is not handed on
    POST            also brings our Origin and JSON
    WebSocket       brings the cookie and our Origin

Nothing else is let through. Programs show `Authorization: Bearer TOKEN` with their requests in
place of the cookie, and need no Origin: no browser sends that header by itself.
"""

from types import MappingProxyType

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from inksift.curation.serving.access import Access
from inksift.curation.serving.admission import (
    LET_IN,
    POLICY_VIOLATION,
    check_addressed_to_us,
    check_from_own_page,
    check_host,
    check_json,
    check_reading,
    check_session,
    same,
    tokens_in,
    welcome,
)
from inksift.curation.serving.policy import OF_ONE_ORIGIN, with_policy
from inksift.curation.serving.refusal import RequestRefusedError

GRAPHQL = "/graphql"
NOT_FRAMED = MappingProxyType({**OF_ONE_ORIGIN, "x-frame-options": "DENY"})
"""What Dagster's answers bear beside the policy that its pages have. They may be stored."""


class Door:
    """An ASGI app that lets through to `app` only what its owner asks."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            check_addressed_to_us(scope, headers, self._access)
            if tokens := tokens_in(scope):
                return await welcome(tokens, self._access)(scope, receive, with_policy(send))
            self._check(scope, headers)
        except RequestRefusedError as refused:
            return await refused.answer(headers)(scope, receive, with_policy(send))
        await self._app(_without_question(scope), receive, with_policy(send, NOT_FRAMED, {}))

    def _check(self, scope: Scope, headers: Headers) -> None:
        program = self._is_program(scope, headers)
        if not program:
            check_session(scope, headers, self._access)
        if scope["method"] != "POST":
            return check_reading(headers)
        if not program:
            check_from_own_page(headers)
        check_json(headers)

    def _is_program(self, scope: Scope, headers: Headers) -> bool:
        """Whether a program shows the token itself."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        known = kind.lower() == "bearer" and same(token, self._access.token)
        scope[LET_IN] = known
        return known

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            check_host(headers, self._access)
            check_session(scope, headers, self._access)
            check_from_own_page(headers)
        except RequestRefusedError:
            return await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        await self._app(scope, receive, send)


def _without_question(scope: Scope) -> Scope:
    """The request as it is handed on: of GraphQL a GET asks nothing, as that would be answered,
    changes included. Whatever follows the path counts, since Dagster takes more than one for it."""
    if scope["method"] == "POST" or not scope["path"].startswith(GRAPHQL):
        return scope
    return {**scope, "query_string": b""}
