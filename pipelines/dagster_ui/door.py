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
from starlette.types import Receive, Scope, Send

from inksift.curation.serving.admission import (
    LET_IN,
    check_from_own_page,
    check_host,
    check_json,
    check_reading,
    check_session,
    same,
)
from inksift.curation.serving.guarded import Guarded
from inksift.curation.serving.policy import OF_ONE_ORIGIN, with_policy

GRAPHQL = "/graphql"
NOT_FRAMED = MappingProxyType({**OF_ONE_ORIGIN, "x-frame-options": "DENY"})
"""What Dagster's answers bear beside the policy that its pages have. They may be stored."""


class Door(Guarded):
    """An ASGI app that lets through to Dagster only what its owner asks."""

    async def _let_in(
        self, scope: Scope, receive: Receive, headers: Headers
    ) -> tuple[Scope, Receive]:
        program = self._is_program(scope, headers)
        if not program:
            check_session(scope, headers, self._access)
        if scope["method"] != "POST":
            check_reading(headers)
            return _without_question(scope), receive
        if not program:
            check_from_own_page(headers)
        check_json(headers)
        return scope, receive

    def _check_connection(self, scope: Scope, headers: Headers) -> None:
        check_host(headers, self._access)
        check_session(scope, headers, self._access)
        check_from_own_page(headers)

    def _headed(self, send: Send) -> Send:
        return with_policy(send, NOT_FRAMED, {})

    def _is_program(self, scope: Scope, headers: Headers) -> bool:
        """Whether a program shows the token itself."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        known = kind.lower() == "bearer" and same(token, self._access.token)
        scope[LET_IN] = known
        return known


def _without_question(scope: Scope) -> Scope:
    """The request as it is handed on: of GraphQL a GET asks nothing, as that would be answered,
    changes included. Whatever follows the path counts, since Dagster takes more than one for it."""
    asks = scope["path"].startswith(GRAPHQL)
    return {**scope, "query_string": b""} if asks else scope
