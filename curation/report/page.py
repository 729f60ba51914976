"""The report: one HTML page that holds all it shows, asks for nothing, and runs no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from pydantic import Field

from curation.medium.votes import VOTES
from curation.params import Params
from curation.profile import before_and_after
from curation.report import plots
from curation.report.copies import copies_values
from curation.report.findings import Findings
from curation.report.gallery import galleries
from curation.report.photographs import outcome_per_picture, photographs_values
from curation.report.templating import Figure, figure, records, render_page
from curation.rgb import Rgb
from curation.signals.base import Limits
from curation.tables import DUPLICATES
from curation.verdicts.conservation import OUTCOMES


class ReportParams(Params):
    """How much the report shows."""

    thumbnails_per_reason: int = Field(60, ge=0, le=2000, description="Thumbnails shown for each reason")
    thumbnail_px: int = Field(128, ge=32, le=320, description="Longest side of a thumbnail")
    table_rows: int = Field(500, ge=10, le=100_000, description="Rows shown of a table of classes or unreadable files")


def build_report(
    decisions: pd.DataFrame,
    images: pd.DataFrame,
    *,
    read: Callable[[str], Rgb],
    params: ReportParams,
    findings: Findings | None = None,
) -> str:
    """The page for a DECISIONS and an IMAGES frame; `read` gives the thumbnail of an image_id."""
    findings = findings or Findings()
    balance = before_and_after(decisions)
    unreadable = images[~images["readable"]].sort_values("path")
    return render_page(
        "report.html.j2",
        notes=findings.notes,
        totals=_totals(decisions),
        flow=_flow(decisions),
        flow_figure=figure(
            "Files by outcome", "Bars: files kept, for review, and rejected", plots.outcome_flow(decisions)
        ),
        balance=_capped(balance, params.table_rows),
        balance_figure=figure(
            "Pictures per class, found and kept", "Bars: the table beside it", plots.class_balance(balance)
        ),
        source_figures=_source_figures(images),
        signal_figures=_signal_figures(decisions, findings),
        clusters=_clusters(findings),
        copies=copies_values(decisions, findings, read, most=params.thumbnails_per_reason, side_px=params.thumbnail_px),
        photographs=photographs_values(decisions, findings, most_classes=params.table_rows),
        galleries=galleries(
            decisions,
            images,
            read,
            most=params.thumbnails_per_reason,
            side_px=params.thumbnail_px,
            votes=VOTES.frame([]) if findings.votes is None else findings.votes,
            duplicates=DUPLICATES.frame([]) if findings.duplicates is None else findings.duplicates,
        ),
        unreadable=_capped(unreadable[["path", "label", "error", "note"]], params.table_rows),
    )


def _totals(decisions: pd.DataFrame) -> dict[str, int]:
    counts = decisions["outcome"].value_counts()
    return {"found": len(decisions)} | {outcome: int(counts.get(outcome, 0)) for outcome in OUTCOMES}


def _flow(decisions: pd.DataFrame) -> list[dict[str, Any]]:
    counts = decisions.value_counts(["outcome", "stage", "reason"]).rename("count").reset_index()
    counts["share"] = counts["count"] / max(len(decisions), 1)
    order = counts["outcome"].map(OUTCOMES.index)
    return records(counts.assign(order=order).sort_values(["order", "count"], ascending=[True, False]))


def _capped(frame: pd.DataFrame, most: int) -> dict[str, Any]:
    return {"rows": records(frame.head(most)), "more": max(0, len(frame) - most)}


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
                known[name].to_numpy(float), rejected, name=name, keep=findings.limits.get(name, Limits())
            ),
        )
        for name in map(str, known.columns.drop("image_id"))
    ]


def _clusters(findings: Findings) -> dict[str, Any] | None:
    if findings.comparison is None:
        return None
    comparison = findings.comparison
    figures = [
        figure("The methods side by side", "Bars: the table above", plots.cluster_comparison(comparison), wide=True)
    ]
    return {"columns": list(comparison.columns), "rows": comparison.to_numpy().tolist(), "figures": figures}
