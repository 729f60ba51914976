"""The guard of the review app: who is let in, what is let through, and what every answer bears."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from inksift import curation
from inksift.curation.review import guard as guard_module
from inksift.curation.review.guard import Guard
from inksift.curation.serving import admission
from inksift.curation.serving import body as body_module
from inksift.curation.serving.access import Access
from inksift.curation.serving.body import MAX_BODY_BYTES
from inksift.curation.serving.policy import POLICY
from inksift.curation.store.workspace import Workspace
from tests.web.asking import ACCESS, CHANGE, Browser, app_of, ask, ledger_bytes

PAGES = (
    "/",
    "/files/0",
    "/audit",
    "/history",
    "/ledger.csv",
    "/ledger.jsonl",
    "/static/review.css",
)
NOT_THERE = (
    "/nowhere",
    "/files/99999",
    "/thumbnails/none",
    "/pictures/none",
    "/static/none",
    "/files/x",
)
CHANGES = ("/decisions", "/undo")


async def toy(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body that came."""
    message = await receive()
    await PlainTextResponse(message["body"], headers={"Access-Control-Allow-Origin": "*"})(
        scope, receive, send
    )


async def never(*_: Any) -> None:
    raise AssertionError("the guard let a request through")


def assert_policy(headers: Any) -> None:
    for name, value in POLICY.items():
        assert headers.getlist(name) == [value]
    assert len(headers.getlist("cache-control")) == 1
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("target", [*PAGES, *NOT_THERE, "/decisions", "/static/../../etc/passwd"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "DELETE"])
def test_every_answer_bears_the_policy(browser: Browser, target: str, method: str) -> None:
    assert_policy(browser.get(target, method).headers)
    assert_policy(browser.get(target, method, cookie=None).headers)
    assert_policy(browser.get(target, method, host="evil.example").headers)
    assert_policy(browser.post(target, "nothing").headers)


def test_pages_are_there_and_are_not_stored(browser: Browser) -> None:
    for target in PAGES:
        answer = browser.get(target)
        assert answer.status == 200
        assert answer.headers["cache-control"] in ("no-store", "no-cache")
    assert [browser.get(target).status for target in NOT_THERE] == [404] * len(NOT_THERE)


def test_what_the_app_says_of_other_origins_is_not_passed_on() -> None:
    assert_policy(Browser(toy).get("/").headers)


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8600",
        "127.0.0.1.evil.example:8600",
        "localhost.evil.example:8600",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:8601",
        "127.0.0.1:08600",
        "127.0.0.1:8600.",
        "127.1:8600",
        "[::1]:8600",
        "0.0.0.0:8600",
        "LOCALHOST:8600",
        "127.0.0.1:8600@evil.example",
        "127.0.0.1:8600, evil.example",
    ],
)
def test_no_other_name_leads_here(host: str | None) -> None:
    browser = Browser(never)
    for target in (*PAGES, *NOT_THERE, f"/?token={ACCESS.token}"):
        assert browser.get(target, host=host).status == 400
    assert browser.post("/decisions", CHANGE, host=host, origin=f"http://{host}").status == 400


def test_one_host_is_named_once() -> None:
    hosts = [("host", "127.0.0.1:8600"), ("host", "127.0.0.1:8600")]
    assert (
        ask(
            Guard(never, ACCESS),
            "GET",
            "/",
            [*hosts, ("cookie", f"{ACCESS.cookie}={ACCESS.session}")],
        ).status
        == 400
    )


def test_localhost_is_another_name_of_ours() -> None:
    browser = Browser(toy)
    assert browser.get("/", host="localhost:8600").status == 200
    assert browser.post("/", 1, host="localhost:8600", origin="http://localhost:8600").status == 200
    assert browser.post("/", 1, host="localhost:8600").status == 403


def test_a_websocket_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def knock() -> None:
        await Guard(never, ACCESS)({"type": "websocket", "path": "/", "headers": []}, never, send)

    asyncio.run(knock())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_token_becomes_a_cookie_and_leaves_the_address() -> None:
    answer = Browser(never).get(f"/?token={ACCESS.token}", cookie=None)
    assert (answer.status, answer.headers["location"]) == (303, "/")
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert name == f"{ACCESS.cookie}={ACCESS.session}"
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=strict"]
    assert ACCESS.token not in str(answer)


def test_the_token_opens_from_a_link_elsewhere() -> None:
    assert (
        Browser(never)
        .get(f"/?token={ACCESS.token}", cookie=None, sec_fetch_site="cross-site")
        .status
        == 303
    )


@pytest.mark.parametrize(
    "query",
    [
        "token=wrong",
        f"token={ACCESS.token}x",
        f"token={ACCESS.token[:-1]}",
        f"token={ACCESS.token.upper()}",
        f"token={ACCESS.token}&token={ACCESS.token}",
        f"token={ACCESS.session}",
        f"token={ACCESS.csrf}",
        "token=%ff%00",
        "token=\u00e9",
        "token=%ed%a0%80",
        f"Token={ACCESS.token}",
        "&".join(f"a{number}=1" for number in range(60)) + f"&token={ACCESS.token}",
    ],
)
def test_another_token_opens_nothing(query: str) -> None:
    answer = Browser(never).get(f"/?{query}", cookie=None)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_the_token_counts_at_the_front_door_only() -> None:
    for target in ("/history", "/static/review.css"):
        assert Browser(never).get(f"{target}?token={ACCESS.token}", cookie=None).status == 403
    assert (
        ask(
            Guard(never, ACCESS), "HEAD", f"/?token={ACCESS.token}", [("host", "127.0.0.1:8600")]
        ).status
        == 403
    )


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        ACCESS.session,
        f"other={ACCESS.session}",
        f"{ACCESS.cookie}=",
        f"{ACCESS.cookie}={ACCESS.token}",
        f"{ACCESS.cookie}={ACCESS.csrf}",
        f"{ACCESS.cookie}={ACCESS.session}0",
        f"{ACCESS.cookie}=\u00e9",
        f"inksift-8601={ACCESS.session}",
        f"{ACCESS.cookie}={Access('127.0.0.1', 8600, 'another').session}",
    ],
)
def test_without_the_cookie_nothing_is_shown(cookie: str | None) -> None:
    browser = Browser(never)
    for target in (*PAGES, *NOT_THERE):
        answer = browser.get(target, cookie=cookie)
        assert answer.status == 403
        assert b"inksift review" in answer.body
        assert b'<html lang="en">' in answer.body
    answer = browser.post("/decisions", CHANGE, cookie=cookie)
    assert answer.status == 403
    assert "inksift review" in answer.json()["error"]


def test_the_cookie_is_found_among_others() -> None:
    cookies = f"other=1; {ACCESS.cookie}=old;{ACCESS.cookie}={ACCESS.session} ; last"
    assert Browser(toy).get("/", cookie=cookies).status == 200


@pytest.mark.parametrize("secret", ["token", "session", "csrf"])
def test_secrets_are_compared_in_constant_time(
    secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bytes] = []
    monkeypatch.setattr(
        admission, "compare_digest", lambda given, expected: bool(compared.append(expected))
    )
    value = getattr(ACCESS, secret)
    browser = Browser(never)
    browser.get(f"/?token={ACCESS.token}")
    browser.get("/")
    monkeypatch.setattr(guard_module, "check_session", lambda *_: None)
    browser.post("/decisions", CHANGE)
    assert value.encode() in compared


def test_a_secret_tells_nothing_of_another_and_is_not_printed() -> None:
    secrets = {ACCESS.token, ACCESS.session, ACCESS.csrf, Access("127.0.0.1", 8600, "another").csrf}
    assert len(secrets) == 4
    assert not [secret for secret in secrets if secret in repr(ACCESS)]


@pytest.mark.parametrize(
    "method", ["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "PROPFIND"]
)
def test_other_methods_are_refused(method: str) -> None:
    for target in (*PAGES, *CHANGES, *NOT_THERE):
        assert Browser(never).get(target, method).status == 405


@pytest.mark.parametrize("target", ["http://evil.example/", "*", ""])
def test_an_address_begins_with_a_slash(target: str) -> None:
    assert Browser(never).get(target).status == 400


def test_other_sites_show_none_of_it() -> None:
    browser = Browser(never)
    for target in (*PAGES, "/thumbnails/none"):
        assert browser.get(target, sec_fetch_site="cross-site").status == 403
        assert (
            browser.get(target, sec_fetch_site="same-site", sec_fetch_mode="no-cors").status == 403
        )
        framed = {
            "sec_fetch_site": "same-site",
            "sec_fetch_mode": "navigate",
            "sec_fetch_dest": "iframe",
        }
        assert browser.get(target, **framed).status == 403


def test_our_own_pages_the_person_and_a_link_on_this_machine_show_it() -> None:
    browser = Browser(toy)
    assert browser.get("/", sec_fetch_site="same-origin").status == 200
    assert browser.get("/", sec_fetch_site="none").status == 200
    linked = {
        "sec_fetch_site": "same-site",
        "sec_fetch_mode": "navigate",
        "sec_fetch_dest": "document",
    }
    assert browser.get("/", **linked).status == 200


def test_reading_brings_no_body() -> None:
    assert Browser(never).get("/", content_length="5").status == 400
    assert Browser(never).get("/", transfer_encoding="chunked").status == 400
    assert Browser(toy).get("/", content_length="0").status == 200


FOREIGN: list[tuple[dict[str, str | None], int]] = [
    ({"x_inksift_token": None}, 403),
    ({"x_inksift_token": ""}, 403),
    ({"x_inksift_token": ACCESS.token}, 403),
    ({"x_inksift_token": Access("127.0.0.1", 8600, "of an earlier start").csrf}, 403),
    ({"x_inksift_token": "\u00e9"}, 403),
    ({"origin": None}, 403),
    ({"origin": "null"}, 403),
    ({"origin": "http://evil.example"}, 403),
    ({"origin": "http://127.0.0.1:3000"}, 403),
    ({"origin": "http://localhost:8600"}, 403),
    ({"origin": "https://127.0.0.1:8600"}, 403),
    ({"origin": "http://127.0.0.1:8600/"}, 403),
    ({"sec_fetch_site": "cross-site"}, 403),
    ({"sec_fetch_site": "same-site"}, 403),
    ({"sec_fetch_site": "none"}, 403),
    ({"cookie": None}, 403),
    ({"host": "evil.example", "origin": "http://evil.example"}, 400),
    ({"content_type": None}, 415),
    ({"content_type": "text/plain"}, 415),
    ({"content_type": "text/plain; application/json"}, 415),
    ({"content_type": "application/x-www-form-urlencoded"}, 415),
    ({"content_type": "multipart/form-data; boundary=x"}, 415),
    ({"content_type": "application/jsonp"}, 415),
]


@pytest.mark.parametrize(("changes", "status"), FOREIGN, ids=str)
def test_a_change_that_is_not_from_our_page_changes_nothing(
    browser: Browser, reviewable: Workspace, changes: dict[str, str | None], status: int
) -> None:
    before = ledger_bytes(reviewable)
    for target, value in (("/decisions", CHANGE), ("/undo", {"entries": [1], "note": ""})):
        answer = browser.post(target, value, **changes)
        assert answer.status == status
        assert len(answer.json()["error"]) > 20
    assert ledger_bytes(reviewable) == before


@pytest.mark.parametrize(
    "changes",
    [{}, {"sec_fetch_site": None}, {"content_type": "Application/JSON; charset=utf-8"}],
    ids=str,
)
def test_a_change_from_our_page_is_made(
    browser: Browser, reviewable: Workspace, changes: dict[str, str | None]
) -> None:
    before = ledger_bytes(reviewable)
    assert browser.post("/decisions", CHANGE, **changes).status == 200
    assert ledger_bytes(reviewable) != before


def test_reading_changes_nothing_on_any_route(reviewable: Workspace) -> None:
    app = app_of(reviewable)
    browser = Browser(app)
    assert browser.post("/decisions", CHANGE).status == 200
    before = ledger_bytes(reviewable)
    targets = [target for route in app.routes for target in filled(route)]
    assert len(targets) >= 22
    for target in targets:
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = ask(
                Guard(app, ACCESS),
                method,
                target,
                browser._headers({}, {"x_http_method_override": "POST"}),
            )
            assert answer.status in (200, 404, 405), (method, target)
    assert ledger_bytes(reviewable) == before


def filled(route: Any) -> Iterator[str]:
    """Addresses of a route, with and without parameters that would say what to change."""
    assert isinstance(route, Route)
    path = route.path
    for part in ("{file:int}", "{image_id}", "{name}"):
        path = path.replace(part, "0")
    yield path
    yield f"{path}?file=0&action=outcome&value=rejected&seen=0&entries=1&_method=POST"


def parts(total: int) -> list[bytes]:
    return [b" " * 1000] * (total // 1000) + [b" " * (total % 1000)]


def test_a_body_has_at_most_256_kb() -> None:
    assert len(Browser(toy).send("/decisions", parts(MAX_BODY_BYTES)).body) == MAX_BODY_BYTES
    answer = Browser(never).send("/decisions", parts(MAX_BODY_BYTES + 1))
    assert (answer.status, answer.headers["connection"]) == (413, "close")


def test_a_longer_body_is_refused_before_it_is_read() -> None:
    assert Browser(never).send("/decisions", [], content_length=str(10**9)).status == 413


@pytest.mark.parametrize("length", ["", "x", "-1", "1e9", "\u00b2"])
def test_a_length_is_a_number(length: str) -> None:
    assert Browser(never).send("/decisions", [b"{}"], content_length=length).status == 400


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "BODY_S", 0.05)
    assert Browser(never).send("/decisions", []).status == 408


def test_a_body_that_ends_early_is_not_believed() -> None:
    messages = [
        {"type": "http.request", "body": b"{}", "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    sent = Browser(never)._headers(
        {
            "origin": ACCESS.origin,
            "x-inksift-token": ACCESS.csrf,
            "content-type": "application/json",
        },
        {},
    )
    raw = [(name.encode(), value.encode()) for name, value in sent]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/decisions",
        "query_string": b"",
        "headers": raw,
    }
    asyncio.run(one(Guard(never, ACCESS), scope, receive, send))
    assert answers[0]["status"] == 400


async def one(app: Any, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


TRAVERSALS = (
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252fetc%252fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "%00",
    "review.css%00.png",
    "f" * 64,
    "A" * 64,
    "x" * 5000,
    "ledger.sqlite",
)


TEMPLATES = str(Path(curation.__file__).parent)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The files that this process opens while the test runs."""
    names: list[str] = []
    watching = [True]

    def hook(event: str, arguments: Sequence[object]) -> None:
        if watching[0] and event == "open":
            names.append(str(arguments[0]))

    sys.addaudithook(hook)  # a hook is for life, so it is told when to stop
    yield names
    watching[0] = False


@pytest.mark.parametrize("route", ["thumbnails", "pictures", "static", "files"])
def test_no_address_leads_to_another_file(
    browser: Browser, reviewable: Workspace, opened: list[str], route: str
) -> None:
    for name in TRAVERSALS:
        assert browser.get(f"/{route}/{name}").status == 404, name
        assert browser.get(f"/{route}/../{name}").status == 404, name
    assert not [name for name in opened if not name.startswith((str(reviewable.root), TEMPLATES))]
