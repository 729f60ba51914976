"""An export as a tree of class folders, with sidecars beside their pictures, each file named after
its content too."""

from __future__ import annotations

from collections.abc import Mapping

from inksift.curation.publish.beside import Sidecar
from inksift.curation.publish.export_names import distinct, file_name, safe_name, sidecar_name
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.placement import Plan
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask, class_folder
from inksift.curation.publish.tree import write_tree


def write_folders(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""
    placed = dict(zip(_names(task), task.pictures, strict=True))
    write_tree(task, summary, Plan(placed, _names_beside(task, placed)))


def _names(task: ExportTask) -> list[str]:
    folders = [class_folder(task, picture) for picture in task.pictures]
    taken: dict[str, set[str]] = {folder: set() for folder in folders}
    files = [file_name(picture.path, picture.image_id, picture.format) for picture in task.pictures]
    return [
        f"{folder}/{distinct(file, taken[folder])}"
        for folder, file in zip(folders, files, strict=True)
    ]


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
        for sidecar in task.sidecars(picture):
            own = distinct(sidecar_name(picture.path, sidecar.path, file), taken[folder])
            names[f"{folder}/{own}"] = (picture, sidecar)
    return names


FORM = Form(
    "folders",
    write_folders,
    folder=safe_name,
)
