"""A picture with copies in several given splits counts for the strictest, and is told."""

from __future__ import annotations

import pytest

from inksift.curation.dedup.across import across_notes, across_splits, splits_of_kept
from inksift.curation.gather.folder.layout import GIVEN_SPLITS
from tests.frames import duplicates_of

PLACES = duplicates_of(
    {"path": "train/a", "group": 0},
    {"path": "test/a", "group": 0, "duplicate_of": "train/a"},
    {"path": "loose/b", "group": 1},
    {"path": "val/b", "group": 1, "duplicate_of": "loose/b"},
    {"path": "train/c", "group": 2},
    {"path": "loose/d", "group": 3},
)
GIVEN = GIVEN_SPLITS.frame(
    [
        {"path": path, "split": split}
        for path, split in (
            ("train/a", "train"),
            ("test/a", "test"),
            ("val/b", "validation"),
            ("train/c", "train"),
        )
    ]
)


def test_the_strictest_split_of_all_copies_counts() -> None:
    assert splits_of_kept(PLACES, GIVEN).to_dict() == {
        "train/a": "test",
        "loose/b": "validation",
        "train/c": "train",
        "loose/d": "",
    }


def test_what_lies_in_several_is_told() -> None:
    across = across_splits(PLACES, GIVEN)
    assert across.to_dict("records") == [{"path": "train/a", "split": "test", "also_in": "train"}]
    (note,) = across_notes(across)
    assert note.startswith(
        "1 picture of the given splits has copies in another one, such as train/a"
    )


@pytest.mark.filterwarnings("error")
def test_a_source_that_is_not_divided_has_nothing_to_tell() -> None:
    nothing = GIVEN_SPLITS.frame([])
    assert across_notes(across_splits(PLACES, nothing)) == []
    assert set(splits_of_kept(PLACES, nothing)) == {""}
    assert across_splits(duplicates_of(), nothing).empty
    assert splits_of_kept(duplicates_of(), nothing).empty
