"""One file: what it is a copy or a variant of, what speaks for and against it, and what was ever
decided on its picture."""

from __future__ import annotations

from typing import Any

from inksift.curation.report.ballots import Ballots
from inksift.curation.review.cards import cards, picture_address, thumbnail
from inksift.curation.review.filters import Filters
from inksift.curation.review.history import lines
from inksift.curation.review.state import State
from inksift.curation.review.strips import variants_beside


def file_values(state: State, file: int, filters: Filters) -> dict[str, Any]:
    """What the page shows; the files before and after it are those of `filters`, None for no such
    file."""
    run = state.run
    group = run.groups[file]
    related = run.files[group] if group >= 0 else [file]
    shown = list(dict.fromkeys((file, related[0])))
    large = cards(state, shown, picture_address)
    judged = large[-1].tile.image_id
    votes = run.votes[run.votes["image_id"] == judged]
    ids = {run.image_id(one) for one in related}
    before, after = _neighbours(state, file, filters)
    return {
        "card": large[0],
        "place": run.place(file),
        "shown": [(card, run.described(card.file), run.beside(card.file)) for card in large],
        "related": cards(state, related, thumbnail) if len(related) > 1 else [],
        "ballot": Ballots(votes).of(votes["image_id"]).get(judged),
        "history": lines(
            state, [entry for entry in reversed(state.entries) if entry.image_id in ids]
        ),
        "filters": filters,
        "before": before,
        "after": after,
        **variants_beside(state, file),
    }


def _neighbours(state: State, file: int, filters: Filters) -> tuple[int | None, int | None]:
    """The files before and after this one in the order of the run, of those that the filters let
    through."""
    rank = state.run.rank
    chosen = filters.chosen(state)
    before = [one for one in chosen if rank[one] < rank[file]]
    after = next((one for one in chosen if rank[one] > rank[file]), None)
    return before[-1] if before else None, after
