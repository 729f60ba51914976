"""The shape of the folder as it was found."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import counts, records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.gather import profile as library
from inksift.curation.gather.listing import FolderFacts
from inksift.curation.gather.notes import folder_notes
from inksift.curation.report import plots

STAGE = Stage(
    "profile",
    tables={"profile": Made(library.PROFILE)},
    version=library.VERSION,
    kinds={"parquet"},
)


@STAGE.asset()
def profile(
    images: pd.DataFrame,
    set_aside: pd.DataFrame,
    sidecars: pd.DataFrame,
    given_splits: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Class counts, sizes, aspect ratios, formats, unreadable files, and what else is there."""
    found = library.profile(images)
    beside = FolderFacts(set_aside, sidecars, given_splits)
    return table(
        found.classes,
        largest_to_smallest=found.imbalance,
        sizes=records(found.sizes),
        formats=records(found.formats),
        unreadable=records(found.unreadable),
        left_out=counts(set_aside["pattern"]),
        notes=folder_notes(images, beside),
        sizes_plot=picture(plots.sizes(images), "width and height"),
        aspects_plot=picture(plots.aspects(images), "aspect ratios"),
        formats_plot=picture(plots.formats(images), "formats"),
    )
