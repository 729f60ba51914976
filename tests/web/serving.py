"""The review app on a real socket: in a thread of this process, or as `inksift review` in a process
of its own."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from starlette.types import ASGIApp

from inksift.curation.serving.access import Access
from inksift.curation.serving.server import HOST, access_to, listening, server_of
from inksift.curation.store.workspace import Workspace

WHO = "ana"
TIMEOUT_S = 60


@contextmanager
def serving(make_app: Callable[[Access], ASGIApp], port: int = 0) -> Iterator[Access]:
    """The app that `make_app` makes, served by a thread while the block lasts."""
    with listening(port) as listener:
        access = access_to(listener)
        server = server_of(make_app(access))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield access
        finally:
            server.should_exit = server.force_exit = True
            thread.join(TIMEOUT_S)
    assert not thread.is_alive()


class Running(NamedTuple):
    """`inksift review` as a process, and the way into it."""

    process: subprocess.Popen[str]
    access: Access


@contextmanager
def reviewing(
    workspace: Workspace, *, errors: IO[str] | None = None, port: int = 0
) -> Iterator[Running]:
    """`inksift review` on a workspace, killed when the block ends if it still lives."""
    command = [
        sys.executable,
        "-m",
        "inksift",
        "review",
        "--workspace",
        str(workspace.root),
    ]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--who", WHO],
        stdout=subprocess.PIPE,
        stderr=errors or subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"COLUMNS": "200"},
    )
    try:
        yield Running(process, _access(process))
    finally:
        process.kill()
        process.communicate()


def _access(process: subprocess.Popen[str]) -> Access:
    assert process.stdout is not None
    printed = [process.stdout.readline() for _ in range(2)]
    found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", printed[-1])
    assert found, printed
    return Access(HOST, int(found[1]), found[2])


def connect(access: Access) -> socket.socket:
    return socket.create_connection((HOST, access.port), TIMEOUT_S)


def request(
    access: Access,
    method: str,
    target: str,
    *,
    body: bytes = b"",
    changes: Mapping[str, str | None] | None = None,
) -> bytes:
    """The bytes of a request of one of our own pages; `changes` replace its headers, None leaves
    one away."""
    usual: dict[str, str | None] = {
        "Host": f"{HOST}:{access.port}",
        "Cookie": f"{access.cookie}={access.session}",
        "Connection": "close",
    }
    if method == "POST":
        usual |= {
            "Origin": access.origin,
            "X-Inksift-Token": access.csrf,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
    whole = usual | dict(changes or {})
    lines = [f"{name}: {value}\r\n" for name, value in whole.items() if value is not None]
    return f"{method} {target} HTTP/1.1\r\n{''.join(lines)}\r\n".encode() + body


def answer_to(access: Access, sent: bytes) -> bytes:
    """What comes back until the server closes the connection."""
    with connect(access) as connection:
        connection.sendall(sent)
        return everything(connection)


def everything(connection: socket.socket) -> bytes:
    """All that the other side sends until it closes; what it had sent where it broke off."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def status(answer: bytes) -> int:
    """The status of an answer, 0 for none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def reject(access: Access, file: int, value: str = "rejected", *, seen: int = 0) -> bytes:
    """The answer to a decision on a file."""
    decision = {"file": file, "action": "outcome", "value": value, "seen": seen}
    body = json.dumps({"decisions": [decision], "note": ""}).encode()
    return answer_to(access, request(access, "POST", "/decisions", body=body))
