"""The report of rejected images."""

import dagster as dg
import pandas as pd

from assets.display import picture
from assets.results import table
from curation.camp2022 import Camp2022Params
from curation.project import Project
from curation.report import plots
from curation.report.contact_sheet import contact_sheet
from curation.report.page import Findings, ReportParams, build_report
from curation.signals import SIGNALS
from curation.thumbnails import Thumbnails


class ReportConfig(ReportParams, dg.Config):
    """How much the report shows."""


@dg.asset(group_name="verdict", kinds={"html"}, code_version="1")
def rejected_report(
    verdicts: pd.DataFrame,
    images: pd.DataFrame,
    signals: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: ReportConfig,
    project: dg.ResourceParam[Project],
) -> dg.MaterializeResult[pd.DataFrame]:
    """report.html in the workspace: what came in, what stayed, and every rejected picture by reason."""
    read = Thumbnails(project.workspace, thumbnails)
    limits = {signal.name: Camp2022Params().cuts(signal) for signal in SIGNALS}
    page = build_report(verdicts, images, read=read, params=config, findings=Findings(signals=signals, limits=limits))
    place = project.workspace.publish("report.html", page.encode())
    rejected = verdicts[(verdicts["outcome"] == "rejected") & (verdicts["reason"] != "unreadable")]
    sheets = {
        f"sheet_{reason}": picture(contact_sheet(rows["image_id"].tolist(), read), f"rejected as {reason}")
        for reason, rows in rejected.groupby("reason")
    }
    return table(
        rejected[["path", "reason", "explanation"]],
        report=dg.MetadataValue.path(place),
        outcomes=picture(plots.outcome_flow(verdicts), "files by outcome"),
        **sheets,
    )
