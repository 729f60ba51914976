"""One decode of every file: the images, their hashes, signals and thumbnails."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.shared.results import counts, records, table
from assets.shared.stage import Made, Stage
from curation.base.tables import HASHES, IMAGES
from curation.gather import images as library
from curation.gather.images import ImageParams
from curation.gather.signals.table import TABLE as SIGNALS
from curation.project import Project
from curation.store.thumbnails import THUMBNAILS


class ImagesConfig(ImageParams, dg.Config):
    """Settings of the decode gate."""


STAGE = Stage(
    "decoded_images",
    settings=ImageParams,
    settings_name="images",
    tables={
        "images": Made(IMAGES, "Every file found: what it is, or why it cannot be read"),
        "hashes": Made(HASHES, "Perceptual hashes of the content of every readable picture"),
        "signals": Made(SIGNALS, "What every signal measured on every readable picture"),
        "thumbnails": Made(
            THUMBNAILS, "Where the working thumbnail of every readable picture is stored"
        ),
    },
    version=4,
    kinds={"pillow", "parquet"},
)


@STAGE.asset()
def decoded_images(
    config: ImagesConfig, project: dg.ResourceParam[Project]
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Walk the source, decode each new file once in the sandbox, keep what was measured."""
    found = library.find_images(project.source, project.workspace, config)
    errors = found.images.loc[~found.images["readable"], "error"]
    yield table(
        found.images,
        "images",
        measured=found.new,
        unreadable=len(errors),
        classes=int(found.images["label"].nunique()),
        errors=counts(errors),
        preview=records(found.images.drop(columns="path_bytes").head(8)),
    )
    yield table(found.hashes, "hashes")
    yield table(
        found.signals,
        "signals",
        remeasured=found.remeasured,
        summary=records(found.signals.describe().reset_index(names="statistic")),
    )
    yield table(found.thumbnails, "thumbnails")
