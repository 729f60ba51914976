"""How a trained classifier is handed on: by the name of its checkpoint."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from inksift.curation.base.tables import Table

CLASSIFIER = Table(
    "classifier",
    {
        "checkpoint": "str",
        "network": "str",
        "settings": "str",
        "parameters": "int64",
        "trainable_parameters": "int64",
        "image_side_px": "int64",
        "best_epoch": "int64",
        "seed": "int64",
        "rebalancing": "str",
    },
)
"""One row: the checkpoint's file in the workspace's `models`, and what is needed to use it;
`settings` are those that the network reads, as JSON; `parameters` counts weights and running
statistics; `rebalancing`, as JSON too, is how the last layer was balanced after training and what
came of it, {} where nobody has."""


def network_of(classifier: pd.DataFrame) -> dict[str, Any]:
    """What the F1 report says of the network: name, settings, parameters, trainable_parameters,
    image_side_px, and how it was rebalanced."""
    row = CLASSIFIER.check(classifier).iloc[0]
    numbers = {
        name: int(row[name]) for name in ("parameters", "trainable_parameters", "image_side_px")
    }
    told = {name: json.loads(row[name]) for name in ("settings", "rebalancing")}
    return {"name": str(row["network"]), **told, **numbers}
