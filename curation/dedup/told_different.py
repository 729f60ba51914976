"""Pictures that people called different, by the files that stay for them."""

from __future__ import annotations

import pandas as pd


def told_different(duplicates: pd.DataFrame, human: pd.DataFrame) -> set[frozenset[str]]:
    """The kept files, each two, of groups of which people called two pictures different."""
    kept = duplicates["path"].where(duplicates["keep"], duplicates["duplicate_of"])
    kept_for = dict(zip(duplicates["image_id"], kept, strict=True))
    said = human[human["action"] == "different"]
    both = said[said["image_id"].isin(kept_for) & said["value"].isin(kept_for)]
    two = zip(both["image_id"].map(kept_for), both["value"].map(kept_for), strict=True)
    return set(map(frozenset, two))
