"""An export as one Parquet file with the bytes of the pictures and of their sidecars."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from inksift.curation.gather.folder.safe_open import RefusedError
from inksift.curation.people.tags import BETWEEN_TAGS
from inksift.curation.publish.beside import caption_of, read_sidecar
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.task import (
    LISTED,
    ExportPicture,
    ExportSummary,
    ExportTask,
    listed,
    read_batches,
    write_mark,
)
from inksift.curation.store.files import atomic_file

_FILE = "pictures.parquet"


def write_parquet(task: ExportTask, summary: ExportSummary) -> None:
    """One row group per batch, so that the pictures need not fit into memory."""
    write_mark(task, [])
    schema = _schema()
    with (
        atomic_file(task.place_of(_FILE)) as file,
        pq.ParquetWriter(file, schema, compression="none") as writer,
    ):
        for batch in read_batches(task, summary):
            rows = [{**_row(task, picture, summary), "bytes": data} for picture, data in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _schema() -> pa.Schema:
    sidecar = pa.struct([("path", pa.string()), ("bytes", pa.binary())])
    return pa.schema(
        [
            *((name, pa.string()) for name in LISTED),
            ("caption", pa.string()),
            ("tags", pa.string()),
            ("sidecars", pa.list_(sidecar)),
            ("bytes", pa.binary()),
        ]
    )


def _row(task: ExportTask, picture: ExportPicture, summary: ExportSummary) -> dict[str, Any]:
    """The row of a picture, with its sidecars."""
    sidecars, reach = [*task.sidecars(picture)], task.reach_to(picture)
    held = []
    for sidecar in sidecars:
        try:
            held.append({"path": sidecar.path, "bytes": read_sidecar(reach, sidecar)})
        except RefusedError as refusal:
            summary.skipped[sidecar.path] = refusal.reason
    summary.sidecars += len(held)
    told = {"caption": caption_of(reach, sidecars), "tags": BETWEEN_TAGS.join(task.tags(picture))}
    return {**listed(picture), **told, "sidecars": held}


FORM = Form("parquet", write_parquet, file=_FILE, heeds=())
