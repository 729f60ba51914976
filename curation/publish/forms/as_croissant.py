"""An export as one Parquet file of records with the pictures' bytes, described in Croissant's
JSON-LD.

Records are Parquet strings: from CSV and JSON Lines mlcroissant reads "007" as 7 and "NA" as
nothing."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from inksift.curation.publish.export_names import kept_name
from inksift.curation.publish.forms.form import BY_PILLOW, Form
from inksift.curation.publish.records import record
from inksift.curation.publish.shards import WITHOUT_SPLIT
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask, read_batches
from inksift.curation.publish.tree import begin, finish
from inksift.curation.store.files import atomic_file, file_digest, write_atomically

_RECORDS, _METADATA = "records.parquet", "croissant.json"

_TEXTS = {
    "file_name": "The name of the file in the source",
    "label": "The class that the picture is filed under, or that a person gave it",
    "split": "What the picture is for: train, validation or test",
    "caption": "The text beside the picture, empty for none",
    "licence": "What a file beside the picture says of its licence, empty where none says anything",
    "tags": "Words that people gave the picture, with commas between, empty for none",
    "source": "Where the picture lay below the source",
    "image_id": "The SHA-256 of the file's bytes",
}
_IMAGE = "image"

_CROISSANT = (
    *("column", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes"),
    *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references"),
    *("regex", "repeated", "replace", "separator", "source", "subField", "transform"),
)
"""Words of Croissant that stand without a prefix."""


def write_croissant(task: ExportTask, summary: ExportSummary) -> None:
    """The records, and then what describes them: a digest is that of a file that is whole."""
    names = [_RECORDS, _METADATA]
    begin(task, names)
    _write_records(task, summary)
    metadata = _metadata(task, file_digest(task.target / _RECORDS))
    write_atomically(task.target / _METADATA, json.dumps(metadata, indent=1).encode())
    finish(task, summary, names)


def _write_records(task: ExportTask, summary: ExportSummary) -> None:
    columns = [*((name, pa.string()) for name in _TEXTS), (_IMAGE, pa.binary())]
    schema = pa.schema(columns)
    with (
        atomic_file(task.target / _RECORDS) as file,
        pq.ParquetWriter(file, schema, compression="none") as writer,
    ):
        for batch in read_batches(task, summary):
            rows = [_row(task, picture, data) for picture, data in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _row(task: ExportTask, picture: ExportPicture, data: bytes) -> dict[str, Any]:
    told = record(task, picture, kept_name(picture.path, picture.format))
    split = picture.split or WITHOUT_SPLIT
    return {name: told[name] for name in _TEXTS} | {"split": split, _IMAGE: data}


def _metadata(task: ExportTask, digest: str) -> dict[str, Any]:
    return {
        "@context": _context(),
        "@type": "sc:Dataset",
        "name": "curated",
        "description": f"Illustrations in {len(task.classes)} classes, curated by inksift",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "version": "1.0.0",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": _RECORDS,
                "name": _RECORDS,
                "contentUrl": _RECORDS,
                "encodingFormat": "application/x-parquet",
                "sha256": digest,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "pictures",
                "name": "pictures",
                "field": [
                    *(_field(name, "sc:Text", says) for name, says in _TEXTS.items()),
                    _field(_IMAGE, "sc:ImageObject", "The picture, with the bytes of its file"),
                ],
            }
        ],
    }


def _field(name: str, kind: str, says: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"pictures/{name}",
        "name": name,
        "description": says,
        "dataType": kind,
        "source": {"fileObject": {"@id": _RECORDS}, "extract": {"column": name}},
    }


def _context() -> dict[str, Any]:
    """The words of JSON-LD that Croissant 1.0 asks for."""
    prefixes = {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "dct": "http://purl.org/dc/terms/",
        "citeAs": "cr:citeAs",
        "conformsTo": "dct:conformsTo",
    }
    json_terms = {name: {"@id": f"cr:{name}", "@type": "@json"} for name in ("data", "examples")}
    plain = {name: f"cr:{name}" for name in _CROISSANT}
    typed = {"dataType": {"@id": "cr:dataType", "@type": "@vocab"}}
    return prefixes | json_terms | plain | typed


FORM = Form(
    "croissant",
    write_croissant,
    reads=BY_PILLOW,
    heeds=(),
)
