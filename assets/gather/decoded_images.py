"""One decode of every file: the images, their hashes, signals and thumbnails."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.shared.results import counts, engine_told, records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.tables import HASHES, IMAGES
from inksift.curation.gather import images as library
from inksift.curation.gather.folder.layout import GIVEN_SPLITS, demand_one_test
from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.gather.images import ImageParams
from inksift.curation.gather.listing import SET_ASIDE, FolderFacts
from inksift.curation.gather.notes import folder_notes
from inksift.curation.gather.signals.table import TABLE as SIGNALS
from inksift.curation.project import Project
from inksift.curation.spread.engine import Engine
from inksift.curation.store.thumbnails import THUMBNAILS

_MOST_LISTED = 100


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
        "set_aside": Made(SET_ASIDE, "What is not read because of its name"),
        "sidecars": Made(SIDECARS, "Captions and other files that belong to a picture"),
        "given_splits": Made(
            GIVEN_SPLITS, "The split of every file, where the source is divided already"
        ),
    },
    version=4,
    kinds={"pillow", "parquet"},
    work="measures",
)


@STAGE.asset(deps=["listing"])
def decoded_images(
    config: ImagesConfig, project: dg.ResourceParam[Project], engine: dg.ResourceParam[Engine]
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Walk the source, decode each new file once in the sandbox, keep what was measured."""
    found = library.find_images(
        project.source,
        project.workspace,
        config,
        link_roots=project.link_roots,
        engine=engine,
    )
    demand_one_test(found.folder.given_splits, project.test)
    errors = found.images.loc[~found.images["readable"], "error"]
    yield table(
        found.images,
        "images",
        measured=found.new,
        unreadable=len(errors),
        unreadable_share=len(errors) / len(found.images) if len(found.images) else 0.0,
        classes=int(found.images["label"].nunique()),
        errors=counts(errors),
        unprotected=list(found.unprotected),
        notes=[*found.told, *folder_notes(found.images, found.folder)],
        preview=records(found.images.drop(columns="path_bytes").head(8)),
        **engine_told(engine),
    )
    yield table(found.hashes, "hashes")
    yield table(
        found.signals,
        "signals",
        remeasured=found.remeasured,
        summary=records(found.signals.describe().reset_index(names="statistic")),
    )
    yield table(found.thumbnails, "thumbnails")
    yield from _beside(found.folder)


def _beside(folder: FolderFacts) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """What the source holds beside the files that are rows."""
    aside = folder.set_aside
    yield table(
        aside,
        "set_aside",
        files=int(aside["files"].sum()),
        entries=records(aside.head(_MOST_LISTED)),
    )
    lone = folder.sidecars["picture"] == ""
    yield table(
        folder.sidecars,
        "sidecars",
        without_a_picture=int(lone.sum()),
        lone=records(folder.sidecars.loc[lone, ["path", "size_bytes"]].head(_MOST_LISTED)),
    )
    yield table(folder.given_splits, "given_splits", splits=counts(folder.given_splits["split"]))
