"""One outcome, one reason and one explanation for every file found."""

import dagster as dg
import pandas as pd

from assets.results import counts, table
from curation import evidence, verdicts
from curation.verdicts import VerdictParams


class VerdictsConfig(VerdictParams, dg.Config):
    """Settings of the recipe that tells photographs from drawings."""


@dg.asset(name="verdicts", group_name="verdict", kinds={"parquet"}, code_version=str(verdicts.VERSION))
def decided(
    images: pd.DataFrame,
    duplicates: pd.DataFrame,
    signals: pd.DataFrame,
    object_counts: pd.DataFrame,
    embeddings: pd.DataFrame,
    clusters: pd.DataFrame,
    config: VerdictsConfig,
) -> dg.MaterializeResult[pd.DataFrame]:
    """Every file found is kept, for review, or rejected with a stage and a reason."""
    known = evidence.gather(duplicates, signals, object_counts, embeddings, clusters, method=config.clusters)
    decisions = verdicts.decide(images, duplicates, known, verdicts.judge(known, config))
    outcomes = decisions["outcome"].value_counts()
    return table(
        decisions,
        kept=int(outcomes.get("kept", 0)),
        review=int(outcomes.get("review", 0)),
        rejected=int(outcomes.get("rejected", 0)),
        reasons=counts(decisions.loc[decisions["outcome"] == "rejected", "reason"].value_counts().to_dict()),
        media=counts(decisions["medium"].value_counts().to_dict()),
    )
