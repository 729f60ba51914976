"""The trusted test folder, decoded like the source."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from inksift.assets.gather.decoded_images import ImagesConfig
from inksift.assets.shared.results import engine_told, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.tables import HASHES, IMAGES
from inksift.curation.gather import images as library
from inksift.curation.gather.images import ImageParams
from inksift.curation.gather.notes import folder_notes
from inksift.curation.project import Project
from inksift.curation.spread.engine import Engine
from inksift.curation.store.thumbnails import THUMBNAILS

_LIKE = "of the trusted test folder, like {}; empty without one"

STAGE = Stage(
    "trusted_test",
    settings=ImageParams,
    settings_name="images",
    tables={
        "test_images": Made(IMAGES, f"Every file {_LIKE.format('images')}"),
        "test_hashes": Made(HASHES, f"Hashes {_LIKE.format('hashes')}"),
        "test_thumbnails": Made(THUMBNAILS, f"Thumbnails {_LIKE.format('thumbnails')}"),
    },
    version=4,
    kinds={"pillow", "parquet"},
    work="measures",
)


@STAGE.asset(deps=["listing"])
def trusted_test(
    config: ImagesConfig, project: dg.ResourceParam[Project], engine: dg.ResourceParam[Engine]
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Decode the trusted test folder, if there is one."""
    if project.test is None:
        found = library.no_images()
    else:
        found = library.find_images(
            project.test,
            project.workspace,
            config,
            link_roots=project.link_roots,
            engine=engine,
        )
    yield table(
        found.images,
        "test_images",
        measured=found.new,
        unreadable=int((~found.images["readable"]).sum()),
        notes=[*found.told, *folder_notes(found.images, found.folder)],
        unprotected=list(found.unprotected),
        **engine_told(engine),
    )
    yield table(found.hashes, "test_hashes")
    yield table(found.thumbnails, "test_thumbnails")
