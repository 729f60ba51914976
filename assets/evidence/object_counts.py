"""Objects that the detector sees on every kept picture."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, engine_told, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.tables import OBJECT_COUNTS
from inksift.curation.evidence import objects
from inksift.curation.evidence.objects import ObjectParams
from inksift.curation.project import Project
from inksift.curation.spread.engine import Engine
from inksift.curation.store.thumbnails import Thumbnails


class ObjectsConfig(ObjectParams, dg.Config):
    """Settings of the object detector."""


STAGE = Stage(
    "object_counts",
    settings=ObjectParams,
    tables={"object_counts": Made(OBJECT_COUNTS)},
    version=objects.VERSION,
    kinds={"onnx", "parquet"},
    work="measures",
)


@STAGE.asset()
def object_counts(
    duplicates: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: ObjectsConfig,
    project: dg.ResourceParam[Project],
    engine: dg.ResourceParam[Engine],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Count, classes and boxes per kept picture; status `detector_unavailable` where there are no
    weights."""
    kept = duplicates.loc[duplicates["keep"], "image_id"].tolist()
    detector = objects.load_detector(project.workspace, project.weights, config)
    read = Thumbnails(project.workspace, thumbnails)
    counted = objects.count_objects(
        kept,
        read,
        detector=detector,
        workspace=project.workspace,
        params=config,
        pictures_version=read.version,
        engine=engine,
    )
    return table(
        counted.frame,
        measured=counted.new,
        status=counts(counted.frame["status"]),
        objects_per_image=counts(counted.frame["objects"]),
        **engine_told(engine),
    )
