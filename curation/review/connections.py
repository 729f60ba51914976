"""Connections that cannot be held open for nothing: a request must begin soon, and there are never
too many."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from inksift.curation.review.policy import POLICY

HEADERS_S = 10.0
"""Seconds within which the head of a request must be there."""

MAX_CONNECTIONS = 64
"""Connections at a time; a browser opens six."""

_HEADS = "".join(
    f"{name}: {value}\r\n" for name, value in {**POLICY, "connection": "close"}.items()
)
_BAD_REQUEST = (
    f"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ncache-control: no-store\r\n{_HEADS}\r\n"
).encode()


class Connection(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it. The headers of a request must be here 10 seconds after it
    began (its body is the guard's to wait for); above 64 connections a new one is closed at
    once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or close it where there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on with a request; the deadline for its headers does not move with every byte."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        else:
            self._await_request()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self.transport.write(_BAD_REQUEST)
        self.transport.close()

    def _await_request(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEADERS_S, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
