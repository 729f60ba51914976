"""The door before the Dagster UI: what is let through to an app that would answer everybody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from inksift.pipelines.dagster_ui.door import POLICY, Door
from tests.web.asking import ACCESS, Answer, ask

HOST = ("host", f"{ACCESS.host}:{ACCESS.port}")
COOKIE = ("cookie", f"{ACCESS.cookie}={ACCESS.session}")
ORIGIN = ("origin", ACCESS.origin)
JSON = ("content-type", "application/json")
BEARER = ("authorization", f"Bearer {ACCESS.token}")
FOREIGN = [
    ("host", "evil.example"),
    ("host", f"127.0.0.1.evil.example:{ACCESS.port}"),
    ("host", "127.0.0.1"),
]
ELSEWHERE = [
    "https://evil.example",
    "null",
    "http://127.0.0.1:1",
    f"https://127.0.0.1:{ACCESS.port}",
]


async def dagster(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers whoever asks, and lets every origin read it."""
    if scope["type"] == "websocket":
        return await send({"type": "websocket.accept"})
    await PlainTextResponse("all of it", headers={"Access-Control-Allow-Origin": "*"})(
        scope, receive, send
    )


DOOR = Door(dagster, ACCESS)


def asked(method: str, target: str, *headers: tuple[str, str]) -> Answer:
    return ask(DOOR, method, target, headers)


def connected(*headers: tuple[str, str]) -> bool:
    """Whether a WebSocket with these headers is opened."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    named = [(name.encode(), value.encode()) for name, value in headers]
    scope: dict[str, Any] = {"type": "websocket", "path": "/graphql", "headers": named}
    asyncio.run(DOOR(scope, asyncio.Queue().get, send))
    assert [message["type"] for message in sent] in (["websocket.accept"], ["websocket.close"])
    return sent[0]["type"] == "websocket.accept"


def test_who_has_the_token_gets_in() -> None:
    welcomed = asked("GET", f"/?token={ACCESS.token}", HOST)
    assert welcomed.status == 303
    assert welcomed.headers["location"] == "/"
    cookie = welcomed.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
    assert asked("GET", "/runs", HOST, ("cookie", cookie.partition(";")[0])).body == b"all of it"
    assert asked("POST", "/graphql", HOST, COOKIE, ORIGIN, JSON).status == 200
    assert connected(HOST, COOKIE, ORIGIN)


def test_a_program_shows_the_token_itself() -> None:
    assert asked("POST", "/graphql", HOST, BEARER, JSON).status == 200
    assert asked("GET", "/server_info", HOST, BEARER).status == 200
    wrong = ("authorization", "Bearer another")
    assert asked("POST", "/graphql", HOST, wrong, ORIGIN, JSON).status == 403


@pytest.mark.parametrize("target", ["/", "/runs", "/graphql", "/server_info", "/logs/a/b.out"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_without_a_session_nothing_is_told(method: str, target: str) -> None:
    for cookie in [(), (("cookie", f"{ACCESS.cookie}=guess"),)]:
        answer = asked(method, target, HOST, *cookie, ORIGIN, JSON)
        assert answer.status == 403
        assert "inksift ui" not in answer.headers.get("location", "")
    assert asked("GET", "/?token=guess", HOST).status == 403


@pytest.mark.parametrize("host", FOREIGN)
def test_no_other_name_leads_here(host: tuple[str, str]) -> None:
    assert asked("GET", f"/?token={ACCESS.token}", host).status == 400
    assert asked("GET", "/", host, COOKIE).status == 400
    assert (
        asked("POST", "/graphql", host, COOKIE, ("origin", f"http://{host[1]}"), JSON).status == 400
    )
    assert not connected(host, COOKIE, ("origin", f"http://{host[1]}"))


@pytest.mark.parametrize("origin", ELSEWHERE)
def test_pages_of_others_change_nothing(origin: str) -> None:
    foreign = ("origin", origin)
    assert asked("POST", "/graphql", HOST, COOKIE, foreign, JSON).status == 403
    assert asked("POST", "/graphql", HOST, COOKIE, JSON).status == 403
    assert not connected(HOST, COOKIE, foreign)
    assert not connected(HOST, COOKIE)
    site = ("sec-fetch-site", "cross-site")
    assert asked("POST", "/graphql", HOST, COOKIE, ORIGIN, JSON, site).status == 403
    assert asked("GET", "/graphql", HOST, COOKIE, site).status == 403


@pytest.mark.parametrize("query", ["query={runs}", "query=mutation{x}", "op=x&query=mutation{x}"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
def test_nothing_is_asked_of_graphql_by_get(path: str, query: str) -> None:
    for who in (COOKIE, BEARER):
        for method in ("GET", "HEAD"):
            assert asked(method, f"{path}?{query}", HOST, who).status == 405


@pytest.mark.parametrize(
    "kind", ["application/graphql", "text/plain", "application/x-www-form-urlencoded", ""]
)
def test_what_any_page_can_send_unasked_is_refused(kind: str) -> None:
    told = [("content-type", kind)] if kind else []
    for target in ("/graphql", "/graphql?query=mutation{x}", "/report_asset_check/listing"):
        assert asked("POST", target, HOST, COOKIE, ORIGIN, *told).status == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(method: str) -> None:
    assert asked(method, "/graphql", HOST, COOKIE, ORIGIN, JSON).status == 405


def test_every_answer_keeps_to_itself() -> None:
    for answer in (asked("GET", "/", HOST, COOKIE), asked("GET", "/", HOST)):
        assert [answer.headers[name] for name in POLICY] == list(POLICY.values())
        assert not [name for name in answer.headers if name.startswith("access-control-")]
