"""Which experiments there are."""

import dagster as dg
import pandas as pd

from inksift.assets.experiments.conditions import PARTITIONS
from inksift.assets.shared.names import names_of
from inksift.assets.shared.results import records, table
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.experiments.grid import GRID, GridParams, planned, table_of


class GridConfig(GridParams, dg.Config):
    """A grid, as people write it."""


STAGE = Stage("experiment_grid", tables={"experiment_grid": Made(GRID)}, version=3, kinds={"yaml"})
"""A grid is no setting of a run: `inksift experiments` gives it."""


@STAGE.asset()
def experiment_grid(
    context: dg.AssetExecutionContext, config: GridConfig
) -> dg.MaterializeResult[pd.DataFrame]:
    """The experiments of a grid; each becomes a partition of `experiments`, and those of another
    grid go."""
    rows = table_of(planned(config), grid=config.called, scale=config.scale)
    keys, name = rows["key"].tolist(), names_of(context).called(str(PARTITIONS.name))
    for gone in set(context.instance.get_dynamic_partitions(name)) - set(keys):
        context.instance.delete_dynamic_partition(name, gone)
    context.instance.add_dynamic_partitions(name, keys)
    return table(
        rows, grid=config.called, scale=config.scale, experiments=records(rows[["key", "settings"]])
    )
