"""The curated set as something to train on: a folder tree, Parquet with the pictures' bytes, a list
of paths, or one of pictures with all their classes.

The originals are read and never written. Every picture's bytes are compared with its image_id on
the way, so what comes out is what was decided on; a file that changed or vanished is named, and
left out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from curation.base.engine import in_batches, per_item
from curation.base.errors import ParamError
from curation.base.tables import DECISIONS, IMAGES
from curation.gather.folder.reach import Reach, reach_of
from curation.gather.folder.safe_open import RefusedError, read_chunks
from curation.publish.beside import (
    NOTHING_BESIDE,
    Beside,
    Sidecar,
    caption_of,
    carry,
    read_sidecar,
)
from curation.publish.export_names import class_folders, distinct, file_name, sidecar_name
from curation.store.files import (
    atomic_file,
    file_digest,
    put_in_place,
    sweep,
    temporary_beside,
    write_atomically,
)
from curation.store.safe_csv import csv_bytes
from curation.verdict.conflicts import is_conflict
from curation.verdict.curated import CuratedParams, staying

MARK = "inksift-export.json"
_PARQUET, _CSV, _LABELS = "pictures.parquet", "pictures.csv", "labels.jsonl"
_FORMAT = 1
"""Raised whenever an older export could not be updated in place."""

_BATCH = 64
"""Pictures read and written at a time."""

_COLUMNS = ("path", "label", "image_id", "format", "split")
_OF_SIDECARS = ("caption", "sidecars")


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


class _Picture(NamedTuple):
    path: str
    path_bytes: bytes
    label: str
    image_id: str
    format: str
    size_bytes: int
    split: str


def export(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    *,
    source: Path,
    target: Path,
    params: ExportParams,
    beside: Beside = NOTHING_BESIDE,
) -> ExportSummary:
    """Write the kept pictures of `source` into the folder `target`, with what lies `beside` them;
    again into an earlier export, only what changed.

    `target` must be new, empty, or an earlier export of the same form, and lie outside `source`:
    else ParamError. StoreError when the disk is full."""
    chosen = _chosen(DECISIONS.check(decisions), params)
    pictures = _pictures(chosen, IMAGES.check(images), beside)
    earlier = _earlier(source, target, params)
    classes = class_folders(picture.label for picture in pictures)
    summary = ExportSummary(classes={folder: label for label, folder in classes.items()})
    summary.skipped = dict.fromkeys(
        set(chosen["path"]) - {picture.path for picture in pictures}, "vanished"
    )
    sweep(target)
    with reach_of(source, beside.link_roots) as reach:
        task = _Export(pictures, reach, target, params, classes, earlier, beside)
        _WRITERS[params.form](task, summary)
    return summary


class _Export(NamedTuple):
    pictures: Sequence[_Picture]
    reach: Reach
    target: Path
    params: ExportParams
    classes: Mapping[str, str]
    earlier: set[str]
    beside: Beside


def _chosen(decisions: pd.DataFrame, params: ExportParams) -> pd.DataFrame:
    """What is exported; with all its classes also a picture that lies in several."""
    chosen = decisions["path"].isin(staying(decisions, params.review)["path"])
    several = is_conflict(decisions) & (params.form == "labels")
    return decisions.loc[chosen | several, ["path", "label", "image_id"]]


def _pictures(chosen: pd.DataFrame, images: pd.DataFrame, beside: Beside) -> list[_Picture]:
    rows = chosen.merge(
        images[["path", "path_bytes", "format", "size_bytes"]], on="path"
    ).sort_values("path")
    rows = rows.assign(split=[beside.splits.get(path, "") for path in rows["path"]])
    return [
        _Picture(*row) for row in rows[list(_Picture._fields)].itertuples(index=False, name=None)
    ]


def _earlier(source: Path, target: Path, params: ExportParams) -> set[str]:
    """The names that an earlier export into `target` has, after checking that this one may go
    there."""
    inside, around = target.resolve(), source.resolve()
    if inside.is_relative_to(around):
        raise ParamError(f"{target} lies inside the source {source}: choose a folder outside it")
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return set()
    mark = _read_mark(target)
    if mark.get("inksift_export") != _FORMAT:
        raise ParamError(
            f"{target} is not empty and not an earlier export: choose a new or empty folder"
        )
    if mark.get("form") != params.form:
        raise ParamError(
            f"{target} holds an export as {mark.get('form')}, not as {params.form}: choose another "
            "folder"
        )
    return {name for name in mark.get("files", []) if isinstance(name, str)}


def _read_mark(target: Path) -> dict[str, Any]:
    try:
        mark = json.loads((target / MARK).read_bytes())
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def _write_mark(task: _Export, files: Sequence[str]) -> None:
    folders = {folder: label for label, folder in task.classes.items()}
    mark = {
        "inksift_export": _FORMAT,
        "form": task.params.form,
        "classes": folders,
        "files": sorted(files),
    }
    write_atomically(task.target / MARK, json.dumps(mark, indent=1).encode())


def _write_folders(task: _Export, summary: ExportSummary) -> None:
    names = _names(task)
    placed = dict(zip(names, task.pictures, strict=True))
    carried = _names_beside(task, placed)
    _write_mark(task, [*{*names, *carried, *task.earlier}])
    for some in in_batches(list(placed), _BATCH, "export"):
        reports = per_item(lambda name: _place(task, placed[name], task.target / name), some)
        for name, (outcome, reason) in zip(some, reports, strict=True):
            _count(summary, placed[name], outcome, reason)
    there = [name for name in names if placed[name].path not in summary.skipped]
    there += _carry_all(task, carried, summary)
    stale = task.earlier - set(there)
    summary.removed = sum(_remove(task.target, name) for name in sorted(stale))
    _write_mark(task, there)


def _names(task: _Export) -> list[str]:
    folders = [_folder(task, picture) for picture in task.pictures]
    taken: dict[str, set[str]] = {folder: set() for folder in folders}
    files = [file_name(picture.path, picture.image_id, picture.format) for picture in task.pictures]
    return [
        f"{folder}/{distinct(file, taken[folder])}"
        for folder, file in zip(folders, files, strict=True)
    ]


def _folder(task: _Export, picture: _Picture) -> str:
    """The class folder of a picture, below that of its split where the source is divided."""
    folder = task.classes[picture.label]
    return f"{picture.split}/{folder}" if picture.split else folder


def _names_beside(
    task: _Export, placed: Mapping[str, _Picture]
) -> dict[str, tuple[_Picture, Sidecar]]:
    """The name of every sidecar of the pictures that are `placed` under these names."""
    taken: dict[str, set[str]] = {}
    for name in placed:
        folder, _, file = name.rpartition("/")
        distinct(file, taken.setdefault(folder, set()))
    names: dict[str, tuple[_Picture, Sidecar]] = {}
    for name, picture in placed.items():
        folder, _, file = name.rpartition("/")
        for sidecar in task.beside.sidecars.get(picture.path, ()):
            own = distinct(sidecar_name(picture.path, sidecar.path, file), taken[folder])
            names[f"{folder}/{own}"] = (picture, sidecar)
    return names


def _carry_all(
    task: _Export, carried: Mapping[str, tuple[_Picture, Sidecar]], summary: ExportSummary
) -> list[str]:
    """Put the sidecars of pictures that are there beside them; the names of those that are there
    now."""
    there = []
    for name, (picture, sidecar) in carried.items():
        if picture.path in summary.skipped:
            continue
        try:
            carry(task.reach, sidecar, task.target / name)
            there.append(name)
        except RefusedError as refusal:
            summary.skipped[sidecar.path] = refusal.reason
    summary.sidecars = len(there)
    return there


def _place(
    task: _Export, picture: _Picture, place: Path
) -> tuple[Literal["new", "reused", "skipped"], str]:
    """Put one picture where it belongs, and say whether that was needed and possible."""
    if _holds(place, picture.image_id) and (
        task.params.files == "link" or place.stat().st_nlink == 1
    ):
        return "reused", ""
    try:
        data = _read(task.reach, picture)
    except RefusedError as refusal:
        return "skipped", refusal.reason
    if task.params.files == "copy" or not _link(task.reach, picture, place):
        write_atomically(place, data)
    return "new", ""


def _count(summary: ExportSummary, picture: _Picture, outcome: str, reason: str) -> None:
    if outcome == "skipped":
        summary.skipped[picture.path] = reason
    else:
        summary.pictures += 1
        summary.reused += outcome == "reused"


def _read(reach: Reach, picture: _Picture) -> bytes:
    """The picture's bytes; RefusedError when they are not the ones that were decided on."""
    with reach.open(picture.path_bytes, max_bytes=picture.size_bytes) as handle:
        data = b"".join(read_chunks(handle, max_bytes=picture.size_bytes))
    if hashlib.sha256(data).hexdigest() != picture.image_id:
        raise RefusedError("changed")
    return data


def _holds(place: Path, image_id: str) -> bool:
    return place.is_file() and not place.is_symlink() and file_digest(place) == image_id


def _link(reach: Reach, picture: _Picture, place: Path) -> bool:
    """Hard-link the original; False, with nothing left behind, where that cannot be or gave other
    bytes."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(place) as new:
            root, inside = reach.place(picture.path_bytes)
            os.link(inside, os.fsencode(new), src_dir_fd=root, follow_symlinks=False)
            if not _holds(new, picture.image_id):
                return False
            put_in_place(new, place)
    except OSError:
        return False
    return True


def _remove(target: Path, name: str) -> bool:
    """Remove a file that an earlier export wrote, and folders that it leaves empty; never one
    outside the levels of an export: split, class and file."""
    parts = name.split("/")
    place = target.joinpath(*parts)
    folders = list(place.parents)[: len(parts) - 1]
    if (
        len(parts) not in (2, 3)
        or {*parts} & {"", ".", ".."}
        or any(folder.is_symlink() for folder in folders)
        or not place.is_file()
    ):
        return False
    place.unlink()
    for folder in folders:
        if not any(folder.iterdir()):
            folder.rmdir()
    return True


def _write_csv(task: _Export, summary: ExportSummary) -> None:
    read = chain.from_iterable(_read_all(task, summary))
    rows = [_row_with_names(task, picture, summary) for picture, _ in read]
    _write_mark(task, [])
    columns = [*_COLUMNS, *_OF_SIDECARS]
    write_atomically(
        task.target / _CSV, csv_bytes(pd.DataFrame(rows, columns=columns, dtype="str"))
    )


def _write_parquet(task: _Export, summary: ExportSummary) -> None:
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
    _write_mark(task, [])
    with (
        atomic_file(task.target / _PARQUET) as file,
        pq.ParquetWriter(file, schema, compression="none") as writer,
    ):
        for batch in _read_all(task, summary):
            rows = [
                {**_row_with_bytes(task, picture, summary), "bytes": data}
                for picture, data in batch
            ]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _write_labels(task: _Export, summary: ExportSummary) -> None:
    """One JSON object per picture and line, with all classes that copies of it are filed under."""
    lines = []
    for picture, _ in chain.from_iterable(_read_all(task, summary)):
        sidecars = task.beside.sidecars.get(picture.path, [])
        row = {
            "path": picture.path,
            "image_id": picture.image_id,
            "labels": task.beside.labels.get(picture.path, [picture.label]),
            "split": picture.split,
            "caption": caption_of(task.reach, sidecars),
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    _write_mark(task, [])
    write_atomically(task.target / _LABELS, "".join(lines).encode("utf-8", "replace"))


def _read_all(task: _Export, summary: ExportSummary) -> Iterator[list[tuple[_Picture, bytes]]]:
    """The pictures with their bytes, batch by batch; those that cannot be had are put down in
    `summary`."""

    def read(picture: _Picture) -> tuple[_Picture, bytes | RefusedError]:
        try:
            return picture, _read(task.reach, picture)
        except RefusedError as refusal:
            return picture, refusal

    for some in in_batches(task.pictures, _BATCH, "export"):
        results = per_item(read, some)
        summary.skipped |= {
            picture.path: got.reason for picture, got in results if isinstance(got, RefusedError)
        }
        whole = [(picture, got) for picture, got in results if isinstance(got, bytes)]
        summary.pictures += len(whole)
        yield whole


def _row_with_names(task: _Export, picture: _Picture, summary: ExportSummary) -> dict[str, str]:
    """The row of a list: its sidecars by their paths, with " | " between them."""
    sidecars = task.beside.sidecars.get(picture.path, [])
    summary.sidecars += len(sidecars)
    names = " | ".join(sidecar.path for sidecar in sidecars)
    return {**_row(picture), "caption": caption_of(task.reach, sidecars), "sidecars": names}


def _row_with_bytes(task: _Export, picture: _Picture, summary: ExportSummary) -> dict[str, Any]:
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


def _row(picture: _Picture) -> dict[str, str]:
    return {name: getattr(picture, name) for name in _COLUMNS}


_WRITERS = {
    "folders": _write_folders,
    "parquet": _write_parquet,
    "csv": _write_csv,
    "labels": _write_labels,
}
