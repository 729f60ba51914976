"""An export as Parquet with the features of Hugging Face datasets: pictures that open as pictures,
classes by name, splits, and a data set card. No path leads out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from inksift.curation.publish.card import Counted, config_head, data_card
from inksift.curation.publish.export_names import kept_name
from inksift.curation.publish.forms.form import BY_PILLOW, Form
from inksift.curation.publish.records import record
from inksift.curation.publish.shards import Shard, shards_of
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask, read_batches
from inksift.curation.publish.tree import begin, finish
from inksift.curation.store.files import atomic_file, write_atomically

_TEXTS = ("caption", "licence", "tags", "source", "image_id")
_CARD = "README.md"


def write_huggingface(task: ExportTask, summary: ExportSummary) -> None:
    """The Parquet files of every split, and the card."""
    shards = shards_of(task.pictures)
    names = [*map(_name, shards), _CARD]
    begin(task, names)
    rows: list[Counted] = []
    for shard in shards:
        rows += _write_shard(task, shard, summary)
    write_atomically(task.target / _CARD, data_card(task, rows, _head(shards)))
    finish(task, summary, names)


def _name(shard: Shard) -> str:
    return f"data/{shard.split}-{shard.number:05}-of-{shard.of:05}.parquet"


def _write_shard(task: ExportTask, shard: Shard, summary: ExportSummary) -> list[Counted]:
    """One file, and what the card counts of it."""
    labels = sorted(task.classes)
    numbers = {label: number for number, label in enumerate(labels)}
    schema, rows = _schema(labels), []
    with (
        atomic_file(task.target / _name(shard)) as file,
        pq.ParquetWriter(file, schema, compression="none") as writer,
    ):
        for batch in read_batches(task._replace(pictures=shard.pictures), summary):
            held = [_row(task, picture, data, numbers) for picture, data in batch]
            writer.write_table(pa.Table.from_pylist(held, schema))
            rows += [
                Counted(labels[row["label"]], shard.split, row["licence"], bool(row["caption"]))
                for row in held
            ]
    return rows


def _row(
    task: ExportTask, picture: ExportPicture, data: bytes, numbers: Mapping[str, int]
) -> dict[str, Any]:
    name = kept_name(picture.path, picture.format)
    told = record(task, picture, name)
    return {
        "image": {"bytes": data, "path": name},
        "label": numbers[picture.label],
        "p_photo": told["p_photo"],
        **{column: told[column] for column in _TEXTS},
    }


def _schema(labels: Sequence[str]) -> pa.Schema:
    """The columns, and what datasets is to make of them."""
    image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    columns = {"image": image, "label": pa.int64(), "p_photo": pa.float64()}
    columns |= dict.fromkeys(_TEXTS, pa.string())
    features: dict[str, Any] = {
        "image": {"_type": "Image"},
        "label": {"names": list(labels), "_type": "ClassLabel"},
        "p_photo": {"dtype": "float64", "_type": "Value"},
    }
    features |= {column: {"dtype": "string", "_type": "Value"} for column in _TEXTS}
    told = json.dumps({"info": {"features": features}})
    return pa.schema(list(columns.items()), metadata={"huggingface": told})


def _head(shards: Sequence[Shard]) -> dict[str, Any]:
    """Where the hub and datasets find the files of every split."""
    splits = dict.fromkeys(shard.split for shard in shards)
    return config_head([{"split": split, "path": f"data/{split}-*"} for split in splits])


FORM = Form(
    "huggingface",
    write_huggingface,
    reads=BY_PILLOW,
    heeds=(),
)
