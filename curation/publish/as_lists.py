"""An export in one file: Parquet with the pictures' bytes, a list of paths, or JSON lines with all
classes of a picture."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from curation.gather.folder.safe_open import RefusedError
from curation.publish.beside import caption_of, read_sidecar
from curation.publish.task import (
    ExportPicture,
    ExportSummary,
    ExportTask,
    read_batches,
    write_mark,
)
from curation.store.files import atomic_file, write_atomically
from curation.store.safe_csv import csv_bytes

_PARQUET, _CSV, _LABELS = "pictures.parquet", "pictures.csv", "labels.jsonl"

_COLUMNS = ("path", "label", "image_id", "format", "split")
_OF_SIDECARS = ("caption", "sidecars")


def write_csv(task: ExportTask, summary: ExportSummary) -> None:
    """A row per picture, its bytes looked at and not kept."""
    read = chain.from_iterable(read_batches(task, summary))
    rows = [_row_with_names(task, picture, summary) for picture, _ in read]
    write_mark(task, [])
    columns = [*_COLUMNS, *_OF_SIDECARS]
    write_atomically(
        task.target / _CSV, csv_bytes(pd.DataFrame(rows, columns=columns, dtype="str"))
    )


def write_parquet(task: ExportTask, summary: ExportSummary) -> None:
    """One row group per batch, so that the pictures need not fit into memory."""
    sidecar = pa.struct([("path", pa.string()), ("bytes", pa.binary())])
    schema = pa.schema(
        [
            *((name, pa.string()) for name in _COLUMNS),
            ("caption", pa.string()),
            ("sidecars", pa.list_(sidecar)),
            ("bytes", pa.binary()),
        ]
    )
    write_mark(task, [])
    with (
        atomic_file(task.target / _PARQUET) as file,
        pq.ParquetWriter(file, schema, compression="none") as writer,
    ):
        for batch in read_batches(task, summary):
            rows = [
                {**_row_with_bytes(task, picture, summary), "bytes": data}
                for picture, data in batch
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def write_labels(task: ExportTask, summary: ExportSummary) -> None:
    """One JSON object per picture and line, with all classes that copies of it are filed under."""
    lines = []
    for picture, _ in chain.from_iterable(read_batches(task, summary)):
        sidecars = task.beside.sidecars.get(picture.path, [])
        row = {
            "path": picture.path,
            "image_id": picture.image_id,
            "labels": task.beside.labels.get(picture.path, [picture.label]),
            "split": picture.split,
            "caption": caption_of(task.reach, sidecars),
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    write_mark(task, [])
    write_atomically(task.target / _LABELS, "".join(lines).encode("utf-8", "replace"))


def _row_with_names(
    task: ExportTask, picture: ExportPicture, summary: ExportSummary
) -> dict[str, str]:
    """The row of a list: its sidecars by their paths, with " | " between them."""
    sidecars = task.beside.sidecars.get(picture.path, [])
    summary.sidecars += len(sidecars)
    names = " | ".join(sidecar.path for sidecar in sidecars)
    return {**_row(picture), "caption": caption_of(task.reach, sidecars), "sidecars": names}


def _row_with_bytes(
    task: ExportTask, picture: ExportPicture, summary: ExportSummary
) -> dict[str, Any]:
    """The row of a Parquet file, with its sidecars."""
    sidecars = task.beside.sidecars.get(picture.path, [])
    held = []
    for sidecar in sidecars:
        try:
            held.append({"path": sidecar.path, "bytes": read_sidecar(task.reach, sidecar)})
        except RefusedError as refusal:
            summary.skipped[sidecar.path] = refusal.reason
    summary.sidecars += len(held)
    return {**_row(picture), "caption": caption_of(task.reach, sidecars), "sidecars": held}


def _row(picture: ExportPicture) -> dict[str, str]:
    return {name: getattr(picture, name) for name in _COLUMNS}
