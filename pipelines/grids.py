"""Grids of experiments: those that ship with inksift, and files that people write."""

from pathlib import Path
from typing import Any

from curation.errors import ParamError
from pipelines.safe_yaml import read_yaml

_GRIDS = Path(__file__).parent / "grids"


def grid_names() -> list[str]:
    """The grids that ship with inksift."""
    return sorted(path.stem for path in _GRIDS.glob("*.yaml"))


def load_grid(name: str) -> Any:
    """The content of a shipped grid, or of a YAML file; ParamError when there is none, or it cannot be read."""
    path = _GRIDS / f"{name}.yaml" if name in grid_names() else Path(name)
    if not path.is_file():
        raise ParamError(f"no grid called {name}; there are: {', '.join(grid_names())}, or give a YAML file")
    return read_yaml(path, "a grid")
