"""What the embedder sees in every picture."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, engine_told, table
from inksift.assets.shared.stage import Made, Stage
from inksift.assets.shared.union import readable, union
from inksift.curation.base.tables import EMBEDDINGS
from inksift.curation.evidence import features
from inksift.curation.evidence.features import FeatureParams
from inksift.curation.project import Project
from inksift.curation.spread.engine import Engine
from inksift.curation.store.thumbnails import Thumbnails


class FeaturesConfig(FeatureParams, dg.Config):
    """Settings of the embedder."""


STAGE = Stage(
    "embeddings",
    settings=FeatureParams,
    tables={"embeddings": Made(EMBEDDINGS)},
    version=features.VERSION,
    kinds={"onnx", "parquet"},
    work="measures",
)


@STAGE.asset()
def embeddings(
    images: pd.DataFrame,
    test_images: pd.DataFrame,
    thumbnails: pd.DataFrame,
    test_thumbnails: pd.DataFrame,
    config: FeaturesConfig,
    project: dg.ResourceParam[Project],
    engine: dg.ResourceParam[Engine],
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
        engine=engine,
    )
    return table(
        embedded.frame,
        measured=embedded.new,
        embedder=config.embedder,
        dimension=embedder.dimension,
        status=counts(embedded.frame["status"]),
        **engine_told(engine),
    )
