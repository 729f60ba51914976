"""What EfficientNet sees in every kept picture."""

import dagster as dg
import pandas as pd

from assets.results import counts, table
from curation import features
from curation.features import FeatureParams
from curation.project import Project
from curation.thumbnails import Thumbnails


class FeaturesConfig(FeatureParams, dg.Config):
    """Settings of the embedder."""


@dg.asset(group_name="evidence", kinds={"efficientnet", "onnx", "parquet"}, code_version=str(features.VERSION))
def embeddings(
    duplicates: pd.DataFrame, thumbnails: pd.DataFrame, config: FeaturesConfig, project: dg.ResourceParam[Project]
) -> dg.MaterializeResult[pd.DataFrame]:
    """Mean and deviation of every EfficientNet feature channel, per kept picture."""
    kept = duplicates.loc[duplicates["keep"], "image_id"].tolist()
    embedder = features.load_embedder(project.workspace, project.weights, config)
    read = Thumbnails(project.workspace, thumbnails)
    embedded = features.embed(
        kept,
        read,
        embedder=embedder,
        workspace=project.workspace,
        params=config,
        pictures_version=read.version,
    )
    return table(
        embedded.frame,
        measured=embedded.new,
        embedder=config.embedder,
        dimension=embedder.dimension,
        status=counts(embedded.frame["status"]),
    )
