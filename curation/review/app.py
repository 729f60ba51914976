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

from inksift.curation.base.errors import InksiftError
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import Entry, LedgerConflict
from inksift.curation.people.ledger.exchange import export_csv, export_jsonl
from inksift.curation.review.asked import AskedDecision, decisions_of, undo_of
from inksift.curation.review.cards import path_of, said
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.grid.answers import FRESH, GridAnswers
from inksift.curation.review.pages import Pages
from inksift.curation.review.state import State
from inksift.curation.review.strict_json import parsed_body

STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
_TITLES = {404: "There is no such page", 405: "That is not how this page is used"}
log = logging.getLogger("inksift")


def _prepared(run: str) -> None:
    """Nothing is prepared: the grid does without."""


def create_app(
    catalogue: Catalogue, *, csrf: str, who: str, prepare: Callable[[str], None] = _prepared
) -> Starlette:
    """The app for one person, whose decisions are recorded as those of `who`. `prepare` is told the
    name of a run whose looks are not there."""
    pages = Pages(catalogue, csrf=csrf, who=who)
    answers = _Answers(catalogue, pages, who)
    routes = [
        *GridAnswers(catalogue, pages, who, prepare).routes,
        Route("/list", answers.pictures),
        Route("/files/{file:int}", answers.file),
        Route("/variants", answers.variants),
        Route("/audit", answers.sample),
        Route("/history", answers.history),
        Route("/thumbnails/{image_id}", answers.thumbnail),
        Route("/pictures/{image_id}", answers.picture),
        Route("/originals/{image_id}", answers.original),
        Route("/static/{name}", answers.static),
        Route("/ledger.csv", answers.ledger_csv),
        Route("/ledger.jsonl", answers.ledger_jsonl),
        Route("/decisions", answers.decide, methods=["POST"]),
        Route("/undo", answers.undo, methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: answers.refused, InksiftError: answers.broken},
    )


class _Answers:
    def __init__(self, catalogue: Catalogue, pages: Pages, who: str) -> None:
        self._catalogue, self._pages, self._who = catalogue, pages, who
        self._static = {path.name: path.read_bytes() for path in STATIC.iterdir()}
        self._static["page.css"] = pages.style().encode()

    def pictures(self, request: Request) -> Response:
        return HTMLResponse(
            self._pages.pictures(self._catalogue.state(), request.query_params), headers=FRESH
        )

    def file(self, request: Request) -> Response:
        state, file = self._catalogue.state(), request.path_params["file"]
        if request.query_params.get("run", state.run.name) != state.run.name:
            raise HTTPException(
                404, "another run has numbered the files anew: look this one up among the pictures"
            )
        if file >= len(state.run):
            raise HTTPException(
                404, f"there is no file {file}: the last run found {len(state.run)}"
            )
        return HTMLResponse(self._pages.file(state, file, request.query_params), headers=FRESH)

    def variants(self, request: Request) -> Response:
        return HTMLResponse(
            self._pages.variants(self._catalogue.state(), request.query_params), headers=FRESH
        )

    def sample(self, request: Request) -> Response:
        return HTMLResponse(
            self._pages.sample(self._catalogue.state(), request.query_params), headers=FRESH
        )

    def history(self, request: Request) -> Response:
        return HTMLResponse(
            self._pages.history(self._catalogue.state(), request.query_params), headers=FRESH
        )

    def thumbnail(self, request: Request) -> Response:
        return _jpeg(self._catalogue.pictures.thumbnail, request)

    def picture(self, request: Request) -> Response:
        return _jpeg(self._catalogue.pictures.picture, request)

    def original(self, request: Request) -> Response:
        return _jpeg(self._catalogue.originals.picture, request)

    def static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._static:
            raise HTTPException(404, "there is no such file")
        headers = {"Cache-Control": "no-cache"}
        return Response(self._static[name], media_type=_TYPES[Path(name).suffix], headers=headers)

    def ledger_csv(self, request: Request) -> Response:
        return _download(export_csv(self._catalogue.ledger.entries()), "ledger.csv", "text/csv")

    def ledger_jsonl(self, request: Request) -> Response:
        return _download(
            export_jsonl(self._catalogue.ledger.entries()), "ledger.jsonl", "application/jsonl"
        )

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
        ledger = self._catalogue.identity(state)
        asked, decisions = decisions_of(parsed_body(body), state, ledger=ledger)
        try:
            recorded = self._catalogue.record(
                decisions,
                self._who,
                seen=[one.seen for one in asked],
                generation=state.generation,
            )
        except LedgerConflict as conflict:
            return self._conflict(conflict, asked, decisions)
        about = {decision.image_id for decision in decisions}
        return self._answer(about, entries=recorded.entries, new=recorded.new)

    def _undo(self, body: bytes) -> Response:
        state = self._catalogue.state()
        ledger = self._catalogue.identity(state)
        entries, note = undo_of(parsed_body(body), state, ledger=ledger)
        about = {state.entries[entry - 1].image_id for entry in entries}
        try:
            undos = self._catalogue.undo(entries, self._who, note, generation=state.generation)
        except LedgerConflict as error:
            undone = self._catalogue.state().undone
            told = {
                "error": str(error),
                "conflicts": [],
                "left": [one for one in entries if one not in undone],
            }
            return JSONResponse({**told, **self._shown(about)}, 409, headers=FRESH)
        return self._answer(about, entries=undos, new=undos)

    def _answer(self, image_ids: Iterable[str], **told: object) -> Response:
        return JSONResponse({**told, **self._shown(image_ids)}, headers=FRESH)

    def _shown(self, image_ids: Iterable[str]) -> dict[str, Any]:
        """All files of these pictures as they are now, by the numbers of the last run."""
        state = self._catalogue.state()
        files = state.run.files_of(state.reached(image_ids))
        return {"tiles": self._pages.tiles(state, files), "totals": state.totals}

    def _problem(self, request: Request, status: int, words: str) -> Response:
        if request.method == "POST":
            return JSONResponse({"error": words}, status, headers=FRESH)
        page = self._pages.problem(_TITLES.get(status, "This does not work now"), words)
        return HTMLResponse(page, status, headers=FRESH)

    def _conflict(
        self,
        conflict: LedgerConflict,
        asked: Sequence[AskedDecision],
        decisions: Sequence[Decision],
    ) -> Response:
        """Who decided what meanwhile, for each of the files that it concerns."""
        state = self._catalogue.state()
        theirs = {state.matter(entry): entry for entry in conflict.entries}
        matters = [state.matter_of(*decision[:3]) for decision in decisions]
        mine = [(one, theirs.get(matter)) for one, matter in zip(asked, matters, strict=True)]
        told = [_theirs(state, one, entry) for one, entry in mine if entry]
        about = {entry.image_id for entry in conflict.entries}
        answer = {"error": str(conflict), "conflicts": told, **self._shown(about)}
        return JSONResponse(answer, 409, headers=FRESH)


def _theirs(state: State, one: AskedDecision, entry: Entry) -> dict[str, Any]:
    """What somebody else said meanwhile; of copies, on which."""
    return {
        "file": one.file,
        "path": path_of(state, entry.image_id)
        if one.action == "copy"
        else state.run.path(one.file),
        "action": one.action,
        "value": entry.value,
        "said": said(state, entry) if entry.value else "taken back",
        "who": entry.who,
        "at": entry.at,
        "entry": entry.entry,
    }


def _jpeg(find: Callable[[str], bytes], request: Request) -> Response:
    try:
        data = find(request.path_params["image_id"])
    except KeyError:
        raise HTTPException(404, "there is no such picture in the last run") from None
    return Response(data, media_type="image/jpeg", headers=_FOR_GOOD)


def _download(data: bytes, name: str, media_type: str) -> Response:
    headers = {**FRESH, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=media_type, headers=headers)
