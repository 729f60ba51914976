"""The door before the Dagster UI: what is let through to an app that would answer everybody."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from inksift.curation.serving.access import Access
from inksift.curation.serving.connections import MAX_CONNECTIONS
from inksift.curation.serving.policy import POLICY
from inksift.curation.serving.server import listening, server_of
from inksift.pipelines.dagster_ui.door import NOT_FRAMED, Door
from inksift.pipelines.dagster_ui.serving import _Served
from tests.web.asking import Answer, ask
from tests.web.serving import answer_to, connect, everything, request, serving, status

ACCESS = Access("127.0.0.1", 8600, "the-token-of-these-tests", "inksift ui")
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
    """Answers whoever asks with all that it was asked, and lets every origin read it."""
    if scope["type"] == "websocket":
        return await send({"type": "websocket.accept"})
    heard = f"asked {scope['query_string'].decode()}"
    shared = {"Access-Control-Allow-Origin": "*"}
    await PlainTextResponse(heard, headers=shared)(scope, receive, send)


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
    assert asked("GET", "/runs", HOST, ("cookie", cookie.partition(";")[0])).body == b"asked "
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
        assert b"`inksift ui` printed" in answer.body
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


@pytest.mark.parametrize("query", ["query={runs}", "query=mutation{x}", "op=x&%71uery=mutation{x}"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql/", "/graphql%0A", "/graphql%0a/x"])
def test_nothing_is_asked_of_graphql_by_get(path: str, query: str) -> None:
    for who in (COOKIE, BEARER):
        assert asked("GET", f"{path}?{query}", HOST, who).body == b"asked "
    assert asked("GET", f"/runs?{query}", HOST, COOKIE).body == f"asked {query}".encode()
    posted = asked("POST", f"/graphql?{query}", HOST, COOKIE, ORIGIN, JSON)
    assert posted.body == f"asked {query}".encode()


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
    theirs, refused = asked("GET", "/", HOST, COOKIE), asked("GET", "/", HOST)
    welcomed = asked("GET", f"/?token={ACCESS.token}", HOST)
    for answer, policy in ((theirs, NOT_FRAMED), (refused, POLICY), (welcomed, POLICY)):
        assert [answer.headers[name] for name in policy] == list(policy.values())
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert refused.headers["cache-control"] == welcomed.headers["cache-control"] == "no-store"
    assert "cache-control" not in theirs.headers  # scripts and styles may be kept


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize("more", [{"Content-Length": "5"}, {"Transfer-Encoding": "chunked"}])
def test_upgrades_that_never_end_keep_nobody_out(more: dict[str, str]) -> None:
    with serving(lambda access: Door(dagster, access), web_sockets=True) as access:
        stranger = request(access, "GET", "/graphql", changes=UPGRADE | more | {"Cookie": None})
        held = [connect(access) for _ in range(MAX_CONNECTIONS)]
        try:
            for connection in held:
                connection.sendall(stranger)
            assert [everything(connection) for connection in held] == [b""] * len(held)
            assert status(answer_to(access, request(access, "GET", "/"))) == 200
        finally:
            for connection in held:
                connection.close()


def test_a_web_socket_is_opened_for_the_owner_alone() -> None:
    with serving(lambda access: Door(dagster, access), web_sockets=True) as access:
        for own, expected in (({"Origin": access.origin}, 101), ({}, 403)):
            with connect(access) as connection:
                connection.sendall(request(access, "GET", "/graphql", changes=UPGRADE | own))
                assert status(connection.recv(1000)) == expected


def test_a_service_that_ends_before_it_is_served_is_not_passed_over() -> None:
    served = _Served()
    served.end("the daemon ended")
    with listening(0) as listener:
        served.run(server_of(dagster), listener, lambda: pytest.fail("it was announced"))
    assert served.ended == "the daemon ended"
