"""Assets hand each other tables as Parquet files, written whole or not at all."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg
import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.base.tables import Table
from inksift.curation.project import Project
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import SERIALISED
from inksift.curation.store.tables import read_table


class ParquetTables(dg.IOManager):
    """Keeps each asset's table at WORKSPACE/tables/NAME.parquet, of an asset with partitions at
    NAME/PARTITION.parquet, where NAME is the last part of its key.

    What reads all partitions reads those that were made. Each is checked against the contract of
    its asset as it is read.
    """

    def __init__(self, project: Project, contracts: Mapping[str, Table]) -> None:
        self._project = project
        self._contracts = contracts

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Write the table; nothing where the asset has none."""
        if obj is not None:
            partition = context.asset_partition_key if context.has_asset_partitions else ""
            write_atomically(self._path(context.asset_key, partition), SERIALISED.of(obj))

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Read the table of an upstream asset; StoreError when it was never materialised here, or
        by other code."""
        key = context.asset_key
        partitions = context.asset_partition_keys if context.has_asset_partitions else [""]
        paths = [self._path(key, partition) for partition in partitions]
        made = [path for path in paths if path.exists()]
        if not made:
            raise StoreError(
                f"{paths[0] if paths else key} is not there: materialise {key.to_user_string()} "
                "first"
            )
        name = key.path[-1]
        again = f"materialise {name} again"
        frames = [read_table(path, self._contracts.get(name), remedy=again) for path in made]
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)

    def _path(self, key: dg.AssetKey, partition: str = "") -> Path:
        table = self._project.workspace.tables / key.path[-1]
        return (
            table / f"{partition}.parquet"
            if partition
            else table.with_name(f"{table.name}.parquet")
        )
