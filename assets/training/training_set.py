"""What the network sees in an epoch."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import records, table
from inksift.assets.shared.settings_used import settings_of
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.tables import TRAINING_SET
from inksift.curation.evidence.features import features_by_id
from inksift.curation.training.resample import recipe
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.resample.recipe import ORIGINAL
from inksift.curation.training.splits import TRAIN


class ResampleConfig(ResampleParams, dg.Config):
    """Settings of the resampling."""


STAGE = Stage(
    "training_set",
    settings=ResampleParams,
    tables={"training_set": Made(TRAINING_SET)},
    version=recipe.VERSION,
    kinds={"albumentations", "parquet"},
)


@STAGE.asset()
def training_set(
    splits: pd.DataFrame, embeddings: pd.DataFrame, config: ResampleConfig
) -> dg.MaterializeResult[pd.DataFrame]:
    """Large classes thinned, small ones filled up with changed copies, every class weighed; only in
    train."""
    rows = recipe.resample(splits, config, features_by_id(embeddings))
    train = rows[rows["split"] == TRAIN]
    before = splits.loc[splits["split"] == TRAIN, "label"].value_counts().rename("available")
    after = train["label"].value_counts().rename("used")
    weight = train.groupby("label")["weight"].first()
    return table(
        rows,
        training_rows=len(train),
        oversampled_rows=int((train["augmentation_seed"] != ORIGINAL).sum()),
        classes=records(
            pd.concat([before, after, weight], axis=1).rename_axis("label").reset_index()
        ),
        **settings_of(config),
    )
