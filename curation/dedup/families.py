"""Families: pictures that are no copies of each other, but that a chain of variants ties together;
and what is to become of all but the best of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.tables import FAMILIES
from inksift.curation.dedup.apart import ties_apart
from inksift.curation.dedup.groups import DedupParams, in_order_of_keeping
from inksift.curation.dedup.told_different import told_different
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS


def find_families(
    images: pd.DataFrame,
    duplicates: pd.DataFrame,
    hashes: pd.DataFrame,
    pairs: pd.DataFrame,
    params: DedupParams,
    human: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """FAMILIES of DUPLICATES and PAIRS, whatever the order of the input.

    The best of a family is the one that would stay if all were copies. Two pictures that
    HUMAN_DECISIONS call different tie no family."""
    decided = HUMAN_DECISIONS.frame([]) if human is None else HUMAN_DECISIONS.check(human)
    ties, apart = ties_apart(duplicates, hashes, pairs), told_different(duplicates, decided)
    ends = zip(ties["path"], ties["other_path"], strict=True)
    ties = ties[np.array([frozenset(both) not in apart for both in ends], dtype=np.bool_)]
    among = images[is_among(images["path"], {*ties["path"], *ties["other_path"]})]
    ordered = in_order_of_keeping(among, hashes, ties, params, decided)
    rank = ordered.groupby("related").cumcount().astype("int64")
    found = ordered.assign(rank=rank, rule=params.variants).sort_values("path")
    # Numbered by first path, so that a number does not depend on who is best.
    family = pd.factorize(found["related"])[0].astype(np.int64)
    numbered = found.assign(family=family).astype({"rule": "str"})
    return FAMILIES.check(numbered.sort_values(["family", "path"]))
