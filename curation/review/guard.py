"""The guard before the review app: what does not come from this machine, its owner and our own
pages is refused.

    every request   names us in the header Host, so that no other name leads here (DNS rebinding)
    GET /?token=    brings the token of this start, and is answered with the session cookie
    GET, HEAD       bring the cookie, and do not come from a page of another origin
    POST            also brings our Origin, the token of our pages, and JSON of at most 256 kB

Nothing else is let through. Answers bear the headers of `policy`.
"""

from __future__ import annotations

from collections.abc import Iterator
from hmac import compare_digest
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from inksift.curation.review.access import Access
from inksift.curation.review.body import read_body, replayed
from inksift.curation.review.policy import with_policy
from inksift.curation.review.refusal import RequestRefusedError

TOKEN_HEADER = "x-inksift-token"
READING, METHODS = ("GET", "HEAD"), ("GET", "HEAD", "POST")
_POLICY_VIOLATION = 1008
"""The code for it with which a WebSocket is closed (RFC 6455)."""

_START = (
    "Open the address that `inksift review` printed in the terminal; it changes each time the "
    "server starts."
)


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
            if scope["method"] == "GET" and scope["path"] == "/" and (tokens := _tokens(scope)):
                return await self._welcome(tokens)(scope, receive, send)
            self._check_session(headers)
            if scope["method"] == "POST":
                self._check_from_our_page(headers)
                receive = replayed(await read_body(receive, headers), receive)
            else:
                _check_reading(headers)
        except RequestRefusedError as refused:
            return await refused.answer(headers)(scope, receive, send)
        await self._app(scope, receive, send)

    def _check_addressed_to_us(self, scope: Scope, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._access.hosts:
            raise RequestRefusedError(
                400, f"Expected the header Host to be {' or '.join(self._access.hosts)}, once."
            )
        if scope["method"] not in METHODS:
            raise RequestRefusedError(405, f"Expected one of the methods {', '.join(METHODS)}.")
        if not scope["path"].startswith("/"):
            raise RequestRefusedError(400, "Expected an address that begins with /.")

    def _welcome(self, tokens: list[str]) -> Response:
        """The answer to a request that brings a token: the cookie, and the way to the same page
        without the token."""
        if len(tokens) != 1 or not _same(tokens[0], self._access.token):
            raise RequestRefusedError(403, f"This is not the token of the running server. {_START}")
        answer = RedirectResponse("/", 303)
        answer.set_cookie(
            self._access.cookie, self._access.session, path="/", httponly=True, samesite="strict"
        )
        return answer

    def _check_session(self, headers: Headers) -> None:
        sessions = (value for name, value in _cookies(headers) if name == self._access.cookie)
        if not any(_same(value, self._access.session) for value in sessions):
            raise RequestRefusedError(403, f"This browser has no session here. {_START}")

    def _check_from_our_page(self, headers: Headers) -> None:
        """Whether a POST was sent by one of our pages, and is one that any page could not send
        unasked."""
        if headers.getlist("origin") != [f"http://{headers['host']}"]:
            raise RequestRefusedError(
                403,
                "Changes are taken from our own pages only: the header Origin is another, or none.",
            )
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise RequestRefusedError(
                403, "Changes are taken from our own pages only, not from another site."
            )
        if not _same(headers.get(TOKEN_HEADER, ""), self._access.csrf):
            raise RequestRefusedError(
                403, f"This page is of an earlier start of the server: load it again. {_START}"
            )
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise RequestRefusedError(415, "Expected a body of the type application/json.")


def _check_reading(headers: Headers) -> None:
    """Whether a GET or HEAD comes from our own page or the person; other ports of this machine may
    link here."""
    site = headers.get("sec-fetch-site", "none")
    linked = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == (
        "navigate",
        "document",
    )
    if site not in ("same-origin", "none") and not (site == "same-site" and linked):
        raise RequestRefusedError(
            403,
            "Another site asked for this: open it from the address bar or one of our own pages.",
        )
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        raise RequestRefusedError(400, "Expected no body with this method.")


def _tokens(scope: Scope) -> list[str]:
    try:
        return parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=50).get("token", [])
    except ValueError:
        return []


def _cookies(headers: Headers) -> Iterator[tuple[str, str]]:
    for header in headers.getlist("cookie"):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            yield name, value


def _same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of where they differ."""
    return compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())
