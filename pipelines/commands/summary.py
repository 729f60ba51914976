"""What `inksift run` and `inksift judge` say when they are done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.reasons import LABEL_CONFLICT
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
from inksift.pipelines.commands.listener import Heard

_UNITS = {
    "images": "images decoded",
    "test_images": "test images decoded",
    "embeddings": "features of",
    "pairs": "pairs compared",
    "object_counts": "objects counted on",
    "classifier": "epochs trained",
}


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
            name: heard.metadata[name]["measured"] for name in _UNITS if name in heard.metadata
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


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    outcomes, reasons = told["outcomes"], told["reasons"]
    counted = ", ".join(f"{count} {name}" for name, count in outcomes.items())
    yield (
        f"{told['files']} file{'' if told['files'] == 1 else 's'} in {told['seconds']:.0f} s: "
        f"{counted}"
    )
    if waiting := outcomes["review"] - told["label_conflicts"]:
        yield (
            f"  under review {waiting:19d}, counted as {told['review_counts_as']} "
            "(curated_dataset.review)"
        )
    if told["label_conflicts"]:
        yield (
            f"  in several classes {told['label_conflicts']:13d}, left out until a person says "
            f"which ({LABEL_CONFLICT.name})"
        )
    if told["decided_by_people"]:
        yield f"  decided by people {told['decided_by_people']:14d}"
    yield from (
        f"  rejected as {reason:<14}{count:6d}" for reason, count in sorted(reasons.items())
    )
    yield "measured now: " + ", ".join(
        f"{_UNITS[name]} {count}" for name, count in told["measured"].items()
    )
    if told["f1"]:
        macro, accuracy = (_score(told["f1"][name]) for name in ("macro_f1", "accuracy"))
        yield f"macro F1 {macro}, accuracy {accuracy} ({told['f1']['test_set']})"
    if told["truth"]:
        yield "found against the known truth:"
        yield from (
            f"  {row['what']:<34}{row['found']:5d} of {row['planted']:5d}" for row in told["truth"]
        )
    yield from _run_lines(told["run"])
    yield from (f"note: {line}" for line in told["folder"])
    if told["differs_from_setup"]:
        yield "note: this run differs from the setup of the workspace:"
        yield from (f"  {line}" for line in told["differs_from_setup"])
    yield from (f"note: {line}" for line in told["setup"])
    yield from (f"warning: {line}" for line in told["warnings"])
    yield from (f"  {place}" for place in told["places"].values())


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


def _run_lines(run: dict[str, Any]) -> Iterator[str]:
    """What became of this run and of those before."""
    again = "came out as before and is kept once" if run["repeats"] else "is kept"
    yield f"run {run['run']} {again}: {run['folder']}"
    if run["removed"]:
        count = len(run["removed"])
        yield (
            f"removed the oldest {'run' if count == 1 else f'{count} runs'} (kept_run.most): "
            f"{', '.join(run['removed'])}"
        )
    yield from (
        f"note: the {page['title']} of run {page['run']}, of {page['of']}, stays in {page['place']}"
        for page in run["elsewhere"]
    )


def as_json(told: dict[str, Any]) -> str:
    """The summary as one JSON object."""
    return json.dumps(told, indent=1, allow_nan=False)


def folder_told(heard: Heard) -> list[str]:
    """What a person should know of the source folder and of the trusted test folder."""
    own, copies, of_test = (
        heard.metadata.get(name, {}).get("notes", [])
        for name in ("images", "duplicates", "test_images")
    )
    return [*own, *copies, *(f"in the trusted test folder: {note}" for note in of_test)]


def _warnings(decisions: pd.DataFrame, heard: Heard, review: str) -> Iterator[str]:
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


def _score(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


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
