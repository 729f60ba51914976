"""An export as a list of paths in CSV, the pictures looked at and not kept."""

from __future__ import annotations

from itertools import chain

import pandas as pd

from inksift.curation.people.tags import BETWEEN_TAGS
from inksift.curation.publish.beside import caption_of
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
from inksift.curation.store.files import write_atomically
from inksift.curation.store.safe_csv import csv_bytes

_FILE = "pictures.csv"


def write_csv(task: ExportTask, summary: ExportSummary) -> None:
    """A row per picture."""
    read = chain.from_iterable(read_batches(task, summary))
    rows = [_row(task, picture, summary) for picture, _ in read]
    write_mark(task, [])
    columns = [*LISTED, "caption", "sidecars", "tags"]
    data = csv_bytes(pd.DataFrame(rows, columns=columns, dtype="str"))
    write_atomically(task.place_of(_FILE), data)


def _row(task: ExportTask, picture: ExportPicture, summary: ExportSummary) -> dict[str, str]:
    """The row of a list: its sidecars by their paths, with " | " between them."""
    sidecars = [*task.sidecars(picture)]
    summary.sidecars += len(sidecars)
    names = " | ".join(sidecar.path for sidecar in sidecars)
    told = caption_of(task.reach_to(picture), sidecars)
    tags = BETWEEN_TAGS.join(task.tags(picture))
    return {**listed(picture), "caption": told, "sidecars": names, "tags": tags}


FORM = Form("csv", write_csv, file=_FILE, heeds=())
