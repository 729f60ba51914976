"""Files as the grid shows them: a picture, and the words that appear on demand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from inksift.curation.drawing.words import outcome_in_words, reason_of_one
from inksift.curation.review.cards import why_so, words_on
from inksift.curation.review.looks.looks import Looks
from inksift.curation.review.state import State

_TOLD = ["path", "image_id", "label", "outcome", "reason", "duplicate_of", "p_photo", "decided_by"]
MOST_ROWS = 240
"""Rows in one answer: a page asks for as many as it is about to show, some screens of them."""


def rows_of(state: State, files: Sequence[int], looks: Looks | None = None) -> list[dict[str, Any]]:
    """What the grid is told of files, in their order."""
    some = state.decisions.iloc[list(files)][_TOLD].to_dict("records")
    rows = [_row(state, file, told) for file, told in zip(files, some, strict=True)]
    if looks is not None:
        for row in rows:
            row["rather"] = looks.rather[row["file"]]
    return rows


def changed_since(state: State, entry: int) -> list[int]:
    """The files on which something was decided, or taken back, after that entry."""
    pictures = {one.image_id for one in state.entries[entry:]}
    return sorted(state.run.files_of(state.reached(pictures)))


def news(state: State, since: int, looks: Looks | None = None) -> dict[str, Any]:
    """What a page that knew the ledger up to the entry `since` has to be told to show what holds:
    the `changed` files, and their rows where they are few."""
    changed = changed_since(state, since)
    few = changed if len(changed) <= MOST_ROWS else []
    rows = rows_of(state, few, looks)
    told = {"last": state.last, "changed": changed, "rows": rows, "totals": state.totals}
    return told | {"tags": list(state.tags.items())}


def _row(state: State, file: int, told: Mapping[Hashable, Any]) -> dict[str, Any]:
    run, group = state.run, state.run.groups[file]
    copy = bool(told["duplicate_of"])
    return {
        "file": file,
        "image": told["image_id"] if told["image_id"] in run.pictures else "",
        "path": told["path"],
        "label": told["label"],
        "outcome": told["outcome"],
        "verdict": _verdict(told["outcome"], told["reason"]),
        "by": told["decided_by"],
        "why": why_so(state, file),
        "photo": None if copy or np.isnan(told["p_photo"]) else told["p_photo"],
        "relation": run.relations[file],
        "kept": int(run.kept_files[file]),
        "copies": len(run.files[group]) - 1 if group >= 0 else 0,
        "size": run.sides[file].tolist(),
        "rather": "",
        "tags": state.tags_of.get(group, []),
        "said": [f"{word.said} by {word.who}" for word in words_on(state, file)],
    }


def _verdict(outcome: str, reason: str) -> str:
    why = [reason_of_one(reason)] if reason else []
    return " ".join([outcome_in_words(outcome), *why])
