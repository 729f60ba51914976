"""Requests to the review app in this process, handed on as a server would, with nothing tidied up
on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message

from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.review.app import create_app
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.guard import Guard
from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace

ACCESS = Access("127.0.0.1", 8600, "the-token-of-these-tests")
WHO = "ana"
CHANGE = {
    "decisions": [{"file": 0, "action": "outcome", "value": "rejected", "seen": 0}],
    "note": "",
}

Pairs = Sequence[tuple[str, str]]


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def app_of(workspace: Workspace) -> Starlette:
    """The app on a workspace, unguarded."""
    return create_app(Catalogue(workspace, ledger_of(workspace)), csrf=ACCESS.csrf, who=WHO)


def ask(
    app: ASGIApp, method: str, target: str, headers: Pairs = (), parts: Iterable[bytes] = (b"",)
) -> Answer:
    """The answer to one request; its body comes in `parts` and stays unfinished where there are
    none."""
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ],
        "client": ("127.0.0.1", 1),
        "server": (ACCESS.host, ACCESS.port),
        "state": {},
    }
    coming = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if coming:
        coming[-1]["more_body"] = False
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else await asyncio.Future()

    async def send(message: Message) -> None:
        sent.append(message)

    async def one_request() -> None:
        await app(scope, receive, send)

    asyncio.run(one_request())
    start, *bodies = sent
    return Answer(
        start["status"],
        Headers(raw=start["headers"]),
        b"".join(part.get("body", b"") for part in bodies),
    )


class Browser:
    """One of our own pages, behind the guard; `changes` replace its headers, None leaves one
    away."""

    def __init__(self, app: ASGIApp) -> None:
        self.guarded = Guard(app, ACCESS)

    def get(self, target: str, method: str = "GET", **changes: str | None) -> Answer:
        return ask(self.guarded, method, target, self._headers({"accept": "text/html"}, changes))

    def post(self, target: str, value: object, **changes: str | None) -> Answer:
        return self.send(target, [json.dumps(value).encode()], **changes)

    def send(self, target: str, parts: Iterable[bytes], **changes: str | None) -> Answer:
        own = {
            "origin": ACCESS.origin,
            "sec-fetch-site": "same-origin",
            "x-inksift-token": ACCESS.csrf,
            "content-type": "application/json",
        }
        return ask(self.guarded, "POST", target, self._headers(own, changes), parts)

    def _headers(
        self, own: dict[str, str], changes: dict[str, str | None]
    ) -> list[tuple[str, str]]:
        usual = {
            "host": f"{ACCESS.host}:{ACCESS.port}",
            "cookie": f"{ACCESS.cookie}={ACCESS.session}",
            **own,
        }
        whole = usual | {name.replace("_", "-"): value for name, value in changes.items()}
        return [(name, value) for name, value in whole.items() if value is not None]


def ledger_bytes(workspace: Workspace) -> bytes | None:
    """The ledger's file as it is, None for none."""
    file: Path = workspace.root / "ledger.sqlite"
    return file.read_bytes() if file.exists() else None
