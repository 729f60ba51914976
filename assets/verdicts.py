"""One outcome, one reason and one explanation for every file found."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from assets.results import counts, records, table
from curation.verdicts import evidence
from curation.verdicts.decide import VERSION, VerdictParams, decide, judge, limits


class VerdictsConfig(VerdictParams, dg.Config):
    """Settings of the recipe that tells photographs from drawings."""


@dg.multi_asset(
    name="verdicts",
    outs={
        "verdicts": dg.AssetOut(
            group_name="verdict",
            kinds={"parquet"},
            code_version=str(VERSION),
            description="Every file found is kept, for review, or rejected with a stage and a reason",
        ),
        "signal_limits": dg.AssetOut(
            group_name="verdict",
            kinds={"parquet"},
            code_version=str(VERSION),
            description="The cuts of every signal that these verdicts were made with",
        ),
    },
)
def decided(
    images: pd.DataFrame,
    duplicates: pd.DataFrame,
    signals: pd.DataFrame,
    object_counts: pd.DataFrame,
    embeddings: pd.DataFrame,
    clusters: pd.DataFrame,
    config: VerdictsConfig,
) -> Iterator[dg.MaterializeResult[pd.DataFrame]]:
    """Gather the evidence, judge every distinct picture, decide on every file."""
    known = evidence.gather(duplicates, signals, object_counts, embeddings, clusters, method=config.clusters)
    decisions = decide(images, duplicates, known, judge(known, config))
    outcomes = decisions["outcome"].value_counts()
    yield table(
        decisions,
        "verdicts",
        kept=int(outcomes.get("kept", 0)),
        review=int(outcomes.get("review", 0)),
        rejected=int(outcomes.get("rejected", 0)),
        reasons=counts(decisions.loc[decisions["outcome"] == "rejected", "reason"]),
        media=counts(decisions["medium"]),
    )
    cuts = limits(config)
    yield table(cuts, "signal_limits", limits=records(cuts.astype({"low": "str", "high": "str"})))
