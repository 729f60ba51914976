"""Variants in the report: pairs with what was changed, and larger families as strips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import FAMILIES, KEPT_APART
from inksift.curation.drawing.outlines import Outline, changed_in_words, outlines
from inksift.curation.report.families import STRIP, Family, family_of, sides
from inksift.curation.report.findings import Findings
from inksift.curation.report.gallery import thumbnails
from inksift.curation.report.tiles import differing_bits
from inksift.curation.verdict.variants import is_thinned


@dataclass(frozen=True)
class StripLimits:
    """How much of families the page holds, so that a folder of frames does not fill it."""

    strips: int = 24
    """Families, the largest first."""

    pictures: int = 36
    """Pictures of a family."""

    side_px: int = 112
    """Longest side of a picture in a strip."""

    quality: int = 60
    """JPEG quality of a picture in a strip."""


_LIMITS = StripLimits()


@dataclass(frozen=True)
class PictureBeside:
    """One of two related pictures: its file, what became of it, and boxes around what changed."""

    path: str
    outcome: str
    thumbnail: str
    boxes: list[Outline]
    changed: str


@dataclass(frozen=True)
class Apart:
    """Two related pictures, how they are related, and how much changed, in words."""

    pictures: tuple[PictureBeside, PictureBeside]
    relation: str
    likeness: str
    changed: str


def variants_values(
    decisions: pd.DataFrame,
    findings: Findings,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
) -> dict[str, Any]:
    """What the chapter shows of related pictures: at most `most` pairs of which both stay, or would
    but for being variants, and the largest families."""
    apart = KEPT_APART.frame([]) if findings.apart is None else findings.apart
    families = FAMILIES.frame([]) if findings.families is None else findings.families
    rows = decisions.set_index("path", drop=False)
    members = _members(families, rows)
    pairs = _pairs(apart, rows, members)
    strips = _strips(members, apart, rows, read)
    return {
        "apart": _aparts(pairs.head(most), rows, read, side_px),
        "all_apart": len(pairs),
        "strips": strips,
        "all_strips": int(members["family"].nunique()),
    }


def _members(families: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of FAMILIES that are strips of which something stays, with those of DECISIONS, the
    largest family first."""
    told = families.join(rows[["image_id", "outcome", "reason"]], on="path")
    size = told.groupby("family")["path"].transform("size")
    stays = (told["outcome"] != "rejected").groupby(told["family"]).transform("any")
    strips = told.assign(size=size)[(size >= STRIP) & stays]
    return strips.sort_values(["size", "family", "path"], ascending=[False, True, True])


def _pairs(apart: pd.DataFrame, rows: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """The rows of KEPT_APART that no strip shows, and whose pictures stay or are variants."""
    shown = set(rows.loc[(rows["outcome"] != "rejected") | is_thinned(rows), "path"])
    strip = dict(zip(members["path"], members["family"], strict=True))
    both = apart["path"].isin(shown) & apart["other_path"].isin(shown)
    here, there = (apart[end].map(strip).astype("float64") for end in ("path", "other_path"))
    return apart[both & (here != there)]


def _strips(
    members: pd.DataFrame, apart: pd.DataFrame, rows: pd.DataFrame, read: Callable[[str], Rgb]
) -> list[Family]:
    largest = members[members["family"].isin(members["family"].unique()[: _LIMITS.strips])]
    shown = largest.groupby("family").head(_LIMITS.pictures)
    drawn = _thumbnails(shown["image_id"], rows, read, _LIMITS.side_px, _LIMITS.quality)
    ties = sides(apart)
    return [
        family_of(int(str(number)), some, ties, drawn.__getitem__, most=_LIMITS.pictures)
        for number, some in largest.groupby("family", sort=False)
    ]


def _aparts(
    pairs: pd.DataFrame, rows: pd.DataFrame, read: Callable[[str], Rgb], side_px: int
) -> list[Apart]:
    paths = pd.concat([pairs["path"], pairs["other_path"]])
    drawn = _thumbnails(rows.loc[paths.tolist(), "image_id"], rows, read, side_px)
    return [_apart(row, rows, drawn) for row in pairs.to_dict("records")]


def _apart(row: Mapping[Any, Any], rows: pd.DataFrame, drawn: Mapping[str, str]) -> Apart:
    likeness = [f"similarity {row['similarity']:.2f}", differing_bits(row["distance"])]
    return Apart(
        pictures=(
            _beside(row["path"], row["places"], rows, drawn),
            _beside(row["other_path"], row["other_places"], rows, drawn),
        ),
        relation=": ".join(filter(None, [row["relation"], row["transform"]])),
        likeness=", ".join(filter(None, likeness)),
        changed=changed_in_words(row["places"]),
    )


def _beside(path: str, places: str, rows: pd.DataFrame, drawn: Mapping[str, str]) -> PictureBeside:
    return PictureBeside(
        path,
        str(rows.at[path, "outcome"]),
        drawn[str(rows.at[path, "image_id"])],
        outlines(places),
        changed_in_words(places),
    )


def _thumbnails(
    image_ids: pd.Series, rows: pd.DataFrame, read: Callable[[str], Rgb], *size: int
) -> dict[str, str]:
    """Those of these pictures, read in the order of storage."""
    wanted = set(image_ids)
    stored_order = [image_id for image_id in rows["image_id"].unique() if image_id in wanted]
    return thumbnails(stored_order, read, *size)
