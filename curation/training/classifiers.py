"""How a trained classifier is handed on: by the name of its checkpoint."""

from curation.tables import Table

CLASSIFIER = Table(
    "classifier",
    {"checkpoint": "str", "network": "str", "image_side_px": "int64", "best_epoch": "int64", "seed": "int64"},
)
"""One row: the checkpoint's file in the workspace's `models`, and what is needed to use it."""
