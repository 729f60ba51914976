"""What a run came to, as plain values: for the command line, and for Python."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.drawing.templating import records
from inksift.curation.project import Project
from inksift.curation.report.siblings import elsewhere_now
from inksift.curation.sample import read_truth, score_against_truth
from inksift.curation.store.published import read_decisions, read_review
from inksift.curation.verdict.conflicts import is_conflict
from inksift.curation.verdict.conservation import OUTCOMES, by_people
from inksift.curation.verdict.curated import staying
from inksift.curation.verdict.several import several_told
from inksift.pipelines.chain import ChainRun
from inksift.pipelines.listener import Heard

_MEASURED = ("images", "test_images", "embeddings", "pairs", "object_counts", "classifier")
"""The steps that say how much of their work was new."""


def summary(ended: ChainRun, *, truth: Path | None) -> dict[str, Any]:
    """Counts, scores and places of a run as plain values, ready for JSON."""
    project, heard = ended.project, ended.heard
    decisions, review = read_decisions(project.workspace), read_review(project.workspace)
    root = project.workspace.root
    places = [
        root / name
        for name in (
            "report.html",
            "decisions.csv",
            "decisions.parquet",
            "f1_report.html",
            "f1_report.json",
        )
    ]
    return {
        **counted(decisions, review),
        "measured": {
            name: heard.metadata[name]["measured"] for name in _MEASURED if name in heard.metadata
        },
        "f1": _f1(heard),
        "truth": _against_truth(truth, decisions),
        "folder": folder_told(heard),
        "warnings": [*heard.warnings, *_warnings(decisions, heard, review)],
        "seconds": round(ended.seconds, 1),
        "run": _run(project, heard),
        "workspace": str(root),
        "places": {path.name: str(path) for path in places if path.exists()},
        "differs_from_setup": ended.differs,
        "setup": ended.setup,
    }


def counted(decisions: pd.DataFrame, review: str) -> dict[str, Any]:
    """How many files DECISIONS are of, and what became of them, where those under review count as
    `review`."""
    rejected = decisions.loc[decisions["outcome"] == "rejected", "reason"]
    return {
        "files": len(decisions),
        "outcomes": {name: int((decisions["outcome"] == name).sum()) for name in OUTCOMES},
        "review_counts_as": review,
        "decided_by_people": int(by_people(decisions).sum()),
        "label_conflicts": int(is_conflict(decisions).sum()),
        "reasons": rejected.value_counts().to_dict(),
    }


def folder_told(heard: Heard) -> list[str]:
    """What a person should know of the source folder and of the trusted test folder."""
    own, copies, of_test = (
        heard.metadata.get(name, {}).get("notes", [])
        for name in ("images", "duplicates", "test_images")
    )
    return [*own, *copies, *(f"in the trusted test folder: {note}" for note in of_test)]


def unprotected_told(heard: Heard) -> Iterator[str]:
    """A line on the layers of the sandbox that were missing where pictures were decoded; nothing
    where all were there."""
    own, of_test = (
        heard.metadata.get(name, {}).get("unprotected", []) for name in ("images", "test_images")
    )
    missing = {*own, *of_test}
    if missing:
        yield f"pictures were decoded in a sandbox that lacks: {', '.join(sorted(missing))}"


def _run(project: Project, heard: Heard) -> dict[str, Any]:
    """The name of the run, the folder in which it is kept, whether it came out as one that was kept
    before, which were removed, and what only earlier runs have."""
    kept, decided = heard.metadata["kept_run"], heard.metadata["curated_dataset"]
    return {
        **{name: kept[name] for name in ("run", "folder", "removed")},
        "repeats": decided["repeats"],
        "elsewhere": [
            page._asdict() | {"of": page.of} for page in elsewhere_now(project.workspace)
        ],
    }


def _warnings(decisions: pd.DataFrame, heard: Heard, review: str) -> Iterator[str]:
    yield from unprotected_told(heard)
    told = several_told(decisions)
    if told:
        yield told
    elif staying(decisions, review).empty:
        yield "nothing was kept: see the reasons in report.html"
    split = heard.metadata.get("splits", {})
    if left_out := split.get("left_out", 0):
        tested = "trusted test" if split["trusted_test"] else "test or validation"
        yield (
            f"{left_out} kept pictures are copies or variants of a {tested} picture: not trained on"
        )


def _f1(heard: Heard) -> dict[str, Any] | None:
    reported = heard.metadata.get("f1_report")
    return (
        {name: reported[name] for name in ("macro_f1", "accuracy", "test_set")}
        if reported
        else None
    )


def _against_truth(truth: Path | None, decisions: pd.DataFrame) -> list[dict[str, Any]]:
    if truth is None:
        return []
    score = score_against_truth(read_truth(truth), decisions)
    return records(score)
