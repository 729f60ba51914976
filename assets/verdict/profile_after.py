"""The shape of the folder after curation."""

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import records, table
from inksift.assets.shared.reuse import MADE_OF, made_before, made_of
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.gather import profile as library
from inksift.curation.project import Project
from inksift.curation.report import plots

STAGE = Stage(
    "profile_after",
    tables={"profile_after": Made(library.BEFORE_AFTER)},
    version=library.VERSION,
    kinds={"parquet"},
)


@STAGE.asset(deps=["ledger"], dagster_type=dg.Any)
def profile_after(
    context: dg.AssetExecutionContext,
    verdicts: pd.DataFrame,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """Files per class as found, kept, for review and rejected."""
    digest = made_of(STAGE, project, ["verdicts"])
    before = made_before(context, STAGE, project, digest)
    if before:
        return before[STAGE.name].again()
    balance = library.before_and_after(verdicts)
    return table(
        balance,
        largest_to_smallest_before=library.imbalance(balance["found"]),
        largest_to_smallest_after=library.imbalance(balance["kept"] + balance["review"]),
        classes=records(balance),
        balance_plot=picture(plots.class_balance(balance), "class balance before and after"),
        **{MADE_OF: digest},
    )
