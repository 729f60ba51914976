"""The report: an HTML page that asks for nothing, and runs no script but its own. A small one holds
all that it shows; of a large one most pictures lie in files beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
from pydantic import Field

from inksift.curation.base.among import is_among
from inksift.curation.base.params import Params
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DUPLICATES
from inksift.curation.drawing.templating import Figure, capped, figure
from inksift.curation.gather.profile import before_and_after
from inksift.curation.gather.signals.base import Limits
from inksift.curation.report import plots
from inksift.curation.report.beside import Shelf
from inksift.curation.report.copies import copies_values
from inksift.curation.report.finder import Finder
from inksift.curation.report.findings import Findings
from inksift.curation.report.flow import flow
from inksift.curation.report.gallery import FIRST, Gallery, galleries
from inksift.curation.report.people import people_values
from inksift.curation.report.photographs import outcome_per_picture, photographs_values
from inksift.curation.report.rendering import render_page
from inksift.curation.report.tiles import Facts
from inksift.curation.report.unreadable import unreadable_values
from inksift.curation.verdict.conservation import OUTCOMES, by_people
from inksift.curation.verdict.medium.votes import VOTES


class ReportParams(Params):
    """How much the report shows."""

    one_file: int = Field(
        2000,
        ge=0,
        le=20_000,
        description="Pictures up to which the report is one file; of more, report-data holds most",
    )
    thumbnail_px: int = Field(128, ge=32, le=320, description="Longest side of a thumbnail")
    table_rows: int = Field(
        500, ge=10, le=100_000, description="Rows shown of a table of classes or unreadable files"
    )


def build_report(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    *,
    read: Callable[[str], Rgb],
    params: ReportParams,
    findings: Findings | None = None,
    shelf: Shelf | None = None,
    made_of: str = "",
    pictures_version: str = "",
    part_of: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page for a DECISIONS and an IMAGES frame; `read` gives the thumbnail of an image_id.

    Where there are more pictures than `params.one_file`, most of them go on the `shelf`; where none
    is given, the page holds all. `made_of` is a digest of all that went in, which the page carries,
    `pictures_version` that of what `read` gives; `part_of` tells by image_id what is stored
    together, so that pictures that came later share the files of no others."""
    findings = findings or Findings()
    balance = before_and_after(decisions)
    facts = _facts(decisions, images, findings)
    parts = galleries(decisions, images, facts, read, side_px=params.thumbnail_px)
    finder = Finder(parts, images, facts, read)
    if shelf is None or len(finder) <= params.one_file:
        shown, loads = finder.in_page(params.thumbnail_px), False
    else:
        shown = finder.beside(
            shelf, side_px=params.thumbnail_px, version=pictures_version, part_of=part_of
        )
        loads = True
    return render_page(
        "report.html.j2",
        script="report.js",
        loads=loads,
        made_of=made_of,
        notes=findings.notes,
        totals=_totals(decisions),
        flow=flow(decisions),
        balance=capped(balance, params.table_rows),
        balance_figure=figure(
            "Pictures per class, found and kept",
            "Bars: the table beside it",
            plots.class_balance(balance),
        ),
        source_figures=_source_figures(images),
        signal_figures=_signal_figures(decisions, findings),
        clusters=_clusters(findings),
        copies=copies_values(decisions, findings, read, most=FIRST, side_px=params.thumbnail_px),
        photographs=photographs_values(decisions, findings, most_classes=params.table_rows),
        people=people_values(
            decisions,
            images,
            facts,
            findings,
            read,
            most=FIRST,
            side_px=params.thumbnail_px,
        ),
        galleries=parts,
        held={part.key for part in parts},
        by_people=sum(_by_people(part) for part in parts),
        finder=shown,
        unreadable=unreadable_values(images, most=params.table_rows),
    )


def _by_people(part: Gallery) -> int:
    """Tiles of pictures that people decided on."""
    return int(by_people(part.rows).sum())


def _totals(decisions: pd.DataFrame) -> dict[str, int]:
    counts = decisions["outcome"].value_counts()
    return {"found": len(decisions)} | {
        outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES
    }


def _facts(decisions: pd.DataFrame, images: pd.DataFrame, findings: Findings) -> Facts:
    # what was simply kept has no tile, unless it is beside one
    noteworthy = (decisions["outcome"] != "kept") | by_people(decisions)
    beside = is_among(decisions["path"], decisions["duplicate_of"])
    return Facts(
        decisions[noteworthy | beside],
        images,
        DUPLICATES.frame([]) if findings.duplicates is None else findings.duplicates,
        VOTES.frame([]) if findings.votes is None else findings.votes,
    )


def _source_figures(images: pd.DataFrame) -> list[Figure]:
    return [
        figure("Width and height", "Dots: width against height in pixels", plots.sizes(images)),
        figure("Aspect ratio", "Histogram of width to height", plots.aspects(images)),
        figure("Format, by content", "Bars: pictures per format", plots.formats(images)),
    ]


def _signal_figures(decisions: pd.DataFrame, findings: Findings) -> list[Figure]:
    if findings.signals is None:
        return []
    outcome = findings.signals["image_id"].map(outcome_per_picture(decisions)["outcome"])
    known = findings.signals[outcome.notna()]
    rejected = (outcome[outcome.notna()] == "rejected").to_numpy()
    return [
        figure(
            name,
            f"Histogram of {name}, rejected pictures against the others",
            plots.signal_histogram(
                known[name].to_numpy(float),
                rejected,
                name=name,
                keep=findings.limits.get(name, Limits()),
            ),
        )
        for name in map(str, known.columns.drop("image_id"))
    ]


def _clusters(findings: Findings) -> dict[str, Any] | None:
    if findings.comparison is None:
        return None
    comparison = findings.comparison
    figures = [
        figure(
            "The methods side by side",
            "Bars: the table above",
            plots.cluster_comparison(comparison),
            wide=True,
        )
    ]
    return {
        "columns": list(comparison.columns),
        "rows": comparison.to_numpy().tolist(),
        "figures": figures,
    }
