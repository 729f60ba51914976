"""What `inksift run` and `inksift judge` say when they are done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from curation.project import Project
from curation.publish.published import read_decisions
from curation.sample import read_truth, score_against_truth
from pipelines.listener import Heard

_PER_IMAGE = ("images", "test_images", "object_counts", "embeddings", "classifier")


def summary(project: Project, heard: Heard, *, seconds: float, truth: Path | None) -> dict[str, Any]:
    """Counts, scores and places as plain values, ready for JSON."""
    decisions = read_decisions(project.workspace)
    root = project.workspace.root
    places = [
        root / name
        for name in ("report.html", "decisions.csv", "decisions.parquet", "f1_report.html", "f1_report.json")
    ]
    return {
        "files": len(decisions),
        "outcomes": decisions["outcome"].value_counts().to_dict(),
        "reasons": decisions.loc[decisions["outcome"] == "rejected", "reason"].value_counts().to_dict(),
        "measured": {name: heard.metadata[name]["measured"] for name in _PER_IMAGE if name in heard.metadata},
        "f1": _f1(heard),
        "truth": _against_truth(truth, decisions),
        "warnings": heard.warnings,
        "seconds": round(seconds, 1),
        "workspace": str(root),
        "places": {path.name: str(path) for path in places if path.exists()},
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for a person."""
    outcomes, reasons = told["outcomes"], told["reasons"]
    yield f"{told['files']} files in {told['seconds']:.0f} s: " + ", ".join(
        f"{outcomes.get(name, 0)} {name}" for name in ("kept", "review", "rejected")
    )
    yield from (f"  rejected as {reason:<14}{count:6d}" for reason, count in sorted(reasons.items()))
    yield "measured now: " + ", ".join(f"{count} {name}" for name, count in told["measured"].items())
    if told["f1"]:
        yield "macro F1 {macro_f1:.3f}, accuracy {accuracy:.3f} ({test_set})".format(**told["f1"])
    if told["truth"]:
        yield "found against the known truth:"
        yield from (f"  {row['what']:<34}{row['found']:5d} of {row['planted']:5d}" for row in told["truth"])
    yield from (f"warning: {line}" for line in told["warnings"])
    yield from (f"  {place}" for place in told["places"].values())


def as_json(told: dict[str, Any]) -> str:
    """The summary as one JSON object."""
    return json.dumps(told, indent=1, allow_nan=False)


def _f1(heard: Heard) -> dict[str, Any] | None:
    reported = heard.metadata.get("f1_report")
    return {name: reported[name] for name in ("macro_f1", "accuracy", "test_set")} if reported else None


def _against_truth(truth: Path | None, decisions: pd.DataFrame) -> list[dict[str, Any]]:
    if truth is None:
        return []
    score = score_against_truth(read_truth(truth), decisions)
    return [{str(name): value for name, value in row.items()} for row in score.to_dict("records")]
