"""What a person should know of a folder before its numbers: what was left out and why, what belongs
to pictures, and what may be meant otherwise than it was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from inksift.curation.base.tables import IMAGES
from inksift.curation.gather.companions import companions
from inksift.curation.gather.folder.choice import NOT_INCLUDED
from inksift.curation.gather.folder.layout import GIVEN_SPLITS
from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.gather.folder.walk import links_told
from inksift.curation.gather.listing import SET_ASIDE, FolderFacts
from inksift.curation.gather.spelling import visibly, written_alike

_MOST_NAMED = 5
"""Names that a sentence lists."""


def folder_notes(images: pd.DataFrame, folder: FolderFacts) -> list[str]:
    """Sentences on a source folder, of its IMAGES and what else it holds; none where there is
    nothing to say."""
    files = IMAGES.check(images)
    return [
        *_set_aside(SET_ASIDE.check(folder.set_aside)),
        *_sidecars(SIDECARS.check(folder.sidecars)),
        *_splits(GIVEN_SPLITS.check(folder.given_splits)),
        *_links(files),
        *_companions(files),
        *_spelling(files),
    ]


def _set_aside(rows: pd.DataFrame) -> Iterator[str]:
    excluded = rows[rows["pattern"] != NOT_INCLUDED]
    others = int(rows.loc[rows["pattern"] == NOT_INCLUDED, "files"].sum())
    if others:
        yield f"{_files(others)} left out that images.include does not name"
    if len(excluded):
        counts = excluded["files"].groupby(_shown(excluded)).sum()
        counts = counts.sort_values(ascending=False, kind="stable")
        named = [f"{name} ({_files(count)})" for name, count in counts.items()]
        yield (
            f"{_files(int(excluded['files'].sum()))} left out by name, in {_listed(named)}: what "
            "is left out is set by images.exclude and images.clutter"
        )


def _shown(rows: pd.DataFrame) -> pd.Series:
    """What entries are counted under: their own name, which a folder of that kind has in every
    class; single files of many names under the glob that they match."""
    names = rows["path"].str.rpartition("/")[2]
    few = names.groupby(rows["pattern"]).transform("nunique") <= _MOST_NAMED
    return names.where(few | (rows["files"] != 1), rows["pattern"])


def _sidecars(rows: pd.DataFrame) -> Iterator[str]:
    owned = rows[rows["picture"] != ""]
    if len(owned):
        distinct = owned.drop_duplicates("path")
        endings = distinct["path"].str.rpartition(".")[2].str.lower().value_counts().sort_index()
        kinds = [f"{count} .{kind}" for kind, count in endings.items()]
        yield (
            f"{_files(len(distinct), 'sidecar')} ({_listed(kinds)}) of "
            f"{_files(owned['picture'].nunique(), 'picture')}: not counted as files found, and "
            "carried along by exports"
        )
    lone = rows.loc[rows["picture"] == "", "path"]
    if len(lone):
        yield (
            f"{_files(len(lone), 'sidecar')} without a picture of that name: {_listed(list(lone))}"
        )


def _splits(rows: pd.DataFrame) -> Iterator[str]:
    if len(rows):
        counts = rows["split"].value_counts()
        told = [f"{counts[split]} {split}" for split in counts.index]
        yield (
            f"the first folders are splits, and the classes are the folders below: "
            f"{_listed(told)} files; if they are classes, say --set images.layout=classes"
        )


def _links(files: pd.DataFrame) -> Iterator[str]:
    """Links that lead out of the source, and those that lead to a folder read already."""
    outside = int((files["error"] == "link_outside").sum())
    if outside:
        yield links_told(outside, len(files))
    inside = files.loc[files["error"].isin(["link_inside", "link_again"]), "path"]
    if len(inside):
        yield (
            f"{_files(len(inside), 'link')} to what is counted where it is, or where another link "
            f"leads to it: {_listed(list(inside))}"
        )


def _companions(files: pd.DataFrame) -> Iterator[str]:
    for found in companions(files.loc[files["readable"], "path"]):
        yield (
            f"{_files(found.files)} such as {found.example} may be made for another picture (a "
            f"mask, a map): leave them out with --set 'images.exclude=[\"{found.pattern}\"]'"
        )


def _spelling(files: pd.DataFrame) -> Iterator[str]:
    counts = files["label"].value_counts()
    for labels in written_alike(counts.index):
        named = [f"{visibly(label)}: {_files(int(counts[label]))}" for label in labels]
        yield (
            f"classes that differ only in how their names are written ({_listed(named)}): if "
            "one class is meant, give the folders one name"
        )


def _files(count: int, what: str = "file") -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
