"""The curated set as something to train on: a folder tree, Parquet with the pictures' bytes, or a
list of paths.

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
from curation.gather.folder.reach import open_source
from curation.gather.folder.safe_open import RefusedError, open_file, read_chunks
from curation.publish.export_names import class_folders, distinct, file_name
from curation.store.files import (
    atomic_file,
    file_digest,
    put_in_place,
    sweep,
    temporary_beside,
    write_atomically,
)
from curation.store.safe_csv import csv_bytes
from curation.verdict.curated import CuratedParams, staying

MARK = "inksift-export.json"
_PARQUET, _CSV = "pictures.parquet", "pictures.csv"
_FORMAT = 1
"""Raised whenever an older export could not be updated in place."""

_BATCH = 64
"""Pictures read and written at a time."""

_COLUMNS = ("path", "label", "image_id", "format")


class ExportParams(CuratedParams):
    """What an export holds, and in which form."""

    form: Literal["folders", "parquet", "csv"] = Field(
        "folders", description="Tree of class folders, Parquet, or list"
    )
    files: Literal["copy", "link"] = Field(
        "copy",
        description="Copy into the folders, or hard-link: no space taken, but a change there "
        "changes the original",
    )


@dataclass
class ExportSummary:
    """How many pictures the export holds, how many of them were there before, what an earlier
    export had and this one has not, which folder stands for which class, and why files were left
    out (path to reason)."""

    pictures: int = 0
    reused: int = 0
    removed: int = 0
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


def export(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    *,
    source: Path,
    target: Path,
    params: ExportParams,
) -> ExportSummary:
    """Write the kept pictures of `source` into the folder `target`; again into an earlier export,
    only what changed.

    `target` must be new, empty, or an earlier export of the same form, and lie outside `source`:
    else ParamError. StoreError when the disk is full."""
    chosen = _chosen(DECISIONS.check(decisions), params)
    pictures = _pictures(chosen, IMAGES.check(images))
    earlier = _earlier(source, target, params)
    classes = class_folders(picture.label for picture in pictures)
    summary = ExportSummary(classes={folder: label for label, folder in classes.items()})
    summary.skipped = dict.fromkeys(
        set(chosen["path"]) - {picture.path for picture in pictures}, "vanished"
    )
    sweep(target)
    root = open_source(source)
    try:
        _WRITERS[params.form](_Export(pictures, root, target, params, classes, earlier), summary)
    finally:
        os.close(root)
    return summary


class _Export(NamedTuple):
    pictures: Sequence[_Picture]
    root: int
    target: Path
    params: ExportParams
    classes: Mapping[str, str]
    earlier: set[str]


def _chosen(decisions: pd.DataFrame, params: ExportParams) -> pd.DataFrame:
    return staying(decisions, params.review)[["path", "label", "image_id"]]


def _pictures(chosen: pd.DataFrame, images: pd.DataFrame) -> list[_Picture]:
    rows = chosen.merge(
        images[["path", "path_bytes", "format", "size_bytes"]], on="path"
    ).sort_values("path")
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
    _write_mark(task, [*{*names, *task.earlier}])
    placed = dict(zip(names, task.pictures, strict=True))
    for some in in_batches(list(placed), _BATCH, "export"):
        reports = per_item(lambda name: _place(task, placed[name], task.target / name), some)
        for name, (outcome, reason) in zip(some, reports, strict=True):
            _count(summary, placed[name], outcome, reason)
    stale = task.earlier - {name for name in names if placed[name].path not in summary.skipped}
    summary.removed = sum(_remove(task.target, name) for name in sorted(stale))
    _write_mark(task, [name for name in names if placed[name].path not in summary.skipped])


def _names(task: _Export) -> list[str]:
    taken: dict[str, set[str]] = {folder: set() for folder in task.classes.values()}
    folders = [task.classes[picture.label] for picture in task.pictures]
    files = [file_name(picture.path, picture.image_id, picture.format) for picture in task.pictures]
    return [
        f"{folder}/{distinct(file, taken[folder])}"
        for folder, file in zip(folders, files, strict=True)
    ]


def _place(
    task: _Export, picture: _Picture, place: Path
) -> tuple[Literal["new", "reused", "skipped"], str]:
    """Put one picture where it belongs, and say whether that was needed and possible."""
    if _holds(place, picture.image_id) and (
        task.params.files == "link" or place.stat().st_nlink == 1
    ):
        return "reused", ""
    try:
        data = _read(task.root, picture)
    except RefusedError as refusal:
        return "skipped", refusal.reason
    if task.params.files == "copy" or not _link(task.root, picture, place):
        write_atomically(place, data)
    return "new", ""


def _count(summary: ExportSummary, picture: _Picture, outcome: str, reason: str) -> None:
    if outcome == "skipped":
        summary.skipped[picture.path] = reason
    else:
        summary.pictures += 1
        summary.reused += outcome == "reused"


def _read(root: int, picture: _Picture) -> bytes:
    """The picture's bytes; RefusedError when they are not the ones that were decided on."""
    with open_file(root, picture.path_bytes, max_bytes=picture.size_bytes) as handle:
        data = b"".join(read_chunks(handle, max_bytes=picture.size_bytes))
    if hashlib.sha256(data).hexdigest() != picture.image_id:
        raise RefusedError("changed")
    return data


def _holds(place: Path, image_id: str) -> bool:
    return place.is_file() and not place.is_symlink() and file_digest(place) == image_id


def _link(root: int, picture: _Picture, place: Path) -> bool:
    """Hard-link the original; False, with nothing left behind, where that cannot be or gave other
    bytes."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(place) as new:
            os.link(picture.path_bytes, os.fsencode(new), src_dir_fd=root, follow_symlinks=False)
            if not _holds(new, picture.image_id):
                return False
            put_in_place(new, place)
    except OSError:
        return False
    return True


def _remove(target: Path, name: str) -> bool:
    """Remove a file that an earlier export wrote; never one outside the two levels of an export."""
    folder, slash, file = name.partition("/")
    place = target / folder / file
    if (
        not slash
        or {folder, file} & {"", ".", ".."}
        or "/" in file
        or place.parent.is_symlink()
        or not place.is_file()
    ):
        return False
    place.unlink()
    if not any(place.parent.iterdir()):
        place.parent.rmdir()
    return True


def _write_csv(task: _Export, summary: ExportSummary) -> None:
    read = chain.from_iterable(_read_all(task, summary))
    rows = [_row(picture) for picture, _ in read]
    _write_mark(task, [])
    write_atomically(
        task.target / _CSV, csv_bytes(pd.DataFrame(rows, columns=list(_COLUMNS), dtype="str"))
    )


def _write_parquet(task: _Export, summary: ExportSummary) -> None:
    """One row group per batch, so that the pictures need not fit into memory."""
    schema = pa.schema([*((name, pa.string()) for name in _COLUMNS), ("bytes", pa.binary())])
    _write_mark(task, [])
    with (
        atomic_file(task.target / _PARQUET) as file,
        pq.ParquetWriter(file, schema, compression="none") as writer,
    ):
        for batch in _read_all(task, summary):
            rows = [{**_row(picture), "bytes": data} for picture, data in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _read_all(task: _Export, summary: ExportSummary) -> Iterator[list[tuple[_Picture, bytes]]]:
    """The pictures with their bytes, batch by batch; those that cannot be had are put down in
    `summary`."""

    def read(picture: _Picture) -> tuple[_Picture, bytes | RefusedError]:
        try:
            return picture, _read(task.root, picture)
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


def _row(picture: _Picture) -> dict[str, str]:
    return {name: getattr(picture, name) for name in _COLUMNS}


_WRITERS = {"folders": _write_folders, "parquet": _write_parquet, "csv": _write_csv}
