"""What the network sees in an epoch."""

import dagster as dg
import pandas as pd

from assets.results import records, table
from curation import resample
from curation.resample import ORIGINAL, ResampleParams
from curation.splits import TRAIN


class ResampleConfig(ResampleParams, dg.Config):
    """Settings of the resampling."""


@dg.asset(group_name="training", kinds={"albumentations", "parquet"}, code_version=str(resample.VERSION))
def training_set(splits: pd.DataFrame, config: ResampleConfig) -> dg.MaterializeResult[pd.DataFrame]:
    """Large classes thinned, small ones filled up with changed copies, every class weighed; only in train."""
    rows = resample.resample(splits, config)
    train = rows[rows["split"] == TRAIN]
    before = splits.loc[splits["split"] == TRAIN, "label"].value_counts().rename("available")
    after = train["label"].value_counts().rename("used")
    return table(
        rows,
        training_rows=len(train),
        oversampled_rows=int((train["augmentation_seed"] != ORIGINAL).sum()),
        classes=records(pd.concat([before, after], axis=1).rename_axis("label").reset_index()),
    )
