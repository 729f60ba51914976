"""What follows from a mark is what a setting says, and nothing without one."""

from __future__ import annotations

import pandas as pd
import pytest

from inksift.curation.base.tables import DECISIONS
from inksift.curation.verdict.conservation import conservation_problems
from inksift.curation.verdict.marked_files import apply_marks
from inksift.curation.verdict.recipes import VerdictParams
from tests.frames import images_of

PATHS = ("kept.png", "copy.png", "plain.png", "unsure.png", "photo.png", "broken.png")
GROUPS = {"kept.png": 0, "copy.png": 0, "plain.png": 1, "unsure.png": 2, "photo.png": 3}
MARKED = ("copy.png", "unsure.png", "photo.png")
OUTCOMES = {
    "kept.png": ("kept", "", ""),
    "copy.png": ("rejected", "duplicates", "duplicate"),
    "plain.png": ("kept", "", ""),
    "unsure.png": ("review", "verdicts", "unsure"),
    "photo.png": ("rejected", "verdicts", "photo"),
    "broken.png": ("rejected", "images", "unreadable"),
}


def image(path: str) -> dict[str, object]:
    return {
        "path": path,
        "image_id": path,
        "readable": path in GROUPS,
        "ai_mark": "comfyui" if path in MARKED else "",
    }


def tables() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The decisions of the machine, IMAGES, and which files are copies of each other."""
    rows: list[dict[str, object]] = [
        {
            "path": path,
            "image_id": path,
            "label": "c",
            "outcome": outcome,
            "stage": stage,
            "reason": reason,
            "duplicate_of": "kept.png" if path == "copy.png" else "",
            "p_photo": 0.5,
            "medium": "unsure",
            "explanation": "because",
            "decided_by": "machine",
        }
        for path, (outcome, stage, reason) in OUTCOMES.items()
    ]
    groups = pd.DataFrame(GROUPS.items(), columns=["path", "group"])
    return DECISIONS.frame(rows), images_of(*map(image, PATHS)), groups


def decided(setting: str) -> dict[str, tuple[str, str, str]]:
    machine, images, groups = tables()
    found = apply_marks(machine, images, groups, setting)
    assert conservation_problems(images, found) == []
    columns = (found[name] for name in ("outcome", "stage", "reason"))
    return dict(zip(found["path"], zip(*columns, strict=True), strict=True))


def test_a_mark_decides_nothing_by_itself() -> None:
    assert VerdictParams().ai_marked == "no_matter"
    assert decided("no_matter") == OUTCOMES


@pytest.mark.parametrize("outcome", ["review", "rejected"])
def test_a_mark_of_any_copy_counts_where_a_setting_says_so(outcome: str) -> None:
    marked = (outcome, "marks", "marked_as_ai")
    unsure = marked if outcome == "rejected" else OUTCOMES["unsure.png"]
    assert decided(outcome) == OUTCOMES | {"kept.png": marked, "unsure.png": unsure}


def test_explanation_names_the_mark() -> None:
    machine, images, groups = tables()
    found = apply_marks(machine, images, groups, "review")
    assert found["explanation"].iat[0] == "a file of it says that an AI made it (ComfyUI); because"
