"""The shape of the folder before and after curation."""

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.human import LEDGER
from assets.results import records, table
from curation.gather import profile as library
from curation.report import plots


@dg.asset(group_name="gather", kinds={"parquet"}, code_version=str(library.VERSION))
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


@dg.asset(group_name="verdict", kinds={"parquet"}, code_version=str(library.VERSION), deps=[LEDGER])
def profile_after(verdicts: pd.DataFrame) -> dg.MaterializeResult[pd.DataFrame]:
    """Files per class as found, kept, for review and rejected."""
    balance = library.before_and_after(verdicts)
    return table(
        balance,
        largest_to_smallest_before=library.imbalance(balance["found"]),
        largest_to_smallest_after=library.imbalance(balance["kept"] + balance["review"]),
        classes=records(balance),
        balance_plot=picture(plots.class_balance(balance), "class balance before and after"),
    )
