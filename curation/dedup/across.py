"""Pictures whose copies lie in several splits of a source that is divided already."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from inksift.curation.base.tables import DUPLICATES, GROUPED_FILES, Table
from inksift.curation.gather.folder.layout import GIVEN_SPLITS

STRICTEST_FIRST = ("test", "validation", "train")
"""What a picture counts for whose copies lie in several splits: it is not trained on where it
tests."""

ACROSS = Table("across_splits", {"path": "str", "split": "str", "also_in": "str"}, key=("path",))
"""One row per picture with copies in several given splits: the `path` of the kept one, the split
that it counts for, and the others."""


def strictest(splits: Iterable[str]) -> str:
    """The split that a picture with copies in these counts for, "" where none is given.

    >>> strictest(["train", "test", ""])
    'test'
    """
    found = set(splits)
    return next((split for split in STRICTEST_FIRST if split in found), "")


def splits_of_kept(duplicates: pd.DataFrame, given: pd.DataFrame) -> pd.Series:
    """The split that every kept file of GROUPED_FILES counts for, by path, "" where GIVEN_SPLITS
    gives none."""
    files = GROUPED_FILES.check(duplicates)
    split = _split_of(files, given)
    strict = split.groupby(files["group"]).agg(strictest)
    kept = files[files["keep"]]
    return pd.Series(kept["group"].map(strict).to_numpy(), index=kept["path"], dtype="str")


def across_splits(duplicates: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """The ACROSS rows of DUPLICATES, by path."""
    files = DUPLICATES.check(duplicates)
    files = files.assign(split=_split_of(files, given))
    named = files[files["split"] != ""].groupby("group")["split"].agg(set)
    kept = files[files["keep"]].set_index("group")["path"].to_dict()
    several = {group: splits for group, splits in named.items() if len(splits) > 1}
    rows = [_row(str(kept[group]), splits) for group, splits in several.items()]
    return ACROSS.frame(sorted(rows, key=lambda row: str(row["path"])))


def _row(path: str, splits: set[str]) -> dict[str, object]:
    first = strictest(splits)
    return {"path": path, "split": first, "also_in": ", ".join(sorted(splits - {first}))}


def _split_of(files: pd.DataFrame, given: pd.DataFrame) -> pd.Series:
    """The given split of every file, "" for none."""
    rows = GIVEN_SPLITS.check(given)
    by_path = dict(zip(rows["path"], rows["split"], strict=True))
    found = [by_path.get(path, "") for path in files["path"]]
    return pd.Series(found, index=files.index, dtype="str")


def across_notes(across: pd.DataFrame) -> list[str]:
    """A sentence on ACROSS rows, none where there are none."""
    rows = ACROSS.check(across)
    if rows.empty:
        return []
    first = rows.iloc[0]
    several = len(rows) > 1
    return [
        f"{len(rows)} picture{'s' if several else ''} of the given splits "
        f"{'have' if several else 'has'} copies in another one, such as {first['path']} (for "
        f"{first['split']}, also in {first['also_in']}): {'each' if several else 'it'} counts for "
        "the strictest split alone, test before validation before train"
    ]
