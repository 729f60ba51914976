"""Groups whose choice was close are shown with the kept file first, and no others."""

from __future__ import annotations

import numpy as np

from inksift.curation.report.close_choices import MOST_COPIES, close_choices
from tests.frames import duplicates_of


def test_only_close_groups_are_shown_the_kept_one_first():
    copies = [{"path": f"a{n}", "group": 1, "duplicate_of": "z"} for n in range(6)]
    table = duplicates_of(
        *copies,
        {"path": "z", "group": 1, "kept_because": "sharpest", "close_call": "unlike a0 it fades"},
        {"path": "y", "group": 2, "kept_because": "no watermark"},
        {"path": "x", "group": 2, "duplicate_of": "y"},
    )
    read: list[str] = []

    def thumbnail(image_id: str) -> np.ndarray:
        read.append(image_id)
        return np.full((20, 30, 3), 90, np.uint8)

    (shown,) = close_choices(table, thumbnail)
    assert (shown.because, shown.close_call) == ("sharpest", "unlike a0 it fades")
    assert [copy.path for copy in shown.copies] == ["z", "a0", "a1", "a2"]
    assert read == [copy.path for copy in shown.copies]
    assert len(shown.copies) == MOST_COPIES


def test_no_close_call_shows_nothing():
    table = duplicates_of({"path": "y", "group": 2, "kept_because": "no watermark"})
    assert close_choices(table, lambda _: np.zeros((4, 4, 3), np.uint8)) == []
