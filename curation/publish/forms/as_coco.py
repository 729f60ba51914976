"""An export with the detector's boxes as COCO: pictures, `instances` and `captions` of every
split."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from inksift.curation.base.tables import OBJECT_COUNTS
from inksift.curation.publish.boxes import boxes_of, demand_boxes
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.placement import Naming, no_sidecars, told_plan
from inksift.curation.publish.records import record
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask
from inksift.curation.publish.tree import Texts, write_tree

_FOLDERS = {"": "images", "validation": "val"}
"""What COCO calls the folders of pictures, where that is not the name of the split."""


def write_coco(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""
    demand_boxes(task, summary)

    def folder(picture: ExportPicture) -> str:
        return f"{_folder_of(picture.split)}/{task.classes[picture.label]}"

    plan = told_plan(task, summary, Naming(folder, beside=no_sidecars))
    write_tree(task, summary, plan, lambda there: _annotations(task, there))


def _folder_of(split: str) -> str:
    return _FOLDERS.get(split, split)


def _annotations(task: ExportTask, there: Mapping[str, ExportPicture]) -> Texts:
    """The two files of every split."""
    files: dict[str, bytes] = {}
    for split in sorted({picture.split for picture in there.values()}):
        folder = _folder_of(split)
        own = {
            name.removeprefix(f"{folder}/"): picture
            for name, picture in there.items()
            if picture.split == split
        }
        for kind, content in _of_split(task, own).items():
            files[f"annotations/{kind}_{folder}.json"] = json.dumps(content).encode()
    return files


def _of_split(task: ExportTask, own: Mapping[str, ExportPicture]) -> dict[str, dict[str, Any]]:
    rows = [record(task, picture, name) for name, picture in own.items()]
    sizes = [{"width": one.width, "height": one.height} for one in own.values()]
    images = [
        {"id": number, **row, **size}
        for number, (row, size) in enumerate(zip(rows, sizes, strict=True), 1)
    ]
    said = [row for row in images if row["caption"]]
    captions = [
        {"id": number, "image_id": row["id"], "caption": row["caption"]}
        for number, row in enumerate(said, 1)
    ]
    info = {"description": "Curated by inksift", "version": "1"}
    shared = {"info": info, "licenses": [], "images": images}
    instances = {"annotations": _instances(task, own), "categories": _categories(task)}
    return {
        "instances": shared | instances,
        "captions": shared | {"annotations": captions},
    }


def _instances(task: ExportTask, own: Mapping[str, ExportPicture]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for image, picture in enumerate(own.values(), 1):
        for box in boxes_of(task, picture):
            sides = box.in_pixels(picture)
            found.append(
                {
                    "id": len(found) + 1,
                    "image_id": image,
                    "category_id": box.number + 1,
                    "bbox": sides,
                    "area": round(sides[2] * sides[3], 2),
                    "iscrowd": 0,
                    "segmentation": [],
                    "score": round(box.confidence, 4),
                }
            )
    return found


def _categories(task: ExportTask) -> list[dict[str, Any]]:
    names = task.evidence.box_classes
    return [{"id": number, "name": name} for number, name in enumerate(names, 1)]


FORM = Form(
    "coco",
    write_coco,
    uses=(OBJECT_COUNTS.name,),
)
