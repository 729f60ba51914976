"""What the first folders of a source mean: classes, or the splits of a data set that somebody
divided already, with the classes below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Location
from inksift.curation.base.tables import Table
from inksift.curation.gather.folder.walk import UNLABELLED, Found, display

Layout = Literal["auto", "classes", "splits"]

GIVEN_SPLITS = Table("given_splits", {"path": "str", "split": "str"}, key=("path",))
"""One row per file of a source that is divided already: "train", "validation" or "test", by its
first folder. Empty where the first folders are classes."""

_ROLES = {
    "train": re.compile(r"(train|training|trn)(?:[ _.-]?(?:set|data|images?|\d+))*"),
    "validation": re.compile(r"(val|valid|validation|dev)(?:[ _.-]?(?:set|data|images?|\d+))*"),
    "test": re.compile(r"(test|testing|tst|eval|evaluation)(?:[ _.-]?(?:set|data|images?|\d+))*"),
}
_MOST_NAMED = 5
"""Folders that a sentence names."""


def split_named(folder: str) -> str:
    """The split that a folder is named after, "" for none.

    >>> split_named("Valid"), split_named("train2017"), split_named("trains")
    ('validation', 'train', '')
    """
    names = (name for name, words in _ROLES.items() if words.fullmatch(folder.casefold()))
    return next(names, "")


def is_divided(files: Sequence[Found], layout: Layout) -> bool:
    """Whether the first folders of the source are splits; SourceError where only a person can say,
    or what they say does not fit."""
    if layout == "classes":
        return False
    folders = {file.label for file in files if b"/" in file.path_bytes}
    splits = {folder for folder in folders if split_named(folder)}
    others = sorted(folders - splits)
    if layout == "splits":
        _demand_splits(splits, others)
        return True
    deep = {file.label for file in files if file.path_bytes.count(b"/") > 1}
    several = len({split_named(folder) for folder in splits}) > 1
    if others and several and splits <= deep:
        raise SourceError(_unclear(sorted(splits), others))
    return not others and bool(splits) and (several or splits <= deep)


def with_classes_below(files: Sequence[Found]) -> list[Found]:
    """The files of a divided source, labelled by their second folder."""
    return [file._replace(label=_second_folder(file.path_bytes)) for file in files]


def given_splits(files: Sequence[Found]) -> list[dict[str, object]]:
    """The GIVEN_SPLITS rows of a divided source; a file outside of every split has none."""
    named = ((file.path, split_named(_first_folder(file.path_bytes))) for file in files)
    return [{"path": path, "split": split} for path, split in named if split]


def demand_one_test(given: pd.DataFrame, test: Location | None) -> None:
    """SourceError where the source has a test split of its own beside a trusted test folder."""
    tested = GIVEN_SPLITS.check(given).query("split == 'test'")
    if test is not None and len(tested):
        folder = tested["path"].iloc[0].partition("/")[0]
        raise SourceError(
            f"two test sets: --test {test}, and {folder} in the source: leave out --test, or the "
            f"folder with --set 'images.exclude=[\"{folder}\"]'"
        )


def _first_folder(path: bytes) -> str:
    first, slash, _ = path.partition(b"/")
    return display(first) if slash else ""


def _second_folder(path: bytes) -> str:
    folders = path.split(b"/")[1:-1]
    return display(folders[0]) if folders else UNLABELLED


def _demand_splits(splits: set[str], others: Sequence[str]) -> None:
    if others or not splits:
        found = _listed(others) or "no folder"
        raise SourceError(
            f"images.layout is splits, and {found} in the source is none: expected folders such as "
            "train, val and test with the classes below; leave others out with images.exclude"
        )


def _unclear(splits: Sequence[str], others: Sequence[str]) -> str:
    one = len(others) == 1
    return (
        f"{_listed(splits)} look like splits with classes below, but {_listed(others)} "
        f"{'lies' if one else 'lie'} beside them: leave {'it' if one else 'those'} out with --set "
        f"'images.exclude=[\"{others[0]}\"{', ...' if not one else ''}]', or say what the first "
        "folders are with --set images.layout=splits or images.layout=classes"
    )


def _listed(folders: Sequence[str]) -> str:
    named = ", ".join(folders[:_MOST_NAMED])
    return f"{named} and {len(folders) - _MOST_NAMED} more" if folders[_MOST_NAMED:] else named
