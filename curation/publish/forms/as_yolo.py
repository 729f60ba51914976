"""An export with the detector's boxes for ultralytics: pictures, a text of boxes for each, and
`data.yaml`, which names no folder outside."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from inksift.curation.base.tables import OBJECT_COUNTS
from inksift.curation.publish.boxes import boxes_of, demand_boxes
from inksift.curation.publish.export_names import kept_folder
from inksift.curation.publish.forms.form import Form
from inksift.curation.publish.placement import Naming, no_sidecars, told_plan
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask
from inksift.curation.publish.tree import Texts, write_tree

_READS = frozenset({"JPEG", "PNG", "WEBP", "BMP", "TIFF", "AVIF", "HEIC"})
"""What ultralytics takes for pictures."""

_YAML = "data.yaml"
_IMAGES = re.compile(r"^images$", re.IGNORECASE)
"""A class folder of this name would be taken for the folder of all pictures."""


def write_yolo(task: ExportTask, summary: ExportSummary) -> None:
    """Bring the target to what the task says, and count in `summary`."""
    demand_boxes(task, summary)

    def folder(picture: ExportPicture) -> str:
        return "/".join(filter(None, ("images", _part(picture.split), task.classes[picture.label])))

    plan = told_plan(task, summary, Naming(folder, beside=no_sidecars, by_stem=True))
    summary.notes += _without_validation(task)
    write_tree(task, summary, plan, lambda there: _texts(task, there))


def _part(split: str) -> str:
    return "val" if split == "validation" else split


def _texts(task: ExportTask, there: Mapping[str, ExportPicture]) -> Texts:
    labels = {
        f"labels/{name.removeprefix('images/').rpartition('.')[0]}.txt": _lines(task, picture)
        for name, picture in there.items()
    }
    return {**labels, _YAML: _description(task, there)}


def _lines(task: ExportTask, picture: ExportPicture) -> bytes:
    """A line per box: its class, its centre and its sides as shares of the picture."""
    lines = (
        f"{box.number} {box.left + box.width / 2:.6f} {box.top + box.height / 2:.6f} "
        f"{box.width:.6f} {box.height:.6f}\n"
        for box in boxes_of(task, picture)
    )
    return "".join(lines).encode()


def _description(task: ExportTask, there: Mapping[str, ExportPicture]) -> bytes:
    """Without `path`, which ultralytics takes from where it is started or among its own data sets:
    all is relative to this file."""
    splits = {picture.split for picture in there.values()}
    parts = {_part(split): f"images/{_part(split)}" for split in sorted(splits) if split}
    train = parts.get("train", "images")
    told = {"train": train, "val": parts.get("val", train)} | parts
    names = dict(enumerate(task.evidence.box_classes))
    return yaml.safe_dump(told | {"names": names}, sort_keys=False).encode()


def _without_validation(task: ExportTask) -> list[str]:
    if any(picture.split == "validation" for picture in task.pictures):
        return []
    return ["data.yaml validates on what it trains on, as nothing is held out: see --split"]


FORM = Form(
    "yolo",
    write_yolo,
    reads=_READS,
    uses=(OBJECT_COUNTS.name,),
    folder=lambda label: _IMAGES.sub(r"\g<0>+", kept_folder(label)),
)
