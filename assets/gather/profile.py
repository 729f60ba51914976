"""The shape of the folder as it was found."""

import dagster as dg
import pandas as pd

from assets.shared.display import picture
from assets.shared.results import records, table
from assets.shared.stage import Made, Stage
from curation.gather import profile as library
from curation.report import plots

STAGE = Stage(
    "profile",
    tables={"profile": Made(library.PROFILE)},
    version=library.VERSION,
    kinds={"parquet"},
)


@STAGE.asset()
def profile(images: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """Class counts, sizes, aspect ratios, formats and unreadable files, as found."""
    found = library.profile(images)
    return table(
        found.classes,
        largest_to_smallest=found.imbalance,
        sizes=records(found.sizes),
        formats=records(found.formats),
        unreadable=records(found.unreadable),
        sizes_plot=picture(plots.sizes(images), "width and height"),
        aspects_plot=picture(plots.aspects(images), "aspect ratios"),
        formats_plot=picture(plots.formats(images), "formats"),
    )
