"""The shape of the folder after curation."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.gather import profile as library
from inksift.curation.report import plots

STAGE = Stage(
    "profile_after",
    tables={"profile_after": Made(library.BEFORE_AFTER)},
    version=library.VERSION,
    kinds={"parquet"},
)


@STAGE.asset(deps=["ledger"])
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
