"""The server of the review app on a real socket: who reaches it, what it bears, and what outlives
it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from click.testing import CliRunner
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from inksift.curation.base.errors import ParamError
from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.app import create_app
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.guard import Guard
from inksift.curation.serving import connections
from inksift.curation.serving.access import Access
from inksift.curation.serving.connections import MAX_CONNECTIONS
from inksift.curation.serving.policy import POLICY
from inksift.curation.serving.server import access_to, listening, serve
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.workspace import Workspace
from inksift.pipelines.cli import main
from tests.web.finished import finish
from tests.web.serving import (
    WHO,
    Running,
    answer_to,
    connect,
    everything,
    reject,
    request,
    reviewing,
    serving,
    status,
)

HEAVY = (
    "matplotlib",
    "torch",
    "dagster",
    "sklearn",
    "scipy",
    "ultralytics",
    "onnxruntime",
    "albumentations",
)
GIGABYTE = 10**9


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


@pytest.fixture
def access(reviewable: Workspace) -> Iterator[Access]:
    """The real app behind its guard, on a socket."""
    catalogue = Catalogue(reviewable, ledger_of(reviewable))
    with serving(
        lambda access: Guard(create_app(catalogue, csrf=access.csrf, who=WHO), access)
    ) as access:
        yield access


@pytest.fixture(scope="module")
def greeting() -> Iterator[Access]:
    """An app that says hello, behind the guard, on a socket."""
    with serving(lambda access: Guard(hello, access)) as access:
        yield access


def assert_lives(access: Access) -> None:
    assert status(answer_to(access, request(access, "GET", "/"))) == 200


def lives_again(access: Access) -> None:
    """Ask until the server has noticed that the others are gone."""
    asked = request(access, "GET", "/")
    while status(answer_to(access, asked)) != 200:
        time.sleep(0.05)


def test_it_listens_on_this_machine_alone(reviewable: Workspace) -> None:
    with reviewing(reviewable) as running:
        listening_on = [
            place.laddr.ip
            for place in psutil.Process(running.process.pid).net_connections("inet")
            if place.status == psutil.CONN_LISTEN
        ]
    assert listening_on == ["127.0.0.1"]
    assert [option for option in main.commands["review"].params if "host" in option.name] == []


def test_a_taken_port_is_an_error_with_a_remedy() -> None:
    with listening(0) as other:
        port = other.getsockname()[1]
        with pytest.raises(ParamError, match=rf"cannot listen on 127.0.0.1:{port} .*--port"):
            serve(lambda _: hello, port=port, announce=print)


def test_every_start_has_a_token_of_its_own() -> None:
    with listening(0) as listener:
        tokens = {access_to(listener).token for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) * 6 >= 128 for token in tokens)


def test_it_cannot_be_opened_without_a_finished_run(tmp_path: Path) -> None:
    Workspace(tmp_path / "empty")
    result = CliRunner().invoke(main, ["review", "--workspace", str(tmp_path / "empty")])
    assert result.exit_code == 2
    assert "inksift run" in result.output


def test_who_decides_has_a_name(reviewable: Workspace) -> None:
    result = CliRunner().invoke(
        main, ["review", "--workspace", str(reviewable.root), "--who", "a\nb"]
    )
    assert result.exit_code == 2
    assert "who: expected" in result.output


@pytest.mark.parametrize(
    "hosts",
    [
        "",
        "Host:\r\n",
        "Host: evil.example\r\n",
        "Host: 127.0.0.1.evil.example:{port}\r\n",
        "Host: localhost.evil:{port}\r\n",
        "Host: 127.0.0.1:1\r\n",
        "Host: 127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}\r\n",
        "Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n",
        "Host : 127.0.0.1:{port}\r\n",
    ],
)
@pytest.mark.parametrize(
    "upgrade", ["", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"]
)
def test_no_other_name_leads_here(greeting: Access, hosts: str, upgrade: str) -> None:
    cookie = f"Cookie: {greeting.cookie}={greeting.session}\r\n"
    for target in ("/", "/static/review.css", f"/?token={greeting.token}"):
        head = f"GET {target} HTTP/1.1\r\n{hosts.format(port=greeting.port)}{cookie}{upgrade}\r\n"
        answer = answer_to(greeting, head.encode())
        assert status(answer) == 400
        assert all(f"{name}: {value}\r\n".encode() in answer for name, value in POLICY.items())


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"x" * 100_000]
)
def test_what_is_no_request_is_refused(greeting: Access, sent: bytes) -> None:
    answer = answer_to(greeting, sent)
    assert status(answer) == 400
    assert all(f"{name}: {value}\r\n".encode() in answer for name, value in POLICY.items())
    assert_lives(greeting)


def test_a_websocket_is_not_opened(greeting: Access) -> None:
    wanted = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    with connect(greeting) as connection:
        connection.sendall(
            request(greeting, "GET", "/", changes={**wanted, "Sec-WebSocket-Version": "13"})
        )
        assert status(connection.recv(1000)) != 101


def test_an_answer_says_nothing_of_the_server(greeting: Access) -> None:
    assert b"uvicorn" not in answer_to(greeting, request(greeting, "GET", "/")).lower()


def test_headers_that_trickle_in_are_not_waited_for(
    greeting: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADERS_S", 0.5)
    before = time.monotonic()
    with connect(greeting) as silent, connect(greeting) as slow, connect(greeting) as later:
        later.sendall(request(greeting, "GET", "/", changes={"Connection": None}))
        _read_to(later, b"hello")
        for byte in b"GET / HTTP/1.1\r\nX: ":
            for connection in (slow, later):
                _send(connection, bytes([byte]))
            time.sleep(0.05)
        assert [everything(connection) for connection in (silent, slow, later)] == [b"", b"", b""]
    assert time.monotonic() - before < 5
    assert_lives(greeting)


def _read_to(connection: socket.socket, end: bytes) -> None:
    received = b""
    while not received.endswith(end):
        received += connection.recv(1000)


def test_idle_connections_keep_nobody_out(greeting: Access) -> None:
    held = [connect(greeting) for _ in range(MAX_CONNECTIONS)]
    try:
        assert_lives(greeting)
        assert everything(held[0]) == b""
        held[-1].sendall(request(greeting, "GET", "/"))
        assert status(everything(held[-1])) == 200
    finally:
        for connection in held:
            connection.close()
    lives_again(greeting)


def test_idle_connections_that_come_again_keep_nobody_out(greeting: Access) -> None:
    held = [connect(greeting) for _ in range(MAX_CONNECTIONS + 6)]
    try:
        for turn in range(70):
            held[turn].close()
            held[turn] = connect(greeting)
            assert_lives(greeting)
    finally:
        for connection in held:
            connection.close()
    lives_again(greeting)


def test_connections_with_a_session_stay_and_are_counted(greeting: Access) -> None:
    held = [connect(greeting) for _ in range(MAX_CONNECTIONS)]
    try:
        for connection in held:
            connection.sendall(request(greeting, "GET", "/", changes={"Connection": None}))
            _read_to(connection, b"hello")
        with connect(greeting) as one_more:
            assert everything(one_more) == b""
    finally:
        for connection in held:
            connection.close()
    lives_again(greeting)


def test_a_gigabyte_is_neither_read_nor_kept(access: Access) -> None:
    memory = psutil.Process().memory_info().rss
    declared = request(access, "POST", "/decisions", changes={"Content-Length": str(GIGABYTE)})
    streamed = request(
        access,
        "POST",
        "/decisions",
        changes={"Content-Length": None, "Transfer-Encoding": "chunked"},
    )
    assert status(_streamed(access, declared, b" " * 65536)) in (
        413,
        0,
    )  # a reset may overtake the answer
    assert status(_streamed(access, streamed, b"10000\r\n" + b" " * 65536 + b"\r\n")) in (413, 0)
    for head in (declared, request(access, "GET", "/", changes={"Content-Length": str(GIGABYTE)})):
        assert status(answer_to(access, head)) in (400, 413)
    assert psutil.Process().memory_info().rss - memory < 50e6
    assert_lives(access)


def _streamed(access: Access, head: bytes, part: bytes) -> bytes:
    """The answer to a head and as much of a gigabyte as the server takes."""
    with connect(access) as connection:
        connection.sendall(head)
        sent = 0
        while sent < GIGABYTE and _send(connection, part):
            sent += len(part)
        assert sent < GIGABYTE / 10
        return everything(connection)


def _send(connection: socket.socket, data: bytes) -> bool:
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_well(reviewable: Workspace, number: signal.Signals) -> None:
    with reviewing(reviewable) as running:
        assert status(reject(running.access, 0)) == 200
        with connect(running.access):
            running.process.send_signal(number)
            assert running.process.wait(60) == 0
    assert [entry.value for entry in Ledger.of(reviewable).entries()] == ["rejected"]


def test_an_earlier_start_opens_nothing_and_its_decisions_hold(reviewable: Workspace) -> None:
    with reviewing(reviewable) as running:
        assert status(reject(running.access, 0)) == 200
        running.process.terminate()
        assert running.process.wait(60) == 0
    before = running.access
    with reviewing(reviewable, port=before.port) as again:
        assert again.access.port == before.port
        assert status(answer_to(again.access, request(before, "GET", "/"))) == 403
        assert status(reject(before, 1)) == 403
        assert b"rejected" in answer_to(again.access, request(again.access, "GET", "/ledger.jsonl"))
    assert len(Ledger.of(reviewable).entries()) == 1


def test_the_token_is_in_no_log(reviewable: Workspace, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with log.open("w") as errors, reviewing(reviewable, errors=errors) as running:
        welcome = request(
            running.access, "GET", f"/?token={running.access.token}", changes={"Cookie": None}
        )
        assert status(answer_to(running.access, welcome)) == 303
        for sent in (welcome.replace(b"Host", b"H"), welcome[:40] + b"\r\n\r\n", b"\x00" + welcome):
            assert status(answer_to(running.access, sent)) == 400
        running.process.terminate()
        running.process.wait(60)
    assert running.process.stdout is not None
    secrets = (running.access.token, running.access.session, running.access.csrf)
    assert not [secret for secret in secrets if secret in log.read_text()]


def killed_once(workspace: Workspace, files: dict[int, str], turn: int) -> None:
    """Decide on files one after the other, kill the server right after the last answer, and look
    for all of them."""
    value = ("rejected", "kept")[turn % 2]
    with reviewing(workspace) as running:
        last = Ledger.of(workspace).last()
        for file in files:
            assert status(reject(running.access, file, value, seen=last)) == 200
            last += 1
        _kill(running)
    held = Ledger.of(workspace).in_force().set_index("image_id")["value"]
    assert held[list(files.values())].tolist() == [value] * len(files)


def _kill(running: Running) -> None:
    running.process.kill()
    assert running.process.wait(60) == -signal.SIGKILL


def kept_files(workspace: Workspace, count: int) -> dict[int, str]:
    """The first files that are no copies and can be read, and their image_ids."""
    machine = read_parquet(workspace.tables / "machine_verdicts.parquet")
    own = machine[(machine["duplicate_of"] == "") & (machine["reason"] != "unreadable")].head(count)
    return dict(zip(map(int, own.index), own["image_id"], strict=True))


def test_what_was_acknowledged_survives_a_kill(reviewable: Workspace) -> None:
    for turn in range(2):
        killed_once(reviewable, kept_files(reviewable, 5), turn)


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_hundred_kills(reviewable: Workspace) -> None:
    for turn in range(100):
        killed_once(reviewable, kept_files(reviewable, 1 + turn // 2 % 5), turn)


def test_a_kill_between_two_requests_leaves_a_sound_ledger(reviewable: Workspace) -> None:
    with reviewing(reviewable) as running:
        connections = [connect(running.access) for _ in range(8)]
        for connection, file in zip(connections, kept_files(reviewable, 8), strict=True):
            body = (
                b'{"decisions":[{"file":%d,"action":"outcome","value":"kept","seen":0}],"note":""}'
                % file
            )
            connection.sendall(request(running.access, "POST", "/decisions", body=body))
        acknowledged = [connection.recv(4000) for connection in connections[:3]]
        _kill(running)
        for connection in connections:
            connection.close()
    assert [status(answer) for answer in acknowledged] == [200] * 3
    assert 3 <= len(Ledger.of(reviewable).entries()) <= 8


@pytest.mark.slow
def test_ten_thousand_files_take_less_than_300_mb(tmp_path: Path) -> None:
    workspace = finish(tmp_path / "workspace", pictures=7000)
    shown = read_parquet(workspace.tables / "thumbnails.parquet")["image_id"]
    targets = [
        "/",
        "/list?from=99",
        "/audit",
        "/history",
        *(f"/thumbnails/{image_id}" for image_id in shown[::37]),
    ]
    with reviewing(workspace) as running, ThreadPoolExecutor(6) as pool:
        asked = [request(running.access, "GET", target) for target in targets]
        answers = list(pool.map(lambda sent: answer_to(running.access, sent), asked))
        memory = psutil.Process(running.process.pid).memory_info().rss
    assert [status(answer) for answer in answers] == [200] * len(targets)
    assert memory < 300e6


def test_the_server_loads_no_model_and_no_plot() -> None:
    program = (
        "import sys, inksift.curation.review.app, inksift.curation.review.catalogue\n"
        "import inksift.curation.review.guard, inksift.curation.serving.server\n"
        "import inksift.curation.people.chosen_ledger, inksift.pipelines.cli\n"
        "import inksift.pipelines.commands.review\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_address_is_told_once_it_can_be_opened() -> None:
    told: list[str] = []

    def announce(address: str) -> None:
        told.append(address)
        with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), 60):
            raise InterruptedError

    with pytest.raises(InterruptedError):
        serve(lambda access: Guard(hello, access), port=0, announce=announce)
    assert len(told) == 1
