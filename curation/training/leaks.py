"""Which pictures show what a test picture shows: trained on, they would be tested as what was
learnt by heart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from inksift.curation.base.relations import DUPLICATE, SAME_BYTES, SAME_PIXELS, VARIANT
from inksift.curation.base.tables import HASHES, PAIRS, SPLITS, Table
from inksift.curation.dedup.related_groups import pixels_of
from inksift.curation.dedup.reverse import reverse
from inksift.curation.training.splits import LEFT_OUT, TEST

RELATIVES = Table(
    "relatives_of_test",
    {
        "path": "str",
        "split": "str",
        "relation": "str",
        "similarity": "float64",
        "transform": "str",
        "test_path": "str",
    },
    key=("path",),
)
"""One row per picture outside the test split that shows what a test picture shows, with its closest
relation to one: "exact" (same bytes), "pixels", "duplicate" or "variant", or "chain" where only
relatives of it are so close. `transform` is what makes it of the test picture."""

_CHAIN = "chain"
_CLOSEST_FIRST = [SAME_BYTES, SAME_PIXELS, DUPLICATE, VARIANT, _CHAIN]


def relatives_of_test(
    splits: pd.DataFrame, hashes: pd.DataFrame, pairs: pd.DataFrame
) -> pd.DataFrame:
    """The RELATIVES in SPLITS by HASHES and PAIRS themselves, by path; chains only where a picture
    was left out."""
    rows = SPLITS.check(splits)
    rows = rows.assign(pixels=pixels_of(rows["image_id"], HASHES.check(hashes)))
    test = rows[rows["split"] == TEST].rename(columns={"path": "test_path", "image_id": "test_id"})
    test = test[["test_path", "test_id", "pixels", "group"]].sort_values("test_path")
    others = rows[rows["split"] != TEST]
    found = pd.concat(
        [_same(others, test), _tied(others, test, pairs, hashes), _chained(others, test)]
    )
    # Of several relations the closest is told, of equal ones the most similar.
    closeness = found["relation"].map(_CLOSEST_FIRST.index).astype("int64")
    ordered = found.assign(closeness=closeness).sort_values(
        ["path", "closeness", "similarity", "test_path"], ascending=[True, True, False, True]
    )
    return RELATIVES.check(ordered.drop_duplicates("path"))


def _same(others: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    both = others.merge(test, on="pixels")
    relation = np.where(both["image_id"] == both["test_id"], SAME_BYTES, SAME_PIXELS)
    return both.assign(relation=pd.Series(relation, dtype="str"), similarity=1.0, transform="")


def _tied(
    others: pd.DataFrame, test: pd.DataFrame, pairs: pd.DataFrame, hashes: pd.DataFrame
) -> pd.DataFrame:
    ties = PAIRS.check(pairs)
    first, second = pixels_of(ties["first"], hashes), pixels_of(ties["second"], hashes)
    # Both ways, as either end may be the test picture; words go from it to the other.
    forwards = ties.assign(other=first, pixels=second)
    turned = ties["transform"].map(reverse)
    backwards = ties.assign(other=second, pixels=first, transform=turned)
    either_way = pd.concat([forwards, backwards])
    tied = others.merge(either_way, on="pixels")
    return tied.merge(test, left_on="other", right_on="pixels")


def _chained(others: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    left_out = others[others["split"] == LEFT_OUT]
    both = left_out.merge(test.drop_duplicates("group"), on="group")
    return both.assign(relation=_CHAIN, similarity=0.0, transform="")
