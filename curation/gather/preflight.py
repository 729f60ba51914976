"""What a run would fail on a dozen stages later, told from names before any file is opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import ParamError, SourceError
from inksift.curation.base.location import Location, lies_in
from inksift.curation.base.nearest import did_you_mean
from inksift.curation.base.params import Params, class_names_in
from inksift.curation.base.tables import Table
from inksift.curation.gather.folder.walk import UNLABELLED, Found
from inksift.curation.gather.images import ImageParams, opened_source
from inksift.curation.gather.listing import FolderFacts
from inksift.curation.store.workspace import Workspace

LISTING = Table("listing", {"path": "str", "label": "str", "size_bytes": "int64"}, key=("path",))
"""One row per file that is to be decoded, by its name; nothing of it was opened."""

_NAME_ANOTHER = (
    "name a trusted folder that holds other pictures, with --test, INKSIFT_TEST or test in "
    "inksift.yaml"
)
_MOST_NAMED = 10
"""Classes that a sentence lists."""


class Names(NamedTuple):
    """The LISTING of a source, and what else lies in it."""

    files: pd.DataFrame
    folder: FolderFacts


def list_names(
    source: Location, workspace: Workspace, params: ImageParams, *, link_roots: Sequence[Path] = ()
) -> Names:
    """What a source holds, by names alone; an archive is unpacked for it. SourceError where it
    cannot be used."""
    with opened_source(source, workspace, params, link_roots=link_roots) as opened:
        return Names(LISTING.frame([_row(file) for file in opened.files]), opened.folder)


def demand_apart(
    files: pd.DataFrame, tested: pd.DataFrame, *, source: Location, test: Location
) -> None:
    """SourceError where the LISTING of the source holds files of the trusted test folder, or one
    folder lies in the other, or every file has its twin there."""
    test_below, source_below = _place_in(test, source), _place_in(source, test)
    if test_below is not None:
        _refuse_shared(int(_lies_in(files, test_below).sum()), source, test, test_below)
    elif source_below is not None:
        _refuse_shared(int(_lies_in(tested, source_below).sum()), source, test, "")
    elif set(_twins(files)) <= set(_twins(tested)):
        raise SourceError(
            f"every file of {source} has one of the same class, name and size in the trusted test "
            f"folder {test}, so that no picture would be left to train on: {_NAME_ANOTHER}"
        )


def demand_trainable(labels: Collection[str], source: Location) -> None:
    """SourceError where fewer than two classes could be trained on. `labels` are the classes of the
    files, and those that people gave some of them."""
    classes = set(labels)
    if classes == {UNLABELLED}:
        raise SourceError(
            f"no class folders in {source}: expected class_name/picture.jpg. `inksift judge` (in "
            "Dagster the job `curate`) judges a flat folder and trains nothing"
        )
    if len(classes) < 2:
        raise SourceError(
            f"only {', '.join(map(repr, classes))} is in {source}: training needs two classes. "
            "`inksift judge` (in Dagster the job `curate`) judges one and trains nothing"
        )


def demand_classes_named(settings: Mapping[str, Params], labels: Collection[str]) -> None:
    """ParamError where a setting names a class that no file has and no person gave."""
    known = sorted(set(labels))
    for stage, params in settings.items():
        for setting, names in class_names_in(params).items():
            for name in names:
                if name not in known:
                    raise ParamError(_no_such_class(f"{stage}.{setting}", name, known))


def _no_such_class(setting: str, name: str, known: Sequence[str]) -> str:
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    listed = ", ".join(known[:_MOST_NAMED])
    meant = did_you_mean(name, known)
    return f"{setting} names a class {name} that no file has; there are: {listed}{more}{meant}"


def _row(file: Found) -> dict[str, object]:
    return {"path": file.path, "label": file.label, "size_bytes": file.size_bytes}


def _refuse_shared(count: int, source: Location, test: Location, below: str) -> None:
    if count:
        leave = (
            f"leave it out of the source with --set 'images.exclude=[\"{below}\"]'"
            if below
            else _NAME_ANOTHER
        )
        raise SourceError(
            f"{count} files of the source {source} are those of the trusted test folder {test}, "
            f"which nothing may be trained on: {leave}"
        )


def _lies_in(files: pd.DataFrame, below: str) -> pd.Series:
    """Which files lie in a folder of their source, "" for all."""
    return files["path"].str.startswith(f"{below}/" if below else "")


def _twins(files: pd.DataFrame) -> Iterator[tuple[str, str, int]]:
    """What files have in common with their copies elsewhere."""
    names = files["path"].str.rpartition("/")[2]
    return zip(files["label"], names, files["size_bytes"], strict=True)


def _place_in(folder: Location, around: Location) -> str | None:
    """Where a folder lies in another, "" for the same one; None where it lies elsewhere."""
    if not lies_in(folder, around):
        return None
    inner, outer = str(folder.resolve()), str(around.resolve())
    return "" if inner == outer else inner.removeprefix(outer).lstrip("/")
