"""An export as a tree of class folders, with sidecars beside their pictures; again into the same
folder, only what changed is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from curation.base.engine import in_batches, per_item
from curation.gather.folder.reach import Reach
from curation.gather.folder.safe_open import RefusedError
from curation.publish.beside import Sidecar, carry
from curation.publish.export_names import distinct, file_name, sidecar_name
from curation.publish.task import (
    BATCH,
    ExportPicture,
    ExportSummary,
    ExportTask,
    holds_picture,
    read_picture,
    write_mark,
)
from curation.store.files import put_in_place, temporary_beside, write_atomically


def write_folders(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""
    names = _names(task)
    placed = dict(zip(names, task.pictures, strict=True))
    carried = _names_beside(task, placed)
    write_mark(task, [*{*names, *carried, *task.earlier}])
    for some in in_batches(list(placed), BATCH, "export"):
        reports = per_item(lambda name: _place(task, placed[name], task.target / name), some)
        for name, (outcome, reason) in zip(some, reports, strict=True):
            _count(summary, placed[name], outcome, reason)
    there = [name for name in names if placed[name].path not in summary.skipped]
    there += _carry_all(task, carried, summary)
    stale = task.earlier - set(there)
    summary.removed = sum(_remove(task.target, name) for name in sorted(stale))
    write_mark(task, there)


def _names(task: ExportTask) -> list[str]:
    folders = [_folder(task, picture) for picture in task.pictures]
    taken: dict[str, set[str]] = {folder: set() for folder in folders}
    files = [file_name(picture.path, picture.image_id, picture.format) for picture in task.pictures]
    return [
        f"{folder}/{distinct(file, taken[folder])}"
        for folder, file in zip(folders, files, strict=True)
    ]


def _folder(task: ExportTask, picture: ExportPicture) -> str:
    """The class folder of a picture, below that of its split where the source is divided."""
    folder = task.classes[picture.label]
    return f"{picture.split}/{folder}" if picture.split else folder


def _names_beside(
    task: ExportTask, placed: Mapping[str, ExportPicture]
) -> dict[str, tuple[ExportPicture, Sidecar]]:
    """The name of every sidecar of the pictures that are `placed` under these names."""
    taken: dict[str, set[str]] = {}
    for name in placed:
        folder, _, file = name.rpartition("/")
        distinct(file, taken.setdefault(folder, set()))
    names: dict[str, tuple[ExportPicture, Sidecar]] = {}
    for name, picture in placed.items():
        folder, _, file = name.rpartition("/")
        for sidecar in task.beside.sidecars.get(picture.path, ()):
            own = distinct(sidecar_name(picture.path, sidecar.path, file), taken[folder])
            names[f"{folder}/{own}"] = (picture, sidecar)
    return names


def _carry_all(
    task: ExportTask, carried: Mapping[str, tuple[ExportPicture, Sidecar]], summary: ExportSummary
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
    task: ExportTask, picture: ExportPicture, place: Path
) -> tuple[Literal["new", "reused", "skipped"], str]:
    """Put one picture where it belongs, and say whether that was needed and possible."""
    if holds_picture(place, picture.image_id) and (
        task.params.files == "link" or place.stat().st_nlink == 1
    ):
        return "reused", ""
    try:
        data = read_picture(task.reach, picture)
    except RefusedError as refusal:
        return "skipped", refusal.reason
    if task.params.files == "copy" or not _link(task.reach, picture, place):
        write_atomically(place, data)
    return "new", ""


def _count(summary: ExportSummary, picture: ExportPicture, outcome: str, reason: str) -> None:
    if outcome == "skipped":
        summary.skipped[picture.path] = reason
    else:
        summary.pictures += 1
        summary.reused += outcome == "reused"


def _link(reach: Reach, picture: ExportPicture, place: Path) -> bool:
    """Hard-link the original; False, with nothing left behind, where that cannot be or gave other
    bytes."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with temporary_beside(place) as new:
            root, inside = reach.place(picture.path_bytes)
            os.link(inside, os.fsencode(new), src_dir_fd=root, follow_symlinks=False)
            if not holds_picture(new, picture.image_id):
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
