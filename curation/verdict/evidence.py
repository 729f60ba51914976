"""What is known about every distinct picture, side by side: one row per kept copy, one column per
observation."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.tables import Table
from inksift.curation.gather.signals import SIGNALS

EVIDENCE = Table(
    "evidence",
    {
        "image_id": "str",
        "detector": "str",
        "objects": "int64",
        "embedding": "str",
        "cluster": "int64",
        **{signal.name: "float64" for signal in SIGNALS},
    },
    key=("image_id",),
)
"""`detector` and `embedding` are the statuses of those stages; `cluster` is -1 for noise."""


def gather(
    duplicates: pd.DataFrame,
    signals: pd.DataFrame,
    object_counts: pd.DataFrame,
    embeddings: pd.DataFrame,
    clusters: pd.DataFrame,
    *,
    method: str,
) -> pd.DataFrame:
    """An EVIDENCE row for each kept copy in `duplicates`, with its cluster by `method` (a column of
    CLUSTERS)."""
    rows = duplicates.loc[duplicates["keep"], ["image_id"]]
    counted = object_counts.rename(columns={"status": "detector"})
    embedded = embeddings.rename(columns={"status": "embedding"})
    clustered = clusters.rename(columns={method: "cluster"})
    for table in (
        counted[["image_id", "detector", "objects"]],
        embedded[["image_id", "embedding"]],
        clustered[["image_id", "cluster"]],
        signals,
    ):
        rows = rows.merge(table, on="image_id", how="left", validate="one_to_one")
    # a picture without a sound embedding was never clustered; `embedding` says so
    rows["cluster"] = rows["cluster"].fillna(-1).astype("int64")
    return EVIDENCE.check(rows)
