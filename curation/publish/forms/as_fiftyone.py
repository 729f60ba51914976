"""An export as a data set of FiftyOne: every picture that could be opened, with its outcome,
reason, embedding, family and boxes as fields.

`metadata.json` declares the fields and `samples.json` fills them, in MongoDB's extended JSON, as
FiftyOne writes both; it brings an older version up to its own."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from inksift.curation.base.tables import EMBEDDINGS, FAMILIES, OBJECT_COUNTS
from inksift.curation.publish.boxes import DetectedBox, boxes_of
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.placement import Naming, no_sidecars, told_plan
from inksift.curation.publish.records import record
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask
from inksift.curation.publish.tree import Texts, write_tree

_VERSION = "1.0.0"
"""The FiftyOne whose layout this is; every later one reads it."""

_FIELDS = "fiftyone.core.fields."
_TEXTS = ("outcome", "reason", "split", "caption", "licence", "source", "image_id")
_ID_DIGITS = 24
"""Hexadecimal digits of an identity in MongoDB."""


def write_fiftyone(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""

    def folder(picture: ExportPicture) -> str:
        return f"data/{task.classes[picture.label]}"

    plan = told_plan(task, summary, Naming(folder, beside=no_sidecars))
    write_tree(task, summary, plan, lambda there: _texts_of(task, there))


def _texts_of(task: ExportTask, there: Mapping[str, ExportPicture]) -> Texts:
    return {
        "metadata.json": json.dumps(_description(), indent=1).encode(),
        "samples.json": _samples(task, there),
    }


def _samples(task: ExportTask, there: Mapping[str, ExportPicture]) -> Iterator[bytes]:
    """One sample at a time, as embeddings of many need not fit into memory."""
    yield b'{"samples": ['
    for number, (name, picture) in enumerate(there.items()):
        comma = ",\n" if number else "\n"
        yield (comma + json.dumps(_sample(task, name, picture))).encode()
    yield b"\n]}"


def _sample(task: ExportTask, name: str, picture: ExportPicture) -> dict[str, Any]:
    told = record(task, picture, name) | {"outcome": picture.outcome, "reason": picture.reason}
    identity = _identity(name)
    vector = task.evidence.embeddings.get(picture.image_id)
    return {
        "_id": {"$oid": identity},
        "_media_type": "image",
        "_rand": int(identity[:8], 16) / 16**8,
        "filepath": name,
        "tags": _tags(task, picture),
        "metadata": {
            "_cls": "ImageMetadata",
            "size_bytes": picture.size_bytes,
            "width": picture.width,
            "height": picture.height,
        },
        "ground_truth": _labelled(f"{name} class", "Classification", label=picture.label),
        "objects": {"_cls": "Detections", "detections": _detections(task, name, picture)},
        "p_photo": None if picture.p_photo < 0 else picture.p_photo,
        "family": task.evidence.families.get(picture.path),
        "embedding": None if vector is None else _binary(vector),
        **{field: told[field] for field in _TEXTS},
    }


def _tags(task: ExportTask, picture: ExportPicture) -> list[str]:
    """Outcome, split and the tags of people, each once: FiftyOne counts one that stands twice
    twice."""
    told = (picture.outcome, picture.split, *task.tags(picture))
    return list(dict.fromkeys(filter(None, told)))


def _detections(task: ExportTask, name: str, picture: ExportPicture) -> list[dict[str, Any]]:
    found = enumerate(boxes_of(task, picture))
    return [_detection(f"{name} box {number}", box) for number, box in found]


def _detection(seed: str, box: DetectedBox) -> dict[str, Any]:
    sides = [box.left, box.top, box.width, box.height]
    return _labelled(
        seed, "Detection", label=box.name, bounding_box=sides, confidence=box.confidence
    )


def _labelled(seed: str, kind: str, **values: Any) -> dict[str, Any]:
    return {"_id": {"$oid": _identity(seed)}, "_cls": kind, "tags": [], **values}


def _identity(seed: str) -> str:
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:_ID_DIGITS]


def _binary(vector: npt.NDArray[np.float16]) -> dict[str, Any]:
    """A vector as FiftyOne stores it: packed, in NumPy's format."""
    file = io.BytesIO()
    np.save(file, vector.astype(np.float32), allow_pickle=False)
    packed = base64.b64encode(zlib.compress(file.getvalue())).decode()
    return {"$binary": {"base64": packed, "subType": "00"}}


def _description() -> dict[str, Any]:
    """The data set without its samples: the fields that they have."""
    hidden = {"_rand": "FloatField", "_dataset_id": "ObjectIdField", "_media_type": "StringField"}
    plain = hidden | {"filepath": "StringField", **dict.fromkeys(_TEXTS, "StringField")}
    plain |= {"p_photo": "FloatField", "family": "IntField", "embedding": "VectorField"}
    return {
        "version": _VERSION,
        "media_type": "image",
        "sample_fields": [
            _field("id", "ObjectIdField", stored="_id"),
            _field("tags", "ListField", of="StringField"),
            *(_field(name, kind) for name, kind in plain.items()),
            _field("created_at", "DateTimeField"),
            _field("last_modified_at", "DateTimeField"),
            _document("metadata", "metadata.ImageMetadata", _OF_METADATA),
            _document("ground_truth", "labels.Classification", _OF_LABELS),
            _document("objects", "labels.Detections", [_field_of_detections()]),
        ],
    }


def _field(name: str, kind: str, *, stored: str = "", of: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "ftype": _FIELDS + kind,
        "subfield": _FIELDS + of if of else None,
        "db_field": stored or name,
        "fields": [],
    }


def _document(name: str, kind: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    embedded = {"embedded_doc_type": f"fiftyone.core.{kind}", "fields": fields}
    return _field(name, "EmbeddedDocumentField") | embedded


def _field_of_detections() -> dict[str, Any]:
    fields = [*_OF_LABELS, _field("bounding_box", "ListField", of="FloatField")]
    embedded = {"embedded_doc_type": "fiftyone.core.labels.Detection", "fields": fields}
    return _field("detections", "ListField", of="EmbeddedDocumentField") | embedded


_OF_METADATA = [_field(name, "IntField") for name in ("size_bytes", "width", "height")]
_OF_LABELS = [
    _field("id", "ObjectIdField", stored="_id"),
    _field("tags", "ListField", of="StringField"),
    _field("label", "StringField"),
    _field("confidence", "FloatField"),
]

FORM = Form(
    "fiftyone",
    write_fiftyone,
    holds="seen",
    uses=(OBJECT_COUNTS.name, EMBEDDINGS.name, FAMILIES.name),
)
