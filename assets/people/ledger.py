"""The ledger of what people decide."""

import dagster as dg

from inksift.assets.shared.stage import WORK_TAG

LEDGER = dg.AssetSpec(
    "ledger",
    kinds={"sqlite"},
    tags={WORK_TAG: "outside"},
    description="What people decide, in the review app, in an audit or by import. Dagster is told "
    "when it changes",
)
"""Nothing here makes it. Every asset that shows what people decided depends on it directly, because
Dagster calls stale only what is one step away from a change."""
