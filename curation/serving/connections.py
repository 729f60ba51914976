"""Connections that cannot be held open for nothing: a request must begin soon, there are never too
many, and those of nobody we know make room first."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from inksift.curation.serving.admission import LET_IN
from inksift.curation.serving.policy import POLICY

HEADERS_S = 10.0
"""Seconds within which the head of a request must be there."""

MAX_CONNECTIONS = 64
"""Connections at a time; a browser opens six."""

MAX_ACCEPTED = 32
"""Connections that may wait to be accepted, which is at once: fewer than there is room for, so that
a new one is read before others can take its place."""

_HEADS = "".join(
    f"{name}: {value}\r\n" for name, value in {**POLICY, "connection": "close"}.items()
)
_BAD_REQUEST = (
    f"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ncache-control: no-store\r\n{_HEADS}\r\n"
).encode()


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it. The headers of a request must be here 10 seconds after it
    began (its body is the guard's to wait for); a WebSocket may then stay. Above 64 connections the
    oldest whose requests brought no session is closed, so that idle ones keep nobody out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._since = 0.0

    @property
    def let_in(self) -> bool:
        """Whether a request on it brought the session."""
        return bool(self.scope and self.scope.get(LET_IN))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection; where there are too many, close one that nobody is known on."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._await_request()
        if len(self.connections) > MAX_CONNECTIONS:
            self._make_room()

    def handle_websocket_upgrade(self, event: Any) -> None:
        """Go on as a WebSocket, which has no end of its own."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on with a request; the deadline for its headers does not move with every byte."""
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            return  # it is a WebSocket now
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        else:
            self._await_request()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self.transport.write(_BAD_REQUEST)
        self.transport.close()

    def _make_room(self) -> None:
        """Close the oldest connection on which nobody is known: this one where all others are."""
        plain = [one for one in self.connections if isinstance(one, Connection)]
        oldest = min((one for one in plain if not one.let_in), key=lambda one: one._since)
        self.connections.discard(oldest)
        oldest.transport.abort()

    def _await_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADERS_S, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
