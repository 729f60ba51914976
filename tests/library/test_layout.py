"""First folders that are named after splits are splits, unless they are classes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from inksift.curation.base.errors import SourceError
from inksift.curation.gather.folder.layout import (
    GIVEN_SPLITS,
    demand_one_test,
    given_splits,
    is_divided,
    split_named,
    with_classes_below,
)
from inksift.curation.gather.folder.walk import UNLABELLED, Found


def files(*paths: str) -> list[Found]:
    """Entries as the walk finds them."""
    labels = [path.split("/")[0] if "/" in path else UNLABELLED for path in paths]
    return [
        Found(path.encode(), path, label, 1, 0, "")
        for path, label in zip(paths, labels, strict=True)
    ]


@pytest.mark.parametrize(
    ("folder", "split"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("train2017", "train"),
        ("train_images", "train"),
        ("VAL", "validation"),
        ("valid", "validation"),
        ("validation-set", "validation"),
        ("testing", "test"),
        ("test_data", "test"),
        ("trainer", ""),
        ("value", ""),
        ("testament", ""),
        ("fox", ""),
    ],
)
def test_names_of_splits(folder: str, split: str) -> None:
    assert split_named(folder) == split


@pytest.mark.parametrize(
    "paths",
    [
        ("train/fox/1", "val/fox/2", "test/owl/3"),
        ("Train/fox/1", "Test/fox/2", "loose.png"),
        ("training/fox/1",),
        ("train/1", "test/2"),
    ],
)
def test_a_divided_source_is_recognised(paths: tuple[str, ...]) -> None:
    assert is_divided(files(*paths), "auto")
    assert not is_divided(files(*paths), "classes")


@pytest.mark.parametrize(
    "paths",
    [
        ("fox/1", "owl/2"),
        ("train/1", "bus/2", "car/3"),
        ("train/1",),
        ("test/1", "train/2", "exam/3"),
        ("train.png",),
    ],
)
def test_classes_stay_classes(paths: tuple[str, ...]) -> None:
    assert not is_divided(files(*paths), "auto")


def test_what_only_a_person_can_say_is_refused() -> None:
    mixed = files("train/fox/1", "val/fox/2", "extra/owl/3")
    with pytest.raises(SourceError, match=r"extra lies beside.*images\.exclude=\[\"extra\"\]"):
        is_divided(mixed, "auto")
    with pytest.raises(SourceError, match=r"images\.layout is splits, and extra"):
        is_divided(mixed, "splits")
    assert not is_divided(mixed, "classes")


def test_classes_are_the_folders_below() -> None:
    found = files("train/fox/1", "val/owl/deep/2", "test/3", "loose.png")
    assert [file.label for file in with_classes_below(found)] == [
        "fox",
        "owl",
        UNLABELLED,
        UNLABELLED,
    ]
    assert given_splits(found) == [
        {"path": "train/fox/1", "split": "train"},
        {"path": "val/owl/deep/2", "split": "validation"},
        {"path": "test/3", "split": "test"},
    ]


def test_two_test_sets_are_one_too_many() -> None:
    given = GIVEN_SPLITS.frame(given_splits(files("train/fox/1", "Test/fox/2")))
    with pytest.raises(SourceError, match=r"leave out --test.*images\.exclude=\[\"Test\"\]"):
        demand_one_test(given, Path("trusted"))
    demand_one_test(given, None)
    without: pd.DataFrame = given[given["split"] == "train"]
    demand_one_test(without, Path("trusted"))
