"""The folder that everything begins with."""

import dagster as dg

from inksift.assets.shared.stage import WORK_TAG

SOURCE = dg.AssetSpec(
    "source",
    kinds={"file"},
    tags={WORK_TAG: "outside"},
    description="The pictures as they came, which are only ever read. Dagster is told when a file "
    "was added, changed or removed",
)
"""Nothing here makes it: its last event says when it was last seen changed."""
