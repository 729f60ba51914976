"""An export in the formats of Lightly: every picture that could be opened, boxes as predictions,
`embeddings.csv`, all other fields as metadata, and a script that opens it in LightlyStudio."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

from inksift.curation.base.tables import EMBEDDINGS, FAMILIES, OBJECT_COUNTS
from inksift.curation.publish.boxes import boxes_of
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.placement import Naming, no_sidecars, told_plan
from inksift.curation.publish.records import record
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask
from inksift.curation.publish.tree import Texts, write_tree

_READS = frozenset({"JPEG", "PNG", "BMP", "TIFF", "WEBP"})
"""What LightlyStudio takes for pictures."""

_OPENER = "open_in_lightly.py"
_PREDICTIONS, _SCHEMA = "predictions/objects", "schema.json"
_NO_FAMILY = -1
"""Lightly's fields have one type and no missing values."""

_DIGITS = 5
"""Digits of a number of an embedding, which is stored as half precision."""


def write_lightly(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""

    def folder(picture: ExportPicture) -> str:
        return f"images/{task.classes[picture.label]}"

    plan = told_plan(task, summary, Naming(folder, beside=no_sidecars))
    write_tree(task, summary, plan, lambda there: _texts(task, there))


def _texts(task: ExportTask, there: Mapping[str, ExportPicture]) -> Texts:
    pictures = {name.removeprefix("images/"): picture for name, picture in there.items()}
    opener = files("inksift.curation.publish") / "templates" / f"{_OPENER}.txt"
    predictions = {
        # With the whole name: of one called schema.json the reader takes no notice.
        f"{_PREDICTIONS}/{name}.json": _predictions(task, name, picture)
        for name, picture in pictures.items()
    }
    return {
        **predictions,
        f"{_PREDICTIONS}/{_SCHEMA}": _schema(task),
        "metadata.jsonl": _fields(task, pictures),
        "embeddings.csv": _embeddings(task, pictures),
        _OPENER: opener.read_bytes(),
    }


def _schema(task: ExportTask) -> bytes:
    names = task.evidence.box_classes
    categories = [{"id": number, "name": name} for number, name in enumerate(names)]
    return json.dumps({"task_type": "object-detection", "categories": categories}).encode()


def _predictions(task: ExportTask, name: str, picture: ExportPicture) -> bytes:
    found = [
        {
            "category_id": box.number,
            "bbox": box.in_pixels(picture),
            "score": round(box.confidence, 4),
        }
        for box in boxes_of(task, picture)
    ]
    return json.dumps({"file_name": name, "predictions": found}).encode()


def _fields(task: ExportTask, pictures: Mapping[str, ExportPicture]) -> Iterator[bytes]:
    for name, picture in pictures.items():
        told: dict[str, Any] = record(task, picture, name) | {
            "outcome": picture.outcome,
            "reason": picture.reason,
            "family": task.evidence.families.get(picture.path, _NO_FAMILY),
        }
        yield (json.dumps(told) + "\n").encode()


def _embeddings(task: ExportTask, pictures: Mapping[str, ExportPicture]) -> Iterator[bytes]:
    """Lightly's table of vectors: file name, numbers, and the class by its number."""
    numbers = {label: number for number, label in enumerate(sorted(task.classes))}
    known = task.evidence.embeddings
    size = len(next(iter(known.values()), ()))
    yield _csv_line(["filenames", *(f"embedding_{place}" for place in range(size)), "labels"])
    for name, picture in pictures.items():
        if picture.image_id in known:
            vector = known[picture.image_id].astype(float)
            shown = (f"{value:.{_DIGITS}g}" for value in vector)
            yield _csv_line([name, *shown, str(numbers[picture.label])])


def _csv_line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode("utf-8", "replace")


FORM = Form(
    "lightly",
    write_lightly,
    holds="seen",
    reads=_READS,
    uses=(OBJECT_COUNTS.name, EMBEDDINGS.name, FAMILIES.name),
    beside=(_SCHEMA,),
)
