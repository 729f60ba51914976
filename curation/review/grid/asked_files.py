"""What every request of the grid brings: files, a value, and how much of the ledger is known."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException

from inksift.curation.review.asked import told_list, told_number, wrong
from inksift.curation.review.state import State


def told_value(told: Mapping[str, Any]) -> str:
    """The value in a request, which has to be text."""
    if not isinstance(told["value"], str):
        raise wrong(f"value: expected text, got {reprlib.repr(told['value'])}")
    return str(told["value"])


def told_seen(value: object, state: State) -> int:
    """The last entry that a page knew, which has to be one that there is."""
    seen = told_number(value, "seen")
    if seen > state.last:
        raise wrong(f"seen is {seen}, but the last entry is {state.last}: load the page again")
    return seen


def told_files(told: Mapping[str, Any], state: State) -> list[int]:
    """The numbers of files in a request, each once and of this run."""
    files = [told_number(one, "files") for one in told_list(told, "files")]
    if max(files) >= len(state.run):
        raise HTTPException(
            404, f"there is no file {max(files)}: the last run found {len(state.run)}"
        )
    if len(set(files)) < len(files):
        raise wrong("files names one of them twice")
    return files
