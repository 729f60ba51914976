"""What a source folder holds: the files that are rows, and beside them what is left out by name,
sidecars, and the splits that it is divided into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import SourceError
from inksift.curation.base.location import Location
from inksift.curation.base.tables import Table
from inksift.curation.gather.folder.choice import SetAside
from inksift.curation.gather.folder.layout import (
    GIVEN_SPLITS,
    Layout,
    given_splits,
    is_divided,
    with_classes_below,
)
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.sidecars import SIDECARS, sort_sidecars
from inksift.curation.gather.folder.walk import (
    Found,
    Listed,
    display,
    links_told,
)

SET_ASIDE = Table("set_aside", {"path": "str", "pattern": "str", "files": "int64"}, key=("path",))
"""One row per file or folder that is not read because of its name. `pattern` is the glob that it
matches, "" where it matches none of images.include; `files` says how many lie in it."""


class FolderFacts(NamedTuple):
    """What a source folder holds beside the files that are rows of IMAGES: SET_ASIDE, SIDECARS and
    GIVEN_SPLITS."""

    set_aside: pd.DataFrame
    sidecars: pd.DataFrame
    given_splits: pd.DataFrame


def no_facts() -> FolderFacts:
    """Those of no folder at all."""
    return FolderFacts(SET_ASIDE.frame([]), SIDECARS.frame([]), GIVEN_SPLITS.frame([]))


def list_source(
    reach: Reach,
    source: Location,
    listing: Listed,
    *,
    sidecars: Sequence[str],
    layout: Layout,
) -> tuple[list[Found], FolderFacts]:
    """The files of a `listing` of `source` that are to be decoded, and what else it holds;
    `sidecars` are the endings of those. SourceError where there is nothing to decode."""
    listing, beside = sort_sidecars(reach, listing, sidecars)
    files, splits = listing.files, GIVEN_SPLITS.frame([])
    _demand_pictures(files, len(beside), source)
    if is_divided(files, layout):
        splits = GIVEN_SPLITS.frame(given_splits(files))
        files = with_classes_below(files)
    aside = SET_ASIDE.frame([_set_aside_row(entry) for entry in listing.set_aside])
    return files, FolderFacts(aside, SIDECARS.frame(beside), splits)


def _demand_pictures(files: Sequence[Found], sidecars: int, source: Location) -> None:
    """SourceError where there is nothing but sidecars, or but links that are not followed."""
    if not files:
        raise SourceError(
            f"no picture in {source}, only {sidecars} files that belong to one (images.sidecars): "
            "expected class_name/picture.jpg"
        )
    if all(file.error.startswith("link_") for file in files):
        outside = sum(file.error == "link_outside" for file in files)
        lost = "all links in it are broken, or lead to folders in it"
        told = links_told(outside, len(files)) if outside else lost
        raise SourceError(f"nothing to read in {source}: {told}")


def _set_aside_row(entry: SetAside) -> dict[str, object]:
    return {"path": display(entry.path_bytes), "pattern": entry.pattern, "files": entry.files}
