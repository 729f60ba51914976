"""Labelled pictures: folders whose `manifest.csv` says of each picture what it is and where it is
from.

Columns of a manifest, in any order; others are not read:

    path      relative to the folder, with /
    kind      illustration or photo
    class     what a photograph shows; tells its family (see `families`)
    style     how an illustration is made; tells its family
    source    where the picture is from, as owner/collection; what follows an @ is not part of it
    licence   may be left out; named on the card"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import DataError, ParamError
from inksift.curation.base.media import ILLUSTRATION, PHOTO
from inksift.curation.base.tables import Table
from inksift.curation.gather.images import ImageParams, find_images
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.fitting.families import family
from inksift.curation.verdict.medium.fitting.sources import what_cannot_be_left_out

log = logging.getLogger("inksift")

MANIFEST = "manifest.csv"
COLUMNS = ("path", "kind", "class", "style", "source")
KINDS = (ILLUSTRATION, PHOTO)
NO_LICENCE = "not stated"

UNCERTAIN_STYLES = ("old_halftone_photo", "engraving_object")
"""Left out of every fit: photographs printed as halftone, and engravings made after photographs,
are both at once."""

LABELLED = Table(
    "labelled",
    {
        "image_id": "str",
        "path": "str",
        "photo": "bool",
        "family": "str",
        "style": "str",
        "source": "str",
        "licence": "str",
    },
    key=("image_id",),
)
"""One row per distinct labelled picture; `path` begins with the name of its folder."""


class Labelled(NamedTuple):
    """The pictures of all folders."""

    table: pd.DataFrame
    """LABELLED: the first of each picture, in the order of the folders and of their manifests."""

    thumbnails: pd.DataFrame
    """THUMBNAILS of at least these pictures."""


def read_labelled(folders: Sequence[Path], workspace: Workspace) -> Labelled:
    """The pictures of folders with a manifest, decoded into the workspace where they are not yet.

    ParamError names the manifest that is absent, is no CSV, lacks a column, has a kind that is none
    or lists a picture that is not there; DataError where too few publishers hold pictures
    of a kind to leave any publisher out."""
    tables, thumbnails = [], []
    for folder in folders:
        manifest = _manifest(folder / MANIFEST)
        images = find_images(folder, workspace, ImageParams())
        tables.append(_labelled(folder, manifest, images.images))
        thumbnails.append(images.thumbnails)
    table = pd.concat(tables, ignore_index=True).drop_duplicates("image_id")
    problem = what_cannot_be_left_out(table)
    if problem:
        raise DataError(f"{', '.join(str(folder / MANIFEST) for folder in folders)}: {problem}")
    located = pd.concat(thumbnails, ignore_index=True).drop_duplicates("image_id")
    return Labelled(LABELLED.check(table), located)


def _manifest(place: Path) -> pd.DataFrame:
    """The rows of a manifest as text."""
    try:
        rows = pd.read_csv(place, dtype="str", keep_default_na=False)
    except OSError as error:
        raise ParamError(
            f"cannot read {place} ({error.strerror}): give folders with a {MANIFEST} of the "
            f"columns {', '.join(COLUMNS)}"
        ) from None
    except ValueError as error:  # pandas' parser errors and undecodable bytes are ValueErrors
        raise ParamError(f"{place} is not CSV ({error}): save it as CSV in UTF-8") from None
    absent = [name for name in COLUMNS if name not in rows.columns]
    if absent:
        raise ParamError(f"{place} lacks the column(s) {', '.join(absent)}: add them")
    _demand_kinds(place, rows)
    return rows


def _demand_kinds(place: Path, rows: pd.DataFrame) -> None:
    wrong = rows[~rows["kind"].isin(KINDS)]
    if len(wrong):
        path, kind = wrong.iloc[0][["path", "kind"]]
        raise ParamError(
            f"{place}: {path} has the kind {kind!r}: write {' or '.join(KINDS)} "
            f"({len(wrong)} such row(s))"
        )


def _labelled(folder: Path, manifest: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """The LABELLED rows of one folder, where its pictures can be read."""
    absent = manifest.loc[~manifest["path"].isin(images["path"]), "path"]
    if len(absent):
        raise ParamError(
            f"{folder / MANIFEST} lists {absent.iloc[0]}, which is not in {folder}: add the "
            f"picture or take out its row ({len(absent)} such row(s))"
        )
    readable = images.loc[images["readable"], ["path", "image_id"]]
    rows = manifest.merge(readable, on="path")
    if len(rows) < len(manifest):
        lost = manifest.loc[~manifest["path"].isin(rows["path"]), "path"]
        log.warning("%d of %s cannot be read, such as %s", len(lost), folder, lost.iloc[0])
    rows = rows[~rows["style"].isin(UNCERTAIN_STYLES)]
    described = zip(rows["kind"], rows["style"], rows["class"], strict=True)
    families = [family(kind, style, group) for kind, style, group in described]
    columns = {
        "image_id": rows["image_id"],
        "path": folder.name + "/" + rows["path"],
        "photo": rows["kind"] == PHOTO,
        "family": pd.Series(families, index=rows.index, dtype="str"),
        "style": rows["style"],
        "source": rows["source"].str.replace(r"@.*", "", regex=True),
        "licence": rows.get("licence", NO_LICENCE),
    }
    return pd.DataFrame(columns)
