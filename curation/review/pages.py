"""The pages of the review app, rendered on the server: nothing in them is script or style."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.datastructures import QueryParams

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.drawing.templating import environment
from inksift.curation.people.hints import next_run, take_decisions_in
from inksift.curation.review.cards import Card, cards, thumbnail
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.file_page import file_values
from inksift.curation.review.filters import RELATIONS, Filters, start_at, window
from inksift.curation.review.grid.looking import LOOK_FILTERS
from inksift.curation.review.grid.sorting import SORTS
from inksift.curation.review.history import history_values
from inksift.curation.review.sample import sample_values
from inksift.curation.review.state import State
from inksift.curation.review.strips import strips_values
from inksift.curation.verdict.conservation import OUTCOMES

TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Renders pages for one person; `csrf` is what their scripts have to send back with every
    change."""

    def __init__(self, catalogue: Catalogue, *, csrf: str, who: str) -> None:
        self._templates = environment(TEMPLATES)
        self._templates.globals |= {"csrf": csrf, "who": who}
        self._catalogue = catalogue

    def pictures(self, state: State, query: QueryParams) -> str:
        """The files that the filters in a query let through, a page of them."""
        filters = Filters.of(query)
        chosen = filters.chosen(state)
        shown = window(chosen, start_at(chosen, state, query.get("from", "")))
        return self._render(
            "pictures.html.j2",
            state,
            **_offered(state, filters),
            window=shown,
            cards=cards(state, shown.files, thumbnail),
            everything="".join(f"outcome={outcome}&" for outcome in OUTCOMES),
        )

    def grid(self, state: State, query: QueryParams) -> str:
        """The grid, which lists by itself what the filters in its address let through."""
        filters = Filters.of(query)
        return self._render(
            "grid.html.j2",
            state,
            **_offered(state, filters),
            sorts=SORTS.items(),
            looks=LOOK_FILTERS.items(),
        )

    def file(self, state: State, file: int, query: QueryParams) -> str:
        """One file beside the kept copy, and all that is known of it."""
        return self._render("file.html.j2", state, **file_values(state, file, Filters.of(query)))

    def variants(self, state: State, query: QueryParams) -> str:
        """Families of variants, a page of them."""
        return self._render("variants.html.j2", state, **strips_values(state, query))

    def sample(self, state: State, query: QueryParams) -> str:
        """One picture of the audit sample."""
        return self._render("sample.html.j2", state, **sample_values(state, query.get("n", "")))

    def history(self, state: State, query: QueryParams) -> str:
        """Every entry of the ledger, the newest first, a page of them."""
        return self._render(
            "history.html.j2", state, **history_values(state, query.get("before", ""))
        )

    def problem(self, title: str, words: str) -> str:
        """Why there is nothing to see."""
        return self._templates.get_template("problem.html.j2").render(title=title, words=words)

    def tiles(self, state: State, files: Sequence[int]) -> dict[str, str]:
        """The card of every file, by its number, as the page of pictures shows it."""
        return {str(card.file): self._tile(state, card) for card in cards(state, files, thumbnail)}

    def style(self) -> str:
        """The style sheet of the report, on which that of the app builds."""
        return self._templates.get_template("page.css").render()

    def _tile(self, state: State, card: Card) -> str:
        return self._templates.get_template("one_card.html.j2").render(
            state=state, card=card, filters=Filters()
        )

    def _render(self, template: str, state: State, **values: Any) -> str:
        ledger = self._catalogue.identity(state)
        known = {"state": state, "totals": state.totals, "ledger": ledger, **self._commands()}
        return self._templates.get_template(template).render(**known, **values)

    def _commands(self) -> dict[str, str]:
        """The command that takes the decisions in, and the one that makes the whole run again."""
        workspace, ledger = self._catalogue.workspace, self._catalogue.ledger
        return {
            "take_in": take_decisions_in(workspace, ledger),
            "run_again": next_run(workspace, ledger),
        }


def _offered(state: State, filters: Filters) -> dict[str, Any]:
    """What a form of filters offers."""
    return {
        "filters": filters,
        "reasons": _counted(state, "reason", filters.reason),
        "labels": _counted(state, "label", filters.label),
        "relations": RELATIONS.items(),
        "marks": _marks_found(state, filters.mark),
        "tags": _tags_found(state, filters.tag),
        "outcomes": OUTCOMES,
    }


def _marks_found(state: State, asked: str) -> list[tuple[str, str]]:
    """The AI marks that files of the run have, and the one asked for, in words."""
    found = {*state.run.marks, asked}
    return [(name, words) for name, words in AI_MARKS.items() if name in found]


def _tags_found(state: State, asked: str) -> list[tuple[str, int]]:
    """The tags in use with their counts, and the one asked for, which nobody may have given."""
    counts = {**state.tags, **({asked: state.tags.get(asked, 0)} if asked else {})}
    return list(counts.items())


def _counted(state: State, column: str, asked: str) -> list[tuple[str, int]]:
    """Every value of a column with its count, by name, and the one asked for though it may have
    none; "" left out."""
    counts = state.decisions[column].value_counts().to_dict()
    return [
        (value, int(counts.get(value, 0))) for value in sorted({*map(str, counts), asked}) if value
    ]
