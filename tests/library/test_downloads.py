"""Downloads survive bad servers, and publish whole files or nothing. The server is on 127.0.0.1."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from inksift.curation.base.errors import WeightsError
from inksift.curation.evidence.models import downloads, weights
from inksift.curation.evidence.models.downloads import fetch_weights
from inksift.curation.evidence.models.pinned import Weights
from tests.toy_weights import register

GOOD = bytes(range(256)) * 400


@contextmanager
def server(*answers: str) -> Iterator[tuple[str, list[str]]]:
    """A server that gives these answers in turn, the last one again and again; yields its address
    and what it gave."""
    given: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given.append(answers[min(len(given), len(answers) - 1)])
            ANSWERS[given[-1]](self)

        def log_message(self, *arguments) -> None:
            """Keep the test's output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/toy.pt", given
        finally:
            listening.shutdown()
            thread.join()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content_Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(10_000):
            handler.wfile.write(bytes(65536))
    except ConnectionError:
        handler.close_connection = True


ANSWERS = {
    "good": lambda handler: send(handler, 200, GOOD),
    "half": lambda handler: send(
        handler, 200, GOOD[: len(GOOD) // 2], Content_Length=str(len(GOOD))
    ),
    "wrong": lambda handler: send(handler, 200, b"<html>"),
    "gzip": lambda handler: send(handler, 200, b"\x1f\x8b rubbish", Content_Encoding="gzip"),
    "busy": lambda handler: send(handler, 500, b""),
    "gone": lambda handler: send(handler, 404, b""),
    "loop": lambda handler: send(handler, 302, b"", Location="/toy.pt"),
    "endless": endless,
}


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("INKSIFT_WEIGHTS", raising=False)
    monkeypatch.setattr(downloads, "PAUSES_S", (0.0, 0.0))
    monkeypatch.setattr(downloads, "MAX_BYTES", 2**20)


def fetch_from(address: str, monkeypatch) -> Path:
    digest = hashlib.sha256(GOOD).hexdigest()
    register(monkeypatch, Weights("toy", "toy.pt", (digest,), address, "MIT"))
    return fetch_weights("toy")


@pytest.mark.parametrize(
    "answers",
    [("good",), ("busy", "busy", "good"), ("half", "good"), ("wrong", "gzip", "good")],
    ids=lambda answers: "-".join(answers),
)
def test_a_file_arrives_whole_after_passing_failures(answers, monkeypatch):
    with server(*answers) as (address, given):
        path = fetch_from(address, monkeypatch)
        assert fetch_weights("toy") == path
    assert path.read_bytes() == GOOD
    assert given == list(answers)


@pytest.mark.parametrize(
    ("answer", "times", "problem"),
    [
        ("half", 3, "peer closed connection"),
        ("wrong", 3, "digest mismatch"),
        ("busy", 3, "500"),
        ("gone", 1, "404"),
        ("loop", 21, "redirect"),
        ("endless", 1, "more than 1048576 bytes"),
    ],
)
def test_a_bad_server_ends_in_the_remedy_and_leaves_nothing(answer, times, problem, monkeypatch):
    with server(answer) as (address, given), pytest.raises(WeightsError) as raised:
        fetch_from(address, monkeypatch)
    assert problem in str(raised.value)
    assert f"download {address} by other means and put toy.pt into --weights-dir" in str(
        raised.value
    )
    assert len(given) == times
    assert not list(weights.cache_folder().glob("*"))


def test_offline_fails_at_once_with_the_remedy(monkeypatch):
    with server("good") as (address, _):
        closed = address
    with pytest.raises(WeightsError, match="by other means"):
        fetch_from(closed, monkeypatch)


def test_a_server_that_trickles_is_given_up(monkeypatch):
    monkeypatch.setattr(downloads, "MAX_SECONDS", -1.0)
    with server("good") as (address, _), pytest.raises(WeightsError, match="not finished after"):
        fetch_from(address, monkeypatch)


def test_two_at_once_both_succeed(monkeypatch):
    with server("good") as (address, _), ThreadPoolExecutor(2) as pool:
        paths = list(pool.map(lambda _: fetch_from(address, monkeypatch), range(2)))
    assert paths[0] == paths[1]
    assert paths[0].read_bytes() == GOOD
    assert [path.name for path in weights.cache_folder().iterdir()] == ["toy.pt"]


def test_a_file_carried_by_a_package_has_no_address(monkeypatch):
    packed = Weights("toy", "toy.pt", ("0" * 64,), "", "MIT", "no_such_package/models")
    register(monkeypatch, packed)
    with pytest.raises(WeightsError, match="install the package no_such_package"):
        fetch_weights("toy")
