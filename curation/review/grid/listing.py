"""All files that a query asks for, in the order that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from starlette.datastructures import QueryParams

from inksift.curation.review.filters import Filters
from inksift.curation.review.grid.looking import in_stacks, looking, most_like
from inksift.curation.review.grid.sorting import sorted_files
from inksift.curation.review.looks.looks import Looks
from inksift.curation.review.state import State

NO_OUTCOME = "none"
"""The outcome that asks for no file, where a person turned all of them off."""


class ListedFiles(NamedTuple):
    """The numbers of the `files`, and the sizes of the `stacks` that they stand in side by side,
    None for no stacks. `prepared` says whether the looks of the run are there, which some orders
    and filters need."""

    files: Sequence[int]
    stacks: Sequence[int] | None
    prepared: bool


def listing_of(state: State, query: QueryParams, looks: Looks | None) -> ListedFiles:
    """The files that the filters in a query let through, in its order."""
    files = [] if query.get("outcome") == NO_OUTCOME else Filters.of(query).chosen(state)
    sort = query.get("sort", "")
    if looks is None:
        return ListedFiles(sorted_files(files, state, sort, None), None, prepared=False)
    files = looking(files, query.getlist("look"), looks)
    like = _file(query.get("like", ""), len(state.run))
    if like is None or not looks.placed[like]:
        listed = sorted_files(files, state, sort, looks)
    else:
        listed = most_like(files, like, looks)
    if query.get("stacks") != "yes":
        return ListedFiles(listed, None, prepared=True)
    stays = (state.decisions["outcome"] != "rejected").to_numpy(np.bool_)
    return ListedFiles(*in_stacks(listed, looks, stays), prepared=True)


def _file(text: str, below: int) -> int | None:
    usable = text.isascii() and text.isdigit() and len(text) < 10 and int(text) < below
    return int(text) if usable else None
