"""Grids of experiments, by the name of a shipped one or from a file that people wrote."""

from pathlib import Path
from typing import get_args

from inksift.curation.base.errors import ParamError
from inksift.curation.base.safe_yaml import read_yaml
from inksift.curation.experiments.grid import GridParams, experiments_of, table_of
from inksift.curation.experiments.shipped import GridName


def grid_names() -> list[str]:
    """The grids that ship with inksift."""
    return list(get_args(GridName))


def grid_params(name: str, scale: float) -> GridParams:
    """The settings of a shipped grid, or of a YAML file; ParamError when there is none, or names
    the file and what is wrong in it."""
    if name in grid_names():
        return GridParams.of("experiment_grid", {"shipped": name, "scale": scale})
    path = Path(name)
    if not path.is_file():
        raise ParamError(
            f"no grid called {name}; there are: {', '.join(grid_names())}, or give a YAML file"
        )
    content = read_yaml(path, "a grid")
    try:
        table_of(experiments_of(content, scale=scale))
    except ParamError as error:
        raise ParamError(f"{path}: {error}") from None
    called = path.name.encode("utf-8", "backslashreplace").decode()
    return GridParams.of("experiment_grid", {"grid": content, "name": called, "scale": scale})
