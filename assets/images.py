"""One decode of every file: the images, their hashes, signals and thumbnails."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.results import counts, records, table
from curation.gather import images as library
from curation.gather.images import ImageParams
from curation.project import Project


class ImagesConfig(ImageParams, dg.Config):
    """Settings of the decode gate."""


_OUTS = {
    "images": "Every file found: what it is, or why it cannot be read",
    "hashes": "Perceptual hash of every readable picture",
    "signals": "What every signal measured on every readable picture",
    "thumbnails": "Where the working thumbnail of every readable picture is stored",
}


@dg.multi_asset(
    outs={
        name: dg.AssetOut(
            group_name="gather", kinds={"pillow", "parquet"}, description=text, code_version="2"
        )
        for name, text in _OUTS.items()
    }
)
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
        summary=records(found.signals.describe().reset_index(names="statistic")),
    )
    yield table(found.thumbnails, "thumbnails")


@dg.multi_asset(
    outs={
        f"test_{name}": dg.AssetOut(
            group_name="gather",
            kinds={"pillow", "parquet"},
            description=f"The same for the trusted test folder; empty without one. {text}",
            code_version="2",
        )
        for name, text in _OUTS.items()
        if name != "signals"
    }
)
def trusted_test(
    config: ImagesConfig, project: dg.ResourceParam[Project]
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Decode the trusted test folder, if there is one."""
    if project.test is None:
        found = library.no_images()
    else:
        found = library.find_images(project.test, project.workspace, config)
    yield table(
        found.images,
        "test_images",
        measured=found.new,
        unreadable=int((~found.images["readable"]).sum()),
    )
    yield table(found.hashes, "test_hashes")
    yield table(found.thumbnails, "test_thumbnails")
