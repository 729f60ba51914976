"""An export as JSON lines with all classes that copies of a picture are filed under."""

from __future__ import annotations

import json
from itertools import chain

from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.records import caption
from inksift.curation.publish.task import (
    ExportPicture,
    ExportSummary,
    ExportTask,
    read_batches,
    write_mark,
)
from inksift.curation.store.files import write_atomically

_FILE = "labels.jsonl"


def write_labels(task: ExportTask, summary: ExportSummary) -> None:
    """One JSON object per picture and line."""
    read = chain.from_iterable(read_batches(task, summary))
    lines = [_line(task, picture) for picture, _ in read]
    write_mark(task, [])
    write_atomically(task.place_of(_FILE), "".join(lines).encode("utf-8", "replace"))


def _line(task: ExportTask, picture: ExportPicture) -> str:
    row = {
        "path": picture.path,
        "image_id": picture.image_id,
        "labels": task.beside.labels.get(picture.path, [picture.label]),
        "split": picture.split,
        "caption": caption(task, picture),
        "tags": list(task.tags(picture)),
    }
    return json.dumps(row, ensure_ascii=False) + "\n"


FORM = Form(
    "labels",
    write_labels,
    holds="any_class",
    file=_FILE,
    heeds=(),
)
