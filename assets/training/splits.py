"""Which picture trains, which validates and which tests."""

import dagster as dg
import pandas as pd

from assets.shared.results import records, table
from assets.shared.settings_used import settings_of
from assets.shared.stage import Made, Stage
from assets.shared.union import union
from curation.base.tables import SPLITS
from curation.dedup.across import splits_of_kept
from curation.dedup.related_groups import related_groups
from curation.project import Project
from curation.training import splits as library
from curation.training.leaks import relatives_of_test
from curation.training.splits import LEFT_OUT, SplitParams
from curation.verdict.several import demand_classes

MOST_LISTED = 100


class SplitsConfig(SplitParams, dg.Config):
    """Settings of the split."""


STAGE = Stage(
    "splits",
    settings=SplitParams,
    tables={"splits": Made(SPLITS)},
    version=library.VERSION,
    kinds={"parquet"},
)


@STAGE.asset()
def splits(
    curated_dataset: pd.DataFrame,
    hashes: pd.DataFrame,
    test_images: pd.DataFrame,
    test_hashes: pd.DataFrame,
    pairs: pd.DataFrame,
    duplicates: pd.DataFrame,
    given_splits: pd.DataFrame,
    verdicts: pd.DataFrame,
    config: SplitsConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every picture of the data set and of the trusted test folder, with copies and variants on one
    side."""
    demand_classes(verdicts, curated_dataset)
    tested = test_images[test_images["readable"]].drop_duplicates("image_id")
    both = union(hashes, test_hashes)
    groups = related_groups([*curated_dataset["image_id"], *tested["image_id"]], both, pairs)
    split = library.split_images(
        curated_dataset,
        groups[: len(curated_dataset)],
        config,
        trusted_test=None if project.test is None else tested,
        trusted_groups=None if project.test is None else groups[len(curated_dataset) :],
        given=curated_dataset["path"].map(splits_of_kept(duplicates, given_splits)),
    )
    sizes = pd.crosstab(split["label"], split["split"]).reset_index()
    relatives = relatives_of_test(split, both, pairs)
    return table(
        split,
        trusted_test=project.test is not None,
        given=len(given_splits) > 0,
        left_out=int((split["split"] == LEFT_OUT).sum()),
        left_out_pictures=records(relatives[relatives["split"] == LEFT_OUT].head(MOST_LISTED)),
        sizes=records(sizes),
        **settings_of(config),
    )
