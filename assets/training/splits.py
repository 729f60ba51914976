"""Which picture trains, which validates and which tests."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import records, table
from inksift.assets.shared.settings_used import settings_of
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import union
from inksift.curation.base.tables import SPLITS
from inksift.curation.dedup.across import splits_of_kept
from inksift.curation.dedup.related_groups import related_groups
from inksift.curation.project import Project
from inksift.curation.training import splits as library
from inksift.curation.training.leaks import relatives_of_test
from inksift.curation.training.splits import LEFT_OUT, SplitParams
from inksift.curation.verdict.several import demand_classes

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


_FOUND = ("hashes", "test_hashes", "pairs", "duplicates", "given_splits", "verdicts")


@STAGE.asset(reads=_FOUND)
def splits(
    curated_dataset: pd.DataFrame,
    test_images: pd.DataFrame,
    config: SplitsConfig,
    project: dg.ResourceParam[Project],
    **found: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every picture of the data set and of the trusted test folder, with copies and variants on one
    side."""
    demand_classes(found["verdicts"], curated_dataset)
    tested = test_images[test_images["readable"]].drop_duplicates("image_id")
    both, pairs = union(found["hashes"], found["test_hashes"]), found["pairs"]
    groups = related_groups([*curated_dataset["image_id"], *tested["image_id"]], both, pairs)
    given = splits_of_kept(found["duplicates"], found["given_splits"])
    split = library.split_images(
        curated_dataset,
        groups[: len(curated_dataset)],
        config,
        trusted_test=None if project.test is None else tested,
        trusted_groups=None if project.test is None else groups[len(curated_dataset) :],
        given=curated_dataset["path"].map(given),
    )
    sizes = pd.crosstab(split["label"], split["split"]).reset_index()
    relatives = relatives_of_test(split, both, pairs)
    return table(
        split,
        trusted_test=project.test is not None,
        given=len(found["given_splits"]) > 0,
        left_out=int((split["split"] == LEFT_OUT).sum()),
        left_out_pictures=records(relatives[relatives["split"] == LEFT_OUT].head(MOST_LISTED)),
        sizes=records(sizes),
        **settings_of(config),
    )
