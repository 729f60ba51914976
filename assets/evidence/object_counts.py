"""Objects that the detector sees on every kept picture, or on those in doubt."""

from functools import partial

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, engine_told, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.tables import OBJECT_COUNTS
from inksift.curation.evidence import objects
from inksift.curation.evidence.objects import ObjectParams
from inksift.curation.project import Project, RunSettings
from inksift.curation.spread.engine import Engine
from inksift.curation.store.measurements import Measured
from inksift.curation.store.tables import read_table
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.verdict.doubtful import TABLES_OF_DOUBT, Count, count_in_doubt
from inksift.curation.verdict.recipes import VerdictParams


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


_BESIDE = [name for name in TABLES_OF_DOUBT if name != "duplicates"]


@STAGE.asset(deps=_BESIDE)
def object_counts(
    duplicates: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: ObjectsConfig,
    project: dg.ResourceParam[Project],
    run_settings: dg.ResourceParam[RunSettings],
    engine: dg.ResourceParam[Engine],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Count, classes and boxes per kept picture; status `detector_unavailable` where there are no
    weights, `not_needed` where only pictures in doubt are counted."""
    read = Thumbnails(project.workspace, thumbnails)
    count = partial(
        objects.count_objects,
        read=read,
        detector=objects.load_detector(project.workspace, project.weights, config),
        workspace=project.workspace,
        params=config,
        pictures_version=read.version,
        engine=engine,
    )
    if config.only == "all":
        counted = count(duplicates.loc[duplicates["keep"], "image_id"].tolist())
    else:
        counted = _in_doubt(duplicates, count, project, run_settings)
    return table(
        counted.frame,
        measured=counted.new,
        status=counts(counted.frame["status"]),
        objects_per_image=counts(counted.frame["objects"]),
        **engine_told(engine),
    )


def _in_doubt(
    duplicates: pd.DataFrame, count: Count, project: Project, run_settings: RunSettings
) -> Measured:
    # read only where that is asked: these tables are large
    beside = {
        name: read_table(project.workspace.table(name), TABLES_OF_DOUBT[name]) for name in _BESIDE
    }
    verdict = VerdictParams.of("verdicts", dict(run_settings.stages["verdicts"]))
    tables = {**beside, "duplicates": duplicates}
    return count_in_doubt(tables, verdict, heads=project.head_folders, count=count)
