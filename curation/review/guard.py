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
from starlette.types import Receive, Scope

from inksift.curation.serving.admission import (
    check_from_own_page,
    check_json,
    check_reading,
    check_session,
    same,
    way_in,
)
from inksift.curation.serving.body import read_body, replayed
from inksift.curation.serving.guarded import Guarded
from inksift.curation.serving.refusal import RequestRefusedError

TOKEN_HEADER = "x-inksift-token"


class Guard(Guarded):
    """An ASGI app that lets through to the review app only what may come through."""

    async def _let_in(
        self, scope: Scope, receive: Receive, headers: Headers
    ) -> tuple[Scope, Receive]:
        check_session(scope, headers, self._access)
        if scope["method"] != "POST":
            check_reading(headers)
            return scope, receive
        self._check_change(headers)
        return scope, replayed(await read_body(receive, headers), receive)

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
