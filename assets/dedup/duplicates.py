"""Which of several copies stays."""

import dagster as dg
import pandas as pd

from assets.shared.results import counts, records, table
from assets.shared.stage import Made, Stage
from assets.shared.union import union
from curation.base.tables import DUPLICATES
from curation.dedup import groups
from curation.dedup.across import across_notes, across_splits
from curation.dedup.groups import DedupParams

_MOST_SHOWN = 20


class DedupConfig(DedupParams, dg.Config):
    """Which of several copies stays."""


STAGE = Stage(
    "duplicates",
    settings=DedupParams,
    tables={"duplicates": Made(DUPLICATES)},
    version=groups.VERSION,
    kinds={"numpy", "parquet"},
)


@STAGE.asset(deps=["ledger"])
def duplicates(
    images: pd.DataFrame,
    hashes: pd.DataFrame,
    test_hashes: pd.DataFrame,
    pairs: pd.DataFrame,
    human_decisions: pd.DataFrame,
    given_splits: pd.DataFrame,
    config: DedupConfig,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every readable file with its group of copies; one file of each group is kept."""
    found = groups.find_duplicates(
        images, union(hashes, test_hashes), pairs, config, human_decisions
    )
    dropped = found[~found["keep"]]
    kept = found.loc[found["kept_because"] != "", ["path", "kept_because"]]
    across = across_splits(found, given_splits)
    return table(
        found,
        across_splits=records(across.head(_MOST_SHOWN)),
        notes=across_notes(across),
        duplicates=len(dropped),
        groups_with_copies=len(kept),
        groups_in_several_classes=int((found["keep"] & (found["conflict"] != "")).sum()),
        relations=counts(dropped["relation"]),
        kept_because=records(kept.head(_MOST_SHOWN)),
    )
