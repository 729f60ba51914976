"""A server on this machine alone, for as long as its terminal is open."""

from __future__ import annotations

import ctypes
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

from inksift.curation.base.errors import ParamError
from inksift.curation.serving.access import Access
from inksift.curation.serving.connections import MAX_ACCEPTED, Connection

HOST = "127.0.0.1"
TOKEN_BYTES = 24
"""Random bytes of the token: 192 bits cannot be guessed."""

KEEP_ALIVE_S, LAST_ANSWERS_S = 5, 3
"""Seconds that an idle connection is kept, and that answers may take when the server stops."""

_MOST_HEAPS = -8
"""M_ARENA_MAX of glibc."""


def serve(
    make_app: Callable[[Access], ASGIApp], *, port: int, announce: Callable[[str], None]
) -> None:
    """Serve on 127.0.0.1 until SIGINT or SIGTERM, which end the process with exit code 0.

    `announce` is told the address with the token once it can be opened. Port 0 takes any free one;
    ParamError where the port is not to be had."""
    _share_one_heap()
    with listening(port) as listener, ended_by_signals():
        access = access_to(listener)
        server = server_of(make_app(access))
        announce(access.address)
        server.run(sockets=[listener])


def _share_one_heap() -> None:
    """Let all threads take their memory from one heap: each of their own would keep what is free in
    it from the others."""
    with suppress(OSError, AttributeError):  # where the C library is another than glibc
        ctypes.CDLL(None).mallopt(_MOST_HEAPS, 1)


def listening(port: int) -> socket.socket:
    """A socket that accepts connections from this machine; ParamError where the port is not to be
    had."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise ParamError(
            f"cannot listen on {HOST}:{port} ({error}): give another --port, or 0 for any free"
        ) from None
    return listener


def access_to(listener: socket.socket, command: str = "inksift review") -> Access:
    """A new token for what listens there, and the command that will print it."""
    return Access(HOST, listener.getsockname()[1], secrets.token_urlsafe(TOKEN_BYTES), command)


def server_of(app: ASGIApp, *, web_sockets: bool = False) -> uvicorn.Server:
    """A server that logs no request, since the first one holds the token."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Connection,
            ws="websockets-sansio" if web_sockets else "none",
            backlog=MAX_ACCEPTED,
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=LAST_ANSWERS_S,
        )
    )


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Within, SIGINT and SIGTERM mean that all is well; uvicorn raises them again when its last
    answers are sent."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _leave) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(*_: object) -> None:
    raise SystemExit(0)
