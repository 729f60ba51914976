"""Related pictures that stay side by side: variants, and copies of a copy that are no copies of
what was kept."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.tables import DUPLICATES, HASHES, KEPT_APART, PAIRS
from inksift.curation.dedup.related_groups import pixels_of

_PATHS = {"path": "str", "other_path": "str"}
_OF_THE_PIXELS = ["places", "other_places", "marked"]
"""Columns of PAIRS that say nothing of a copy with other pixels."""


def kept_apart(duplicates: pd.DataFrame, hashes: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """KEPT_APART of DUPLICATES, the most similar first; pairs with pictures of other folders are
    left out."""
    return KEPT_APART.check(ties_apart(duplicates, hashes, pairs))


def ties_apart(duplicates: pd.DataFrame, hashes: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The rows of `kept_apart` with all columns of PAIRS; `first` and `second` are the pixels of
    the two kept files."""
    files, known, ties = DUPLICATES.check(duplicates), HASHES.check(hashes), PAIRS.check(pairs)
    kept = files["path"].where(files["keep"], files["duplicate_of"])
    kept_for = dict(zip(pixels_of(files["image_id"], known), kept, strict=True))
    shown = dict(zip(files["path"], pixels_of(files["image_id"], known), strict=True))
    first, second = (pixels_of(ties[end], known) for end in ("first", "second"))
    ends = ties.assign(path=first.map(kept_for), other_path=second.map(kept_for))
    apart = ends.dropna(subset=["path", "other_path"]).query("path != other_path")
    told = apart.assign(first=apart["path"].map(shown), second=apart["other_path"].map(shown))
    told["shown"] = (told["first"] == first[told.index]) & (told["second"] == second[told.index])
    told[_OF_THE_PIXELS] = told[_OF_THE_PIXELS].where(told["shown"], "")
    return _one_of_two_groups(told.astype(_PATHS))


def _one_of_two_groups(ties: pd.DataFrame) -> pd.DataFrame:
    """The one row that is told of every two kept files, the most similar first."""
    order = ["shown", "similarity", "path", "other_path"]
    best_first = ties.sort_values(order, ascending=[False, False, True, True])
    # Sets, as the same two groups may be tied by pairs in either order.
    ends = zip(best_first["path"], best_first["other_path"], strict=True)
    groups = pd.Series(list(map(frozenset, ends)), index=best_first.index, dtype="object")
    first_of_each = best_first[~groups.duplicated()]
    return first_of_each.sort_values(order[1:], ascending=[False, True, True])
