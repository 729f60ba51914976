"""The detector's boxes as an export tells them: classes with their names, sides in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from inksift.curation.base.errors import ParamError
from inksift.curation.publish.task import ExportPicture, ExportSummary, ExportTask

_OTHER = "unknown"
"""The name of a number that the detector does not name."""


class DetectedBox(NamedTuple):
    """A box of an upright picture: its class by number and by name, the detector's confidence, and
    left, top, width and height as shares of the picture (0 to 1)."""

    number: int
    name: str
    confidence: float
    left: float
    top: float
    width: float
    height: float

    def in_pixels(self, picture: ExportPicture) -> list[float]:
        """Left, top, width and height in pixels."""
        sides = (picture.width, picture.height, picture.width, picture.height)
        shares = (self.left, self.top, self.width, self.height)
        return [round(share * side, 2) for share, side in zip(shares, sides, strict=True)]


def boxes_of(task: ExportTask, picture: ExportPicture) -> list[DetectedBox]:
    """The boxes of a picture; none where the detector saw nothing, or did not look."""
    classes = task.evidence.box_classes
    return [_box(row, classes) for row in task.evidence.boxes.get(picture.image_id, ())]


def demand_boxes(task: ExportTask, summary: ExportSummary) -> None:
    """ParamError where the detector looked at no picture at all; a note on those that it did not
    look at."""
    unseen = [one for one in task.pictures if one.image_id not in task.evidence.boxes]
    if unseen and len(unseen) == len(task.pictures):
        raise ParamError(
            f"form {task.params.form} is about boxes, and the detector looked at no picture: see "
            "`inksift weights`, fetch one, and `inksift run` again, with object_counts.only=all"
        )
    if unseen:
        summary.notes.append(
            f"the detector did not look at {len(unseen)} pictures, such as {unseen[0].path}: they "
            "are there without boxes (object_counts.only=all looks at every one)"
        )


def _box(row: Sequence[float], classes: Sequence[str]) -> DetectedBox:
    left, top, right, bottom, confidence, number = map(float, row)
    name = classes[int(number)] if 0 <= number < len(classes) else _OTHER
    return DetectedBox(int(number), name, confidence, left, top, right - left, bottom - top)
