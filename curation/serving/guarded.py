"""What every guard before an app does: it answers who is refused and who brings the token, and
hands on the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from inksift.curation.serving.access import Access
from inksift.curation.serving.admission import check_addressed_to_us, tokens_in, welcome
from inksift.curation.serving.policy import with_policy
from inksift.curation.serving.refusal import RequestRefusedError

POLICY_VIOLATION = 1008
"""The code for it with which a WebSocket is closed (RFC 6455)."""


class Guarded(ABC):
    """An ASGI app that lets through to `app` only what may come through."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    @abstractmethod
    async def _let_in(
        self, scope: Scope, receive: Receive, headers: Headers
    ) -> tuple[Scope, Receive]:
        """The request as it is handed on; RequestRefusedError where it is not."""

    def _check_connection(self, scope: Scope, headers: Headers) -> None:
        """RequestRefusedError where a WebSocket is not opened: here for nobody."""
        raise RequestRefusedError(403, "No WebSocket is opened here.")

    def _headed(self, send: Send) -> Send:
        """`send` of the app, with the headers that its answers bear."""
        return with_policy(send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        try:
            check_addressed_to_us(scope, headers, self._access)
            if tokens := tokens_in(scope):
                return await welcome(tokens, self._access)(scope, receive, with_policy(send))
            scope, receive = await self._let_in(scope, receive, headers)
        except RequestRefusedError as refused:
            return await refused.answer(headers)(scope, receive, with_policy(send))
        await self._app(scope, receive, self._headed(send))

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check_connection(scope, Headers(scope=scope))
        except RequestRefusedError:
            return await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        await self._app(scope, receive, send)
