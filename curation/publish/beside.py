"""What an export carries along with its pictures: sidecars, and the split that each was given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from inksift.curation.dedup.across import splits_of_kept
from inksift.curation.gather.folder.choice import ending
from inksift.curation.gather.folder.layout import GIVEN_SPLITS
from inksift.curation.gather.folder.reach import Reach
from inksift.curation.gather.folder.safe_open import RefusedError, read_chunks
from inksift.curation.gather.folder.sidecars import CAPTIONS, SIDECARS
from inksift.curation.gather.folder.walk import UNLABELLED
from inksift.curation.store.files import atomic_file

_MOST_BYTES = 2**40
"""A sidecar of any size is carried, chunk by chunk; what is larger is no file of this world."""

_MOST_CAPTION_BYTES = 2**20
"""A caption longer than this is none."""


class Sidecar(NamedTuple):
    """A file that belongs to a picture, by its path below the source, safe to show and raw."""

    path: str
    path_bytes: bytes


class Beside(NamedTuple):
    """By the path of each picture: its sidecars, all classes that copies of it are filed under, and
    the split that it was given ("" for none); and the folders that links of the source may lead
    into."""

    sidecars: Mapping[str, list[Sidecar]] = MappingProxyType({})
    labels: Mapping[str, list[str]] = MappingProxyType({})
    splits: Mapping[str, str] = MappingProxyType({})
    link_roots: tuple[Path, ...] = ()


NOTHING_BESIDE = Beside()
"""Of a source that holds nothing but pictures."""


def beside_of(
    images: pd.DataFrame,
    sidecars: pd.DataFrame,
    given_splits: pd.DataFrame,
    duplicates: pd.DataFrame,
    link_roots: tuple[Path, ...],
) -> Beside:
    """What lies beside the pictures, of FOUND_FILES, SIDECARS, GIVEN_SPLITS and GROUPED_FILES."""
    rows = SIDECARS.check(sidecars)
    of_pictures: dict[str, list[Sidecar]] = {}
    for row in rows[rows["picture"] != ""].sort_values("path").to_dict("records"):
        of_pictures.setdefault(row["picture"], []).append(Sidecar(row["path"], row["path_bytes"]))
    given = GIVEN_SPLITS.check(given_splits)
    splits = splits_of_kept(duplicates, given) if len(given) else pd.Series()
    by_path = dict(zip(splits.index, splits, strict=True))
    return Beside(of_pictures, _labels(images, duplicates), by_path, link_roots)


def _labels(images: pd.DataFrame, duplicates: pd.DataFrame) -> dict[str, list[str]]:
    """The classes that copies of each kept file are filed under, in order."""
    label_of = dict(zip(images["path"], images["label"], strict=True))
    groups = duplicates.groupby("group")["path"].agg(list).to_dict()
    kept = duplicates[duplicates["keep"]]
    found: dict[str, list[str]] = {}
    for path, group in zip(kept["path"], kept["group"], strict=True):
        filed = {label_of[copy] for copy in groups[group]}
        found[path] = sorted(filed - {UNLABELLED} or filed)
    return found


def carry(reach: Reach, sidecar: Sidecar, place: Path) -> None:
    """Copy a sidecar as it is now; RefusedError when it cannot be read, and nothing is left
    behind."""
    with (
        reach.open(sidecar.path_bytes, max_bytes=_MOST_BYTES) as handle,
        atomic_file(place) as file,
    ):
        for chunk in read_chunks(handle, max_bytes=_MOST_BYTES):
            file.write(chunk)


def read_sidecar(reach: Reach, sidecar: Sidecar) -> bytes:
    """The bytes of a sidecar; RefusedError when it cannot be read."""
    with reach.open(sidecar.path_bytes, max_bytes=_MOST_BYTES) as handle:
        return b"".join(read_chunks(handle, max_bytes=_MOST_BYTES))


def caption_of(reach: Reach, sidecars: list[Sidecar]) -> str:
    """The text of the first caption among them, "" where there is none that can be read."""
    named = (one for one in sidecars if ending(one.path_bytes) in CAPTIONS)
    found = next(named, None)
    if found is None:
        return ""
    try:
        with reach.open(found.path_bytes, max_bytes=_MOST_CAPTION_BYTES) as handle:
            data = b"".join(read_chunks(handle, max_bytes=_MOST_CAPTION_BYTES))
    except RefusedError:
        return ""
    return data.decode("utf-8-sig", "replace").strip()
