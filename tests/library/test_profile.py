"""The profile counts every file once and survives empty folders."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.tables import DECISIONS, IMAGES
from inksift.curation.gather.profile import (
    BEFORE_AFTER,
    FORMATS,
    PROFILE,
    SIZE_QUANTILES,
    UNREADABLE,
    before_and_after,
    imbalance,
    profile,
)


def images_of(*files: tuple[str, str, str, int, int]) -> pd.DataFrame:
    """IMAGES from label, digest, format ("" for an unreadable file), width and height."""
    rows = [
        {
            "path": f"{number}", "path_bytes": b"", "image_id": digest, "label": label,
            "size_bytes": 10 * number,
            "mtime_ns": 0, "readable": bool(form), "error": "" if form else "truncated",
            "note": "", "width": width,
            "height": height, "format": form, "mode": "RGB" if form else "", "ai_mark": "",
        }
        for number, (label, digest, form, width, height) in enumerate(files)
    ]  # fmt: skip
    return IMAGES.frame(rows)


def decisions_of(*outcomes: tuple[str, str]) -> pd.DataFrame:
    blank = dict.fromkeys(DECISIONS.columns, "") | {"p_photo": float("nan")}
    rows = [
        {**blank, "path": str(i), "label": label, "outcome": o}
        for i, (label, o) in enumerate(outcomes)
    ]
    return DECISIONS.frame(rows)


FOUND = images_of(
    ("cat", "a", "PNG", 200, 100),
    ("cat", "a", "PNG", 200, 100),
    ("cat", "b", "JPEG", 100, 100),
    ("fish", "a", "PNG", 300, 100),
    ("fish", "c", "", 0, 0),
    ("boat", "d", "", 0, 0),
)


def test_classes_are_counted_largest_first():
    rows = [list(row)[1:] for row in profile(FOUND).classes.itertuples()]
    assert rows == [["cat", 3, 3, 0, 2], ["fish", 2, 1, 1, 1], ["boat", 1, 0, 1, 0]]


def test_formats_and_reasons_are_counted_most_frequent_first():
    found = profile(FOUND)
    assert found.formats.to_dict("list") == {"format": ["PNG", "JPEG"], "files": [3, 1]}
    assert found.unreadable.to_dict("list") == {"reason": ["truncated"], "files": [2]}


def test_sizes_are_over_readable_files_only():
    sizes = profile(FOUND).sizes.set_index("quantity")
    assert sizes.loc["width", ["min", "median", "max"]].tolist() == [100, 200, 300]
    assert sizes.loc["aspect", ["min", "median", "max"]].tolist() == [1, 2, 3]
    assert sizes.loc["size_bytes", "max"] == 30


def test_imbalance_ignores_classes_without_a_readable_file():
    assert profile(FOUND).imbalance == 3.0


def test_imbalance_of_nothing_is_finite():
    assert imbalance(pd.Series([], dtype="int64")) == imbalance(pd.Series([0, 0])) == 0.0


@pytest.mark.parametrize(
    "images", [IMAGES.frame([]), FOUND.iloc[4:], FOUND.iloc[:1]], ids=["none", "broken", "one"]
)
def test_odd_folders_give_whole_tables(images):
    found = profile(images)
    for table, contract in zip(
        found[:4], (PROFILE, SIZE_QUANTILES, FORMATS, UNREADABLE), strict=True
    ):
        contract.check(table)
    assert found.classes["files"].sum() == len(images)
    assert np.isfinite(found.imbalance)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["kept", "review", "rejected"])),
        max_size=30,
    )
)
def test_before_and_after_conserves_files(outcomes):
    table = before_and_after(decisions_of(*outcomes))
    BEFORE_AFTER.check(table)
    assert table["found"].sum() == len(outcomes)
    assert (table[["kept", "review", "rejected"]].sum(axis=1) == table["found"]).all()
    assert table["kept"].sum() == sum(outcome == "kept" for _, outcome in outcomes)


def test_before_and_after_per_class():
    table = before_and_after(decisions_of(("cat", "kept"), ("cat", "rejected"), ("boat", "review")))
    assert table.to_dict("list") == {
        "label": ["cat", "boat"],
        "found": [2, 1],
        "kept": [1, 0],
        "review": [0, 1],
        "rejected": [1, 0],
    }
