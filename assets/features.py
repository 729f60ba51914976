"""What the embedder sees in every picture."""

import dagster as dg
import pandas as pd

from assets.results import counts, table
from assets.union import readable, union
from curation.evidence import features
from curation.evidence.features import FeatureParams
from curation.project import Project
from curation.store.thumbnails import Thumbnails


class FeaturesConfig(FeatureParams, dg.Config):
    """Settings of the embedder."""


@dg.asset(
    group_name="evidence",
    kinds={"onnx", "parquet"},
    code_version=str(features.VERSION),
)
def embeddings(
    images: pd.DataFrame,
    test_images: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    config: FeaturesConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Mean and deviation of every feature channel of the embedder, per distinct picture, copies and
    test pictures too."""
    embedder = features.load_embedder(project.workspace, project.weights, config)
    read = Thumbnails(project.workspace, union(thumbnails, test_thumbnails))
    embedded = features.embed(
        readable(images, test_images)["image_id"].tolist(),
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
