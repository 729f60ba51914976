"""Which picture trains, which validates and which tests."""

import dagster as dg
import pandas as pd

from assets.results import records, table
from curation import splits as library
from curation.dedup import related_groups
from curation.project import Project
from curation.splits import LEFT_OUT, SplitParams


class SplitsConfig(SplitParams, dg.Config):
    """Settings of the split."""


@dg.asset(group_name="training", kinds={"parquet"}, code_version=str(library.VERSION))
def splits(
    curated_dataset: pd.DataFrame,
    hashes: pd.DataFrame,
    test_images: pd.DataFrame,
    test_hashes: pd.DataFrame,
    config: SplitsConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every picture of the data set and of the trusted test folder, with related pictures on one side."""
    tested = test_images[test_images["readable"]].drop_duplicates("image_id")
    both = pd.concat([hashes, test_hashes], ignore_index=True).drop_duplicates("image_id")
    ids = [*curated_dataset["image_id"], *tested["image_id"]]
    groups = related_groups(ids, both, config.related_distance)
    split = library.split_images(
        curated_dataset,
        groups[: len(curated_dataset)],
        config,
        trusted_test=None if project.test is None else tested,
        trusted_groups=None if project.test is None else groups[len(curated_dataset) :],
    )
    sizes = pd.crosstab(split["label"], split["split"]).reset_index()
    return table(
        split,
        trusted_test=project.test is not None,
        left_out=int((split["split"] == LEFT_OUT).sum()),
        sizes=records(sizes),
    )
