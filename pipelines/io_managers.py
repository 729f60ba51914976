"""Assets hand each other tables as Parquet files, written whole or not at all."""

from pathlib import Path

import dagster as dg
import pandas as pd

from curation.errors import SchemaError, StoreError
from curation.project import Project
from curation.publish.contracts import contract_of
from curation.store.files import write_atomically
from curation.store.parquet import read_parquet, to_parquet


class ParquetTables(dg.IOManager):
    """Keeps each asset's table at WORKSPACE/tables/NAME.parquet."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Write the table; nothing where the asset has none."""
        if obj is not None:
            write_atomically(self._path(context.asset_key), to_parquet(obj))

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Read the table of an upstream asset; StoreError when it was never materialised here, or by other code."""
        path, name = self._path(context.asset_key), context.asset_key.to_user_string()
        if not path.exists():
            raise StoreError(f"{path} is not there: materialise {name} first")
        frame, contract = read_parquet(path), contract_of(path.stem)
        try:
            return contract.check(frame) if contract else frame
        except SchemaError as error:
            raise StoreError(f"{path} is of another version of inksift ({error}): materialise {name} again") from error

    def _path(self, key: dg.AssetKey) -> Path:
        return self._project.workspace.tables / f"{'_'.join(key.path)}.parquet"
