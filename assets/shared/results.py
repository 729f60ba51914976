"""How every asset hands over its table: with a data version, so that changed settings make what
follows stale."""

import hashlib
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from inksift.curation.spread.engine import Engine
from inksift.curation.store.parquet import SERIALISED


def table(
    frame: pd.DataFrame, key: str | None = None, /, **metadata: Any
) -> dg.MaterializeResult[pd.DataFrame]:
    """A result whose data version is the digest of the table, with its row count beside the given
    metadata."""
    return dg.MaterializeResult(
        asset_key=key,
        value=frame,
        data_version=dg.DataVersion(hashlib.sha256(SERIALISED.of(frame)).hexdigest()[:16]),
        metadata={"dagster/row_count": len(frame), **metadata},
    )


def numbers(values: pd.Series) -> dict[str, float]:
    """A number per row, by what the index calls it: the UI plots each of them over runs."""
    return {str(name): float(value) for name, value in values.items()}


def engine_told(engine: Engine) -> dict[str, Any]:
    """What a person should know of how the work was done, with a link to the cluster's own page."""
    return {
        name: dg.MetadataValue.url(text) if text.startswith("http") else text
        for name, text in engine.told.items()
    }


def records(frame: pd.DataFrame) -> dg.TableMetadataValue:
    """A small frame as a table in the UI; cells without a value are empty."""
    rows = [_record(row) for row in frame.to_dict("records")]
    return dg.MetadataValue.table(rows, schema=_schema(frame))


def _record(row: Mapping[Any, Any]) -> dg.TableRecord:
    return dg.TableRecord({str(name): _cell(value) for name, value in row.items()})


def counts(values: pd.Series) -> dg.TableMetadataValue:
    """How often each value occurs, as a two-column table in the UI, the most frequent first."""
    return records(values.value_counts().rename("count").rename_axis("value").reset_index())


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if pd.isna(value) else round(value, 4)
    return value.item() if hasattr(value, "item") else value


def _schema(frame: pd.DataFrame) -> dg.TableSchema:
    return dg.TableSchema(
        [dg.TableColumn(str(name), str(dtype)) for name, dtype in frame.dtypes.items()]
    )
