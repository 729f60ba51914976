"""The curated set as something to train on: a folder tree, Parquet with the pictures' bytes, a list
of paths, or one of pictures with all their classes.

The originals are read and never written. Every picture's bytes are compared with its image_id on
the way, so what comes out is what was decided on; a file that changed or vanished is named, and
left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from curation.base.errors import ParamError
from curation.base.tables import DECISIONS, IMAGES
from curation.gather.folder.reach import reach_of
from curation.publish.as_folders import write_folders
from curation.publish.as_lists import write_csv, write_labels, write_parquet
from curation.publish.beside import NOTHING_BESIDE, Beside
from curation.publish.export_names import class_folders
from curation.publish.task import (
    EXPORT_FORMAT,
    ExportParams,
    ExportPicture,
    ExportSummary,
    ExportTask,
    read_mark,
)
from curation.store.files import sweep
from curation.verdict.conflicts import is_conflict
from curation.verdict.curated import staying

_WRITERS = {
    "folders": write_folders,
    "parquet": write_parquet,
    "csv": write_csv,
    "labels": write_labels,
}


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
        task = ExportTask(pictures, reach, target, params, classes, earlier, beside)
        _WRITERS[params.form](task, summary)
    return summary


def _chosen(decisions: pd.DataFrame, params: ExportParams) -> pd.DataFrame:
    """What is exported; with all its classes also a picture that lies in several."""
    chosen = decisions["path"].isin(staying(decisions, params.review)["path"])
    several = is_conflict(decisions) & (params.form == "labels")
    return decisions.loc[chosen | several, ["path", "label", "image_id"]]


def _pictures(chosen: pd.DataFrame, images: pd.DataFrame, beside: Beside) -> list[ExportPicture]:
    rows = chosen.merge(
        images[["path", "path_bytes", "format", "size_bytes"]], on="path"
    ).sort_values("path")
    rows = rows.assign(split=[beside.splits.get(path, "") for path in rows["path"]])
    return [
        ExportPicture(*row)
        for row in rows[list(ExportPicture._fields)].itertuples(index=False, name=None)
    ]


def _earlier(source: Path, target: Path, params: ExportParams) -> set[str]:
    """The names that an earlier export into `target` has, after checking that this one may go
    there."""
    inside, around = target.resolve(), source.resolve()
    if inside.is_relative_to(around):
        raise ParamError(f"{target} lies inside the source {source}: choose a folder outside it")
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return set()
    mark = read_mark(target)
    if mark.get("inksift_export") != EXPORT_FORMAT:
        raise ParamError(
            f"{target} is not empty and not an earlier export: choose a new or empty folder"
        )
    if mark.get("form") != params.form:
        raise ParamError(
            f"{target} holds an export as {mark.get('form')}, not as {params.form}: choose another "
            "folder"
        )
    return {name for name in mark.get("files", []) if isinstance(name, str)}
