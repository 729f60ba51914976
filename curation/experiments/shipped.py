"""The grids that ship with inksift."""

from __future__ import annotations

from importlib import resources
from typing import Any, Literal

import yaml

GridName = Literal["balance", "networks", "team"]


def shipped_grid(name: GridName) -> Any:
    """The content of a shipped grid."""
    return yaml.safe_load(
        (resources.files(__package__) / "grids" / f"{name}.yaml").read_text("utf-8")
    )
