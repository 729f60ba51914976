"""The pictures of an audit on one page, in the order of the sheet, large enough to tell paint from
photograph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from inksift.curation.base.engine import per_item
from inksift.curation.base.rgb import Rgb
from inksift.curation.drawing.contact_sheet import data_uri, jpeg, on_grey
from inksift.curation.report.close_choices import CloseChoice
from inksift.curation.report.rendering import render_page

_SIDE_PX = 320
"""Side of a picture: large enough to judge by."""

_QUALITY = 80
"""JPEG quality of a picture."""

_FIRST_LINE = 2
"""Line of the sheet of the first picture; the header is the first."""


@dataclass(frozen=True)
class Question:
    """One picture: its line in the sheet, where the file is, what the machine says, and the picture
    itself."""

    line: int
    path: str
    label: str
    verdict: str
    picture: str


def build_audit_page(
    rows: pd.DataFrame,
    read: Callable[[str], Rgb],
    *,
    sheet_name: str,
    answers: str,
    command: str,
    close: Sequence[CloseChoice] = (),
) -> str:
    """One self-contained page for SHEET rows; `read` gives the thumbnail of an image_id, `answers`
    says what to write into the sheet called `sheet_name`, and `command` takes it in. Below stand
    the groups of copies whose choice was `close`."""
    pictures = per_item(lambda image_id: _picture(read(image_id)), rows["image_id"].tolist())
    questions = _questions(rows, pictures)
    return render_page(
        "audit.html.j2",
        questions=questions,
        sheet_name=sheet_name,
        answers=answers,
        command=command,
        close=close,
    )


def _picture(rgb: Rgb) -> str:
    return data_uri(jpeg(on_grey(rgb, _SIDE_PX), _QUALITY), "image/jpeg")


def _questions(rows: pd.DataFrame, pictures: Sequence[str]) -> list[Question]:
    return [
        Question(line, row["path"], row["label"], row["explanation"], picture)
        for line, (row, picture) in enumerate(
            zip(rows.to_dict("records"), pictures, strict=True), _FIRST_LINE
        )
    ]
