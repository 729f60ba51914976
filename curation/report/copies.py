"""The chapter on copies: classes in conflict, variants that were kept apart, and how the search
went."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from inksift.curation.base.reasons import LABEL_CONFLICT
from inksift.curation.base.rgb import Rgb
from inksift.curation.drawing.templating import records
from inksift.curation.report.findings import Findings
from inksift.curation.report.gallery import thumbnails
from inksift.curation.report.variants import variants_values
from inksift.curation.verdict.conflicts import is_conflict

MOST_FILES = 8
"""Files named of one picture."""


@dataclass(frozen=True)
class Conflict:
    """A picture in several classes: its kept file, what was said of it, path and class of its first
    files, and how many there are beyond them."""

    path: str
    explanation: str
    thumbnail: str
    files: Sequence[tuple[str, str]]
    more: int


def copies_values(
    decisions: pd.DataFrame,
    findings: Findings,
    read: Callable[[str], Rgb],
    *,
    most: int,
    side_px: int,
) -> dict[str, Any] | None:
    """What the chapter shows of a DECISIONS frame, at most `most` tiles of a kind; None where no
    copies were sought."""
    if findings.duplicates is None or findings.apart is None:
        return None
    conflicts = decisions[is_conflict(decisions)].sort_values("path")
    ids = dict(zip(decisions["path"], decisions["image_id"], strict=True))
    wanted = {ids[path] for path in conflicts["path"].head(most)}
    stored_order = [image_id for image_id in dict.fromkeys(ids.values()) if image_id in wanted]
    drawn = thumbnails(stored_order, read, side_px)
    files = _files_of(conflicts.head(most), decisions, findings.duplicates)
    return {
        "search": None if findings.search is None else records(findings.search)[0],
        "conflicts": [
            _conflict(row, drawn[ids[row["path"]]], files[row["path"]])
            for row in conflicts.head(most).to_dict("records")
        ],
        "in_conflict": len(conflicts),
        "listed_as": LABEL_CONFLICT.name,
        **variants_values(decisions, findings, read, most=most, side_px=side_px),
    }


def _files_of(
    conflicts: pd.DataFrame, decisions: pd.DataFrame, duplicates: pd.DataFrame
) -> dict[str, list[tuple[str, str]]]:
    """Path and class of all files that show the same picture, by the path of the kept one."""
    labels = dict(zip(decisions["path"], decisions["label"], strict=True))
    kept = duplicates["path"].where(duplicates["keep"], duplicates["duplicate_of"])
    files = duplicates["path"][kept.isin(conflicts["path"])].groupby(kept)
    found: dict[str, list[tuple[str, str]]] = {}
    for path, some in files:
        found[str(path)] = [(name, labels[name]) for name in sorted(some)]
    return found


def _conflict(row: Mapping[Any, Any], thumbnail: str, files: list[tuple[str, str]]) -> Conflict:
    return Conflict(
        path=row["path"],
        explanation=row["explanation"],
        thumbnail=thumbnail,
        files=files[:MOST_FILES],
        more=max(0, len(files) - MOST_FILES),
    )
