"""The review app: its routes, and what it answers. It guards nothing itself: see `guard`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from curation.errors import InksiftError, LedgerConflict, LedgerError
from curation.ledger.decisions import Decision, subject
from curation.ledger.entries import Entry
from curation.ledger.exchange import export_csv, export_jsonl
from curation.review.asked import Asked, decisions_of, undo_of
from curation.review.cards import said
from curation.review.catalogue import Catalogue
from curation.review.pages import Pages
from curation.review.state import State
from curation.review.strict_json import strict_json

STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FRESH = {"Cache-Control": "no-store"}
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
_TITLES = {404: "There is no such page", 405: "That is not how this page is used"}
log = logging.getLogger("inksift")


def create_app(catalogue: Catalogue, *, csrf: str, who: str) -> Starlette:
    """The app for one person, whose decisions are recorded as those of `who`."""
    desk = _Desk(catalogue, Pages(catalogue, csrf=csrf, who=who), who)
    routes = [
        Route("/", desk.pictures),
        Route("/files/{file:int}", desk.file),
        Route("/audit", desk.sample),
        Route("/history", desk.history),
        Route("/thumbnails/{image_id}", desk.thumbnail),
        Route("/pictures/{image_id}", desk.picture),
        Route("/static/{name}", desk.static),
        Route("/ledger.csv", desk.ledger_csv),
        Route("/ledger.jsonl", desk.ledger_jsonl),
        Route("/decisions", desk.decide, methods=["POST"]),
        Route("/undo", desk.undo, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: desk.refused, InksiftError: desk.broken})


class _Desk:
    def __init__(self, catalogue: Catalogue, pages: Pages, who: str) -> None:
        self._catalogue, self._pages, self._who = catalogue, pages, who
        self._static = {path.name: path.read_bytes() for path in STATIC.iterdir()}
        self._static["report.css"] = pages.style().encode()

    def pictures(self, request: Request) -> Response:
        return HTMLResponse(self._pages.pictures(self._catalogue.state(), request.query_params), headers=_FRESH)

    def file(self, request: Request) -> Response:
        state, file = self._catalogue.state(), request.path_params["file"]
        if file >= len(state.run):
            raise HTTPException(404, f"there is no file {file}: the last run found {len(state.run)}")
        return HTMLResponse(self._pages.file(state, file, request.query_params), headers=_FRESH)

    def sample(self, request: Request) -> Response:
        return HTMLResponse(self._pages.sample(self._catalogue.state(), request.query_params), headers=_FRESH)

    def history(self, request: Request) -> Response:
        return HTMLResponse(self._pages.history(self._catalogue.state(), request.query_params), headers=_FRESH)

    def thumbnail(self, request: Request) -> Response:
        return _jpeg(self._catalogue.pictures.thumbnail, request)

    def picture(self, request: Request) -> Response:
        return _jpeg(self._catalogue.pictures.picture, request)

    def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._static:
            raise HTTPException(404, "there is no such file")
        headers = {"Cache-Control": "no-cache"}
        return Response(self._static[name], media_type=_TYPES[Path(name).suffix], headers=headers)

    def ledger_csv(self, request: Request) -> Response:
        return _download(export_csv(self._catalogue.ledger), "ledger.csv", "text/csv")

    def ledger_jsonl(self, request: Request) -> Response:
        return _download(export_jsonl(self._catalogue.ledger), "ledger.jsonl", "application/jsonl")

    async def decide(self, request: Request) -> Response:
        return await run_in_threadpool(self._decide, await request.body())

    async def undo(self, request: Request) -> Response:
        return await run_in_threadpool(self._undo, await request.body())

    def refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return self._problem(request, error.status_code, error.detail)

    def broken(self, request: Request, error: Exception) -> Response:
        log.error("%s", error)
        return self._problem(request, 503, str(error))

    def _decide(self, body: bytes) -> Response:
        state = self._catalogue.state()
        asked, decisions = decisions_of(_parsed(body), state)
        try:
            entries = self._catalogue.record(decisions, self._who, seen=[one.seen for one in asked])
        except LedgerConflict as conflict:
            return self._conflict(conflict, asked, decisions)
        groups = {state.run.groups[one.file] for one in asked}
        new = sorted({entry for entry in entries if entry > state.last})
        return self._answer(groups, entries=entries, new=new)

    def _undo(self, body: bytes) -> Response:
        state = self._catalogue.state()
        entries, note = undo_of(_parsed(body), state)
        groups = state.groups(state.entries[entry - 1].image_id for entry in entries)
        try:
            undos = self._catalogue.undo(entries, self._who, note)
        except LedgerError as error:
            return JSONResponse({"error": str(error), "conflicts": [], **self._shown(groups)}, 409, headers=_FRESH)
        return self._answer(groups, entries=undos, new=undos)

    def _answer(self, groups: Iterable[int], **told: object) -> Response:
        return JSONResponse({**told, **self._shown(groups)}, headers=_FRESH)

    def _shown(self, groups: Iterable[int]) -> dict[str, Any]:
        state = self._catalogue.state()
        return {"tiles": self._pages.tiles(state, state.run.files_of(groups)), "totals": state.totals}

    def _problem(self, request: Request, status: int, words: str) -> Response:
        if request.method == "POST":
            return JSONResponse({"error": words}, status, headers=_FRESH)
        page = self._pages.problem(_TITLES.get(status, "This does not work now"), words)
        return HTMLResponse(page, status, headers=_FRESH)

    def _conflict(self, conflict: LedgerConflict, asked: Sequence[Asked], decisions: Sequence[Decision]) -> Response:
        """Who decided what meanwhile, for each of the files that it concerns."""
        state = self._catalogue.state()
        theirs = {_matter(state, entry.subject()): entry for entry in conflict.entries}
        matters = [_matter(state, subject(*decision[:3])) for decision in decisions]
        mine = [(one, theirs.get(matter)) for one, matter in zip(asked, matters, strict=True)]
        told = [_theirs(state, one, entry) for one, entry in mine if entry]
        groups = {state.run.groups[one.file] for one, entry in mine if entry}
        answer = {"error": str(conflict), "conflicts": told, **self._shown(groups)}
        return JSONResponse(answer, 409, headers=_FRESH)


def _matter(state: State, about: Sequence[str]) -> tuple[object, ...]:
    """What a decision is about among all files of a picture, given its subject in the ledger."""
    image_id, *rest = about
    return state.run.group_of.get(image_id), *rest


def _theirs(state: State, one: Asked, entry: Entry) -> dict[str, Any]:
    words = said(state, entry) if entry.value else "taken back"
    return {
        "file": one.file,
        "path": state.run.path(one.file),
        "action": one.action,
        "value": entry.value,
        "said": words,
        "who": entry.who,
        "at": entry.at,
        "entry": entry.entry,
    }


def _parsed(body: bytes) -> object:
    try:
        return strict_json(body)
    except ValueError as error:
        raise HTTPException(400, str(error)) from None


def _jpeg(find: Callable[[str], bytes], request: Request) -> Response:
    try:
        data = find(request.path_params["image_id"])
    except KeyError:
        raise HTTPException(404, "there is no such picture in the last run") from None
    return Response(data, media_type="image/jpeg", headers=_FOR_GOOD)


def _download(data: bytes, name: str, media_type: str) -> Response:
    headers = {**_FRESH, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)
