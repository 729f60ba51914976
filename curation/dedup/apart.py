"""Related pictures that stay side by side: variants, and copies of a copy that are no copies of
what was kept."""

from __future__ import annotations

import pandas as pd

from curation.base.tables import DUPLICATES, HASHES, PAIRS, Table
from curation.dedup.related_groups import pixels_of

KEPT_APART = Table(
    "kept_apart",
    {
        "path": "str",
        "other_path": "str",
        "relation": "str",
        "distance": "int64",
        "similarity": "float64",
        "transform": "str",
    },
    key=("path", "other_path"),
)
"""One row per two groups with related pictures: their kept files, and the PAIRS row of the most
similar of them."""

_PATHS = {"path": "str", "other_path": "str"}


def kept_apart(duplicates: pd.DataFrame, hashes: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """KEPT_APART of DUPLICATES, the most similar first; pairs with pictures of other folders are
    left out."""
    files, known, ties = DUPLICATES.check(duplicates), HASHES.check(hashes), PAIRS.check(pairs)
    kept = files["path"].where(files["keep"], files["duplicate_of"])
    kept_for = dict(zip(pixels_of(files["image_id"], known), kept, strict=True))
    path = pixels_of(ties["first"], known).map(kept_for)
    other_path = pixels_of(ties["second"], known).map(kept_for)
    both_here = ties.assign(path=path, other_path=other_path).dropna(subset=["path", "other_path"])
    apart = both_here.query("path != other_path")
    apart = apart.sort_values(["similarity", "path", "other_path"], ascending=[False, True, True])
    # Sets, as the same two groups may be tied by pairs in either order.
    ends = [frozenset(both) for both in zip(apart["path"], apart["other_path"], strict=True)]
    groups = pd.Series(ends, index=apart.index, dtype="object")
    return KEPT_APART.check(apart[~groups.duplicated()].astype(_PATHS))
