"""The report of rejected images."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg
import pandas as pd

from inksift.assets.shared.display import picture
from inksift.assets.shared.results import table
from inksift.assets.shared.reuse import MADE_OF, made_before, made_of
from inksift.assets.shared.stage import Made, Stage
from inksift.curation.base.reasons import UNREADABLE_FILE
from inksift.curation.dedup.across import across_notes, across_splits
from inksift.curation.drawing.contact_sheet import contact_sheet
from inksift.curation.drawing.words import reason_of_one
from inksift.curation.evidence.objects import DETECTOR_UNAVAILABLE, NOT_NEEDED
from inksift.curation.gather.listing import FolderFacts
from inksift.curation.gather.notes import folder_notes
from inksift.curation.project import Project, RunSettings, departures_told
from inksift.curation.report import plots, vote_plots
from inksift.curation.report.findings import Findings, published_thresholds
from inksift.curation.report.page import ReportParams, build_report
from inksift.curation.report.photographs import loudest_first
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import review_command
from inksift.curation.report.tiles import likeliest_first
from inksift.curation.runs.record import current_run
from inksift.curation.store.published import REPORT_DATA, REPORT_PAGE, all_as_published
from inksift.curation.store.published_folder import PublishedFolder, published_within
from inksift.curation.store.thumbnails import SingleThumbnails, Thumbnails
from inksift.curation.verdict.conservation import by_people
from inksift.curation.verdict.several import several_told
from inksift.curation.verdict.signal_limits import limits_by_name

_NO_DETECTOR = (
    "The detector's weights were not found: no objects were counted, and there are no boxes."
)
_REVIEW_APP = "http://127.0.0.1:8600/"


class ReportConfig(ReportParams, dg.Config):
    """How much the report shows."""


STAGE = Stage(
    "rejected_report",
    settings=ReportParams,
    tables={"rejected_report": Made(None)},
    version=8,
    kinds={"html"},
    work="publishes",
)


_FOUND = (
    "duplicates",
    "kept_apart",
    "families",
    "pair_search",
    "signals",
    "signal_limits",
    "cluster_comparison",
    "object_counts",
    "votes",
    "vote_quality",
    "queue",
    "targets",
    "removal_rates",
    "human_decisions",
    "machine_verdicts",
    *FolderFacts._fields,
)


@STAGE.asset(reads=_FOUND, deps=["ledger", "curated_dataset"], dagster_type=dg.Any)
def rejected_report(
    context: dg.AssetExecutionContext,
    verdicts: pd.DataFrame,
    images: pd.DataFrame,
    thumbnails: pd.DataFrame,
    config: ReportConfig,
    project: dg.ResourceParam[Project],
    run_settings: dg.ResourceParam[RunSettings],
    **found: pd.DataFrame,
) -> dg.MaterializeResult[pd.DataFrame]:
    """report.html in the workspace: what came in, what stayed, and every picture rejected or for
    review, by reason; of many pictures most lie in report-data beside it."""
    told = run_settings.differs
    digest = _made_of(project, config, told, found["cluster_comparison"])
    before = made_before(context, STAGE, project, digest)
    if before and _is_published(project, digest):
        _publish(project, _published_page(project))
        return before[STAGE.name].again()
    read = Thumbnails(project.workspace, thumbnails)
    shelf = PublishedFolder(project.workspace, REPORT_DATA, ".js")
    page = build_report(
        verdicts,
        images,
        read=read,
        params=config,
        findings=_findings(found, project, _notes(verdicts, images, found, told)),
        shelf=shelf,
        made_of=digest,
        pictures_version=read.version,
        part_of=dict(zip(thumbnails["image_id"], thumbnails["part"], strict=True)),
    )
    shelf.enlist()
    place = _publish(project, page)
    shelf.clear()
    rejected = _rejected_pictures(verdicts)
    return table(
        rejected[["path", "reason", "explanation"]],
        report=dg.MetadataValue.path(place),
        review_app=dg.MetadataValue.url(_REVIEW_APP),
        review_command=dg.MetadataValue.md(_how_to_review(project)),
        decided_by_people=int(by_people(verdicts).sum()),
        outcomes=picture(plots.outcome_flow(verdicts), "files by outcome"),
        voters=picture(
            vote_plots.voter_quality(loudest_first(found["vote_quality"])), "AUROC of each voter"
        ),
        **{MADE_OF: digest},
        **dict(_contact_sheets(verdicts, SingleThumbnails(project.workspace, thumbnails))),
    )


def _made_of(
    project: Project, config: ReportConfig, differs: Sequence[str], comparison: pd.DataFrame
) -> str:
    """A digest of all that the page shows, but for the run that it is of, and for how long the
    clusters took, which is another time whenever they are made."""
    read = {"verdicts", "images", "thumbnails", *_FOUND} - {"cluster_comparison"}
    return made_of(
        STAGE,
        project,
        read,
        settings=config.model_dump(),
        differs=list(differs),
        clusters=comparison.drop(columns="seconds", errors="ignore").to_json(),
        thresholds=published_thresholds(project.workspace),
        review=_how_to_review(project),
    )


def _is_published(project: Project, digest: str) -> bool:
    """Whether the page that was made of this lies there, with all that it loads."""
    workspace = project.workspace
    names = [REPORT_PAGE, *published_within(workspace, REPORT_DATA)]
    sound = all_as_published(workspace, names)
    return sound and (workspace.root / REPORT_PAGE).is_file() and digest in _published_page(project)


def _published_page(project: Project) -> str:
    return (project.workspace.root / REPORT_PAGE).read_text(encoding="utf-8")


def _publish(project: Project, page: str) -> Path:
    """Publish the page as one of the current run."""
    page = with_run(page, current_run(project.workspace))
    return project.workspace.publish(REPORT_PAGE, page.encode())


def _notes(
    verdicts: pd.DataFrame,
    images: pd.DataFrame,
    found: Mapping[str, pd.DataFrame],
    differs: Sequence[str],
) -> list[str]:
    """What a reader should know before anything else."""
    beside = FolderFacts(**{name: found[name] for name in FolderFacts._fields})
    across = across_splits(found["duplicates"], beside.given_splits)
    several = filter(None, [several_told(verdicts)])
    return [
        *departures_told(differs),
        *folder_notes(images, beside),
        *across_notes(across),
        *several,
    ]


def _findings(found: Mapping[str, pd.DataFrame], project: Project, notes: list[str]) -> Findings:
    """What the stages found, from their tables by name, and notes on the folder."""
    reject_threshold, keep_threshold = published_thresholds(project.workspace) or (None, None)
    return Findings(
        duplicates=found["duplicates"],
        apart=found["kept_apart"],
        families=found["families"],
        search=found["pair_search"],
        signals=found["signals"],
        limits=limits_by_name(found["signal_limits"]),
        comparison=found["cluster_comparison"],
        votes=found["votes"],
        quality=found["vote_quality"],
        queue=found["queue"],
        targets=found["targets"],
        removal_rates=found["removal_rates"],
        reject_threshold=reject_threshold,
        keep_threshold=keep_threshold,
        human=found["human_decisions"],
        machine=found["machine_verdicts"],
        notes=[*notes, *_uncounted(found["object_counts"])],
    )


def _uncounted(object_counts: pd.DataFrame) -> Iterator[str]:
    """What to know of pictures that no detector looked at."""
    status = object_counts["status"]
    if (status == DETECTOR_UNAVAILABLE).any():
        yield _NO_DETECTOR
    if left_out := int((status == NOT_NEEDED).sum()):
        yield (
            f"Objects were counted only where the verdict is in doubt: {left_out} of {len(status)} "
            "pictures have no count (object_counts.only)."
        )


def _rejected_pictures(verdicts: pd.DataFrame) -> pd.DataFrame:
    return verdicts[
        (verdicts["outcome"] == "rejected") & (verdicts["reason"] != UNREADABLE_FILE.name)
    ]


def _contact_sheets(
    verdicts: pd.DataFrame, read: SingleThumbnails
) -> Iterator[tuple[str, dg.MarkdownMetadataValue]]:
    """A sheet per reason, one of what is for review, one of what people decided; the likeliest
    photographs first."""
    for reason, rows in _rejected_pictures(verdicts).groupby("reason"):
        yield from _sheet(str(reason), f"rejected: {reason_of_one(str(reason))}", rows, read)
    yield from _sheet("review", "for review", verdicts[verdicts["outcome"] == "review"], read)
    yield from _sheet("decided_by_people", "decided by people", verdicts[by_people(verdicts)], read)


def _sheet(
    name: str, title: str, rows: pd.DataFrame, read: SingleThumbnails
) -> Iterator[tuple[str, dg.MarkdownMetadataValue]]:
    """The sheet under its name; nothing where there is no picture."""
    sheet = contact_sheet(likeliest_first(rows)["image_id"].tolist(), read)
    if sheet:
        yield f"sheet_{name}", picture(sheet, title)


def _how_to_review(project: Project) -> str:
    """The command that serves these pictures in the browser, as Markdown."""
    review = review_command(project.workspace, project.ledger.name)
    return f"```\n{review}\n```\nprints the address that lets you in, and ends with Ctrl+C"
