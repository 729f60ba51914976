"""What one export has to do, and how its pictures are read: only bytes that were decided on come
out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from curation.base.engine import in_batches, per_item
from curation.gather.folder.reach import Reach
from curation.gather.folder.safe_open import RefusedError, read_chunks
from curation.publish.beside import Beside
from curation.store.files import file_digest, write_atomically
from curation.verdict.curated import CuratedParams

MARK = "inksift-export.json"
"""The file that says what an export holds."""

EXPORT_FORMAT = 1
"""Raised whenever an older export could not be updated in place."""

BATCH = 64
"""Pictures read and written at a time."""


class ExportParams(CuratedParams):
    """What an export holds, and in which form."""

    form: Literal["folders", "parquet", "csv", "labels"] = Field(
        "folders",
        description="Tree of class folders, Parquet, list, or JSON lines with all classes of a "
        "picture",
    )
    files: Literal["copy", "link"] = Field(
        "copy",
        description="Copy into the folders, or hard-link: no space taken, but a change there "
        "changes the original",
    )


@dataclass
class ExportSummary:
    """How many pictures the export holds, how many of them were there before, what an earlier
    export had and this one has not, how many sidecars it holds, which folder stands for which
    class, and why files were left out (path to reason)."""

    pictures: int = 0
    reused: int = 0
    removed: int = 0
    sidecars: int = 0
    classes: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every picture that was to be exported is there."""
        return not self.skipped


class ExportPicture(NamedTuple):
    """A kept picture: its path, safe to show and raw, and what is told of it; `split` is "" where
    the source is not divided."""

    path: str
    path_bytes: bytes
    label: str
    image_id: str
    format: str
    size_bytes: int
    split: str


class ExportTask(NamedTuple):
    """All that a form needs to be written: `classes` says which folder stands for which label,
    `earlier` which names an earlier export has."""

    pictures: Sequence[ExportPicture]
    reach: Reach
    target: Path
    params: ExportParams
    classes: Mapping[str, str]
    earlier: set[str]
    beside: Beside


def read_mark(target: Path) -> dict[str, Any]:
    """What an earlier export says of itself; nothing where there is none."""
    try:
        mark = json.loads((target / MARK).read_bytes())
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def write_mark(task: ExportTask, files: Sequence[str]) -> None:
    """Put down what the export is, and the names of the `files` in it."""
    folders = {folder: label for label, folder in task.classes.items()}
    mark = {
        "inksift_export": EXPORT_FORMAT,
        "form": task.params.form,
        "classes": folders,
        "files": sorted(files),
    }
    write_atomically(task.target / MARK, json.dumps(mark, indent=1).encode())


def read_picture(reach: Reach, picture: ExportPicture) -> bytes:
    """The picture's bytes; RefusedError when they are not the ones that were decided on."""
    with reach.open(picture.path_bytes, max_bytes=picture.size_bytes) as handle:
        data = b"".join(read_chunks(handle, max_bytes=picture.size_bytes))
    if hashlib.sha256(data).hexdigest() != picture.image_id:
        raise RefusedError("changed")
    return data


def holds_picture(place: Path, image_id: str) -> bool:
    """Whether a file is there, no link, and has the bytes of that picture."""
    return place.is_file() and not place.is_symlink() and file_digest(place) == image_id


def read_batches(
    task: ExportTask, summary: ExportSummary
) -> Iterator[list[tuple[ExportPicture, bytes]]]:
    """The pictures with their bytes, batch by batch; those that cannot be had are put down in
    `summary`."""

    def read(picture: ExportPicture) -> tuple[ExportPicture, bytes | RefusedError]:
        try:
            return picture, read_picture(task.reach, picture)
        except RefusedError as refusal:
            return picture, refusal

    for some in in_batches(task.pictures, BATCH, "export"):
        results = per_item(read, some)
        summary.skipped |= {
            picture.path: got.reason for picture, got in results if isinstance(got, RefusedError)
        }
        whole = [(picture, got) for picture, got in results if isinstance(got, bytes)]
        summary.pictures += len(whole)
        yield whole
