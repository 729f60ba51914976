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

from inksift.curation.base.engine import in_batches, per_item
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError, read_chunks
from inksift.curation.publish.beside import Beside, Sidecar
from inksift.curation.publish.facts import Evidence
from inksift.curation.store.files import file_digest, write_atomically
from inksift.curation.verdict.curated import CuratedParams

MARK = "inksift-export.json"
"""The file that says what an export holds."""

EXPORT_FORMAT = 1
"""Raised whenever an older export could not be updated in place."""

LISTED = ("path", "label", "image_id", "format", "split")
"""What lists tell of a picture."""

BATCH = 64
"""Pictures read and written at a time."""


class ExportParams(CuratedParams):
    """What an export holds, and in which form."""

    form: str = Field("folders", description="The name of one of the forms")
    files: Literal["copy", "link"] = Field(
        "copy",
        description="Copy into the folders, or hard-link: no space taken, but a change there "
        "changes the original",
    )
    split: bool = Field(
        False, description="Divided into train, validation and test as the run divided it"
    )
    repeats: int = Field(
        1, ge=1, le=10_000, description="Times that an epoch of kohya shows every picture"
    )


@dataclass
class ExportSummary:
    """How many pictures the export holds, how many of them were there before, what an earlier
    export had and this one has not, how many sidecars it holds, which folder stands for which
    class, why files were left out that should be there (path to reason) and why others lie in no
    split, and what else to know."""

    pictures: int = 0
    reused: int = 0
    removed: int = 0
    sidecars: int = 0
    classes: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    in_no_split: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every picture that was to be exported is there."""
        return not self.skipped


class ExportPicture(NamedTuple):
    """A picture of the export: its path, safe to show and raw, and what is told of it. `split` is
    "" where there is none, `width` and `height` are those of the upright picture in pixels,
    `p_photo` is -1 where nothing was judged, and a `trusted` one lies in the test folder."""

    path: str
    path_bytes: bytes
    label: str
    image_id: str
    format: str
    size_bytes: int
    split: str
    width: int
    height: int
    p_photo: float
    outcome: str
    reason: str
    trusted: bool


class Removed(NamedTuple):
    """How many files went for one `reason` ("" for what was kept), by their `outcome`."""

    outcome: str
    reason: str
    files: int


class ExportTask(NamedTuple):
    """All that a form needs to be written: `test_reach` is that of the trusted test folder,
    `classes` says which folder stands for which label, `earlier` which names an earlier export has,
    `removed` what became of all files; a `lone` target is the one file itself."""

    pictures: Sequence[ExportPicture]
    reach: Reach
    test_reach: Reach | None
    target: Path
    params: ExportParams
    classes: Mapping[str, str]
    earlier: set[str]
    beside: Beside
    evidence: Evidence
    removed: Sequence[Removed]
    lone: bool

    def reach_to(self, picture: ExportPicture) -> Reach:
        """Where a picture is read from."""
        return self.test_reach if picture.trusted and self.test_reach else self.reach

    def sidecars(self, picture: ExportPicture) -> Sequence[Sidecar]:
        """What lies beside a picture; nothing is known of trusted ones."""
        return self.beside.sidecars.get(picture.path, ())

    def tags(self, picture: ExportPicture) -> Sequence[str]:
        """The tags that people gave it."""
        return self.evidence.tags.get(picture.path, ())

    def place_of(self, name: str) -> Path:
        """Where the one file of a form goes."""
        return self.target if self.lone else self.target / name


def listed(picture: ExportPicture) -> dict[str, str]:
    """The columns LISTED of a picture."""
    return {name: getattr(picture, name) for name in LISTED}


def class_folder(task: ExportTask, picture: ExportPicture) -> str:
    """The class folder of a picture, below that of its split where there is one."""
    folder = task.classes[picture.label]
    return f"{picture.split}/{folder}" if picture.split else folder


def read_mark(target: Path) -> dict[str, Any]:
    """What an earlier export says of itself; nothing where there is none."""
    try:
        mark = json.loads((target / MARK).read_bytes())
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def write_mark(task: ExportTask, files: Sequence[str]) -> None:
    """Put down what the export is, and the names of the `files` in it; a lone file bears no
    mark."""
    if task.lone:
        return
    folders = {folder: label for label, folder in task.classes.items()}
    mark = {
        "inksift_export": EXPORT_FORMAT,
        "form": task.params.form,
        "classes": folders,
        "files": sorted(files),
    }
    write_atomically(task.target / MARK, json.dumps(mark, indent=1).encode())


def read_picture(task: ExportTask, picture: ExportPicture) -> bytes:
    """The picture's bytes; RefusedError when they are not the ones that were decided on."""
    with task.reach_to(picture).open(picture.path_bytes, max_bytes=picture.size_bytes) as handle:
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
            return picture, read_picture(task, picture)
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
