"""Whom a server on this machine lets in: what every guard asks of a request. Each check raises
RequestRefusedError with the words for whoever sent it."""

from __future__ import annotations

from collections.abc import Iterator
from hmac import compare_digest
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from inksift.curation.serving.access import Access
from inksift.curation.serving.refusal import RequestRefusedError

METHODS = ("GET", "HEAD", "POST")

LET_IN = "inksift.let_in"
"""The key in a scope that says that its request brought the session: its connection stays."""


def way_in(access: Access) -> str:
    """What to do to be let in, for a person."""
    return (
        f"Open the address that `{access.command}` printed in the terminal; it changes each time "
        "the server starts."
    )


def check_addressed_to_us(scope: Scope, headers: Headers, access: Access) -> None:
    """Whether a request names us in the header Host, so that no other name leads here (DNS
    rebinding), by a method and an address that there are."""
    check_host(headers, access)
    if scope["method"] not in METHODS:
        raise RequestRefusedError(405, f"Expected one of the methods {', '.join(METHODS)}.")
    if not scope["path"].startswith("/"):
        raise RequestRefusedError(400, "Expected an address that begins with /.")


def check_host(headers: Headers, access: Access) -> None:
    """Whether the header Host names us, once."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or hosts[0] not in access.hosts:
        raise RequestRefusedError(
            400, f"Expected the header Host to be {' or '.join(access.hosts)}, once."
        )


def tokens_in(scope: Scope) -> list[str]:
    """The tokens that a request for the first page brings in its address."""
    if scope["method"] != "GET" or scope["path"] != "/":
        return []
    try:
        return parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=50).get("token", [])
    except ValueError:
        return []


def welcome(tokens: list[str], access: Access) -> Response:
    """The answer to a request that brings a token: the session cookie, and the way to the first
    page without the token."""
    if len(tokens) != 1 or not same(tokens[0], access.token):
        raise RequestRefusedError(
            403, f"This is not the token of the running server. {way_in(access)}"
        )
    answer = RedirectResponse("/", 303)
    answer.set_cookie(access.cookie, access.session, path="/", httponly=True, samesite="strict")
    return answer


def check_session(scope: Scope, headers: Headers, access: Access) -> None:
    """Whether a request brings the session cookie; its connection is known from then on."""
    sessions = (value for name, value in _cookies(headers) if name == access.cookie)
    if not any(same(value, access.session) for value in sessions):
        raise RequestRefusedError(403, f"This browser has no session here. {way_in(access)}")
    scope[LET_IN] = True


def check_from_own_page(headers: Headers) -> None:
    """Whether a request was sent by one of our own pages, as a browser states it."""
    if headers.getlist("origin") != [f"http://{headers['host']}"]:
        raise RequestRefusedError(
            403, "Changes are taken from our own pages only: the header Origin is another, or none."
        )
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise RequestRefusedError(
            403, "Changes are taken from our own pages only, not from another site."
        )


def check_json(headers: Headers) -> None:
    """Whether the body is said to be JSON, which no page of another origin can send unasked."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestRefusedError(415, "Expected a body of the type application/json.")


def check_reading(headers: Headers) -> None:
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


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of where they differ."""
    return compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def _cookies(headers: Headers) -> Iterator[tuple[str, str]]:
    for header in headers.getlist("cookie"):
        for part in header.split(";"):
            name, _, value = part.strip().partition("=")
            yield name, value
