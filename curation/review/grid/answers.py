"""What the app answers to the grid: its page, what it lists, rows of it, and changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from inksift.curation.people.ledger.entries import Entry, LedgerConflict
from inksift.curation.review.cards import path_of, said
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.grid.listing import listing_of
from inksift.curation.review.grid.many import OF_A_COPY, Many, many_of, undone_of
from inksift.curation.review.grid.mapping import map_told
from inksift.curation.review.grid.rows import MOST_ROWS, news, rows_of
from inksift.curation.review.grid.tagging import tag_entries, untagged_of
from inksift.curation.review.pages import Pages
from inksift.curation.review.state import State
from inksift.curation.review.strict_json import parsed_body

FRESH = {"Cache-Control": "no-store"}
"""What an answer bears that the next decision may make untrue."""


class GridAnswers:
    """The grid for one person, whose decisions are recorded as those of `who`."""

    def __init__(
        self, catalogue: Catalogue, pages: Pages, who: str, prepare: Callable[[str], None]
    ) -> None:
        self._catalogue, self._pages, self._who = catalogue, pages, who
        self._prepare = prepare

    @property
    def routes(self) -> list[Route]:
        return [
            Route("/", self.page),
            Route("/grid/list", self.listing),
            Route("/grid/rows", self.rows),
            Route("/grid/news", self.news),
            Route("/grid/map", self.map),
            Route("/grid/overlay", self.overlay),
            Route("/grid/decisions", self.decide, methods=["POST"]),
            Route("/grid/undo", self.undo, methods=["POST"]),
            Route("/grid/untag", self.untag, methods=["POST"]),
        ]

    def page(self, request: Request) -> Response:
        html = self._pages.grid(self._catalogue.state(), request.query_params)
        return HTMLResponse(html, headers=FRESH)

    def listing(self, request: Request) -> Response:
        state, query = self._catalogue.state(), request.query_params
        listed = listing_of(state, query, self._catalogue.looks)
        if not listed.prepared:
            self._prepare(state.run.name)
        first = rows_of(state, listed.files[: MOST_ROWS // 2], self._catalogue.looks)
        told = {**listed._asdict(), "run": state.run.name, "last": state.last, "rows": first}
        whole = {"totals": state.totals, "tags": list(state.tags.items())}
        return JSONResponse(told | whole, headers=FRESH)

    def rows(self, request: Request) -> Response:
        state = self._catalogue.state()
        if request.query_params.get("run") != state.run.name:
            raise HTTPException(404, "another run has ended since this page was loaded")
        files = _numbers(request.query_params.get("files", ""), len(state.run))
        told = {"last": state.last, "rows": rows_of(state, files, self._catalogue.looks)}
        return JSONResponse(told, headers=FRESH)

    def map(self, request: Request) -> Response:
        return JSONResponse(map_told(self._catalogue.state(), self._catalogue.looks), headers=FRESH)

    def overlay(self, request: Request) -> Response:
        """How a copy lies over what is kept instead of it; null where nothing tells."""
        run, query = self._catalogue.state().run, request.query_params
        if query.get("run") != run.name:
            raise HTTPException(404, "another run has ended since this page was loaded")
        (file,) = _numbers(query.get("file", ""), len(run))[:1]
        kept = int(run.kept_files[file])
        if kept in (-1, file):
            raise HTTPException(404, "this is no copy of another file")
        found = self._catalogue.overlays(run.image_id(kept), run.image_id(file))
        return JSONResponse(found and found._asdict(), headers=FRESH)

    def news(self, request: Request) -> Response:
        """What was decided since an entry, for a page that others overtook."""
        state, since = self._catalogue.state(), request.query_params.get("since", "")
        if request.query_params.get("run") != state.run.name:
            raise HTTPException(404, "another run has ended since this page was loaded")
        (entry,) = _numbers(since, state.last + 1)[:1]
        return JSONResponse(news(state, entry, self._catalogue.looks), headers=FRESH)

    async def decide(self, request: Request) -> Response:
        return await run_in_threadpool(self._decide, await request.body())

    async def undo(self, request: Request) -> Response:
        return await run_in_threadpool(self._undo, await request.body())

    async def untag(self, request: Request) -> Response:
        return await run_in_threadpool(self._untag, await request.body())

    def _decide(self, body: bytes) -> Response:
        state = self._catalogue.state()
        many = many_of(parsed_body(body), state, ledger=self._catalogue.identity(state))
        seen = [many.seen] * len(many.decisions)
        try:
            recorded = self._catalogue.record(
                many.decisions, self._who, seen=seen, generation=state.generation
            )
        except LedgerConflict as conflict:
            return self._conflict(conflict, many)
        told = {"new": recorded.new, "count": len(many.files), "others": many.others}
        return self._answer(told, many.seen)

    def _undo(self, body: bytes) -> Response:
        state = self._catalogue.state()
        ledger = self._catalogue.identity(state)
        entries, note, seen = undone_of(parsed_body(body), state, ledger=ledger)
        try:
            undos = self._catalogue.undo(entries, self._who, note, generation=state.generation)
        except LedgerConflict as error:
            undone = self._catalogue.state().undone
            left = [one for one in entries if one not in undone]
            return self._answer({"error": str(error), "conflicts": [], "left": left}, seen, 409)
        return self._answer({"new": undos}, seen)

    def _untag(self, body: bytes) -> Response:
        """Take tags off pictures; where somebody took some of them off meanwhile, the others."""
        state = self._catalogue.state()
        off = untagged_of(parsed_body(body), state, self._catalogue.identity(state))
        undos: list[int] = []
        while entries := tag_entries(state := self._catalogue.state(), off):
            with suppress(LedgerConflict):
                undos += self._catalogue.undo(
                    entries, self._who, off.note, generation=state.generation
                )
        return self._answer({"new": undos, "count": off.bearing}, off.seen)

    def _conflict(self, conflict: LedgerConflict, many: Many) -> Response:
        """Who decided what meanwhile, for each of the files that it concerns."""
        theirs = conflicts_of(self._catalogue.state(), conflict.entries, many)
        return self._answer({"error": str(conflict), "conflicts": theirs}, many.seen, 409)

    def _answer(self, told: Mapping[str, Any], seen: int, status: int = 200) -> Response:
        return JSONResponse(
            {**told, **news(self._catalogue.state(), seen, self._catalogue.looks)},
            status,
            headers=FRESH,
        )


def conflicts_of(state: State, entries: Sequence[Entry], many: Many) -> list[dict[str, Any]]:
    """What others said meanwhile, each with the file of the request that it concerns."""
    action = many.decisions[0].action
    own = {_about(state, action, file): file for file in many.files}
    found = [(own.get(_spoken_on(state, action, entry)), entry) for entry in entries]
    return [_theirs(state, file, entry) for file, entry in found if file is not None]


def _about(state: State, action: str, file: int) -> object:
    return state.run.image_id(file) if action == "different" else state.run.groups[file]


def _spoken_on(state: State, action: str, entry: Entry) -> object:
    return entry.image_id if action == "different" else state.run.group_of.get(entry.image_id)


def _theirs(state: State, file: int, entry: Entry) -> dict[str, Any]:
    path = path_of(state, entry.image_id) if entry.action in OF_A_COPY else state.run.path(file)
    words = said(state, entry) if entry.value else "taken back"
    told = {"file": file, "path": path, "said": words, "who": entry.who}
    return told | {"at": entry.at, "entry": entry.entry, "action": entry.action}


def _numbers(text: str, below: int) -> list[int]:
    """The numbers of files in an address, joined by commas."""
    words = text.split(",")
    sound = all(word.isascii() and word.isdigit() and len(word) < 10 for word in words)
    if not sound or len(words) > MOST_ROWS or max(map(int, words)) >= below:
        raise HTTPException(404, f"expected at most {MOST_ROWS} numbers of files below {below}")
    return list(map(int, words))
