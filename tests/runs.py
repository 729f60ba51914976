"""Small runs in a workspace: decisions of a few files, published and kept as a run of the graph
does it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.tables import DECISIONS
from inksift.curation.report.siblings import keep_pages
from inksift.curation.runs.begin import begin_run, begin_training, keep_what_is_there
from inksift.curation.runs.keep import names_to_keep
from inksift.curation.runs.record import RunFacts, RunRecord
from inksift.curation.store.published import F1, F1_PAGE, REPORT_PAGE, publish_decisions, publish_f1
from inksift.curation.store.workspace import Workspace

FACTS = RunFacts(
    job="curate",
    profile="default",
    settings={"verdicts": {"recipe": "learned"}},
    version="1.0",
    stages={"verdicts": 1},
)
TRAINING = {"classifier": {"max_epochs": 2}}
PAGE = "<!doctype html><!--run--><!--/run--><!--pages--><!--/pages--><p>{}</p>"

KEPT = {"label": "cat", "outcome": "kept", "stage": "", "reason": "", "explanation": "drawn"}
PHOTO = {
    "label": "cat",
    "outcome": "rejected",
    "stage": "verdicts",
    "reason": "photo",
    "explanation": "photo 0.98",
}


def decided(**files: Mapping[str, Any]) -> pd.DataFrame:
    """DECISIONS of files by their stem, such as `decided(a=KEPT, b=PHOTO)`."""
    told = {"duplicate_of": "", "p_photo": 0.5, "medium": "illustration", "decided_by": "machine"}
    rows = [
        {"path": f"{row['label']}/{stem}.png", "image_id": stem * 64, **told, **row}
        for stem, row in files.items()
    ]
    return DECISIONS.frame(rows)


def scores(macro_f1: float, **per_class: float) -> dict[str, Any]:
    """The parts of an F1 report that runs read."""
    return {
        "macro_f1": macro_f1,
        "accuracy": 0.9,
        "test_set": "trusted",
        "test_pictures": 8,
        "per_class": {name: {"f1": f1} for name, f1 in per_class.items()},
    }


def decide_run(
    workspace: Workspace, frame: pd.DataFrame, facts: RunFacts = FACTS, *, source: str = "/crawl"
) -> RunRecord:
    """A run up to its report."""
    keep_what_is_there(workspace)
    publish_decisions(workspace, frame, source=Path(source))
    run = begin_run(workspace, facts, frame)
    workspace.publish(REPORT_PAGE, PAGE.format(f"{len(frame)} files").encode())
    kept = keep_pages(workspace, names_to_keep(run))
    assert kept is not None
    return kept


def train_run(
    workspace: Workspace, report: dict[str, Any], training: Mapping[str, Any] = TRAINING
) -> RunRecord:
    """The training of a run."""
    begin_training(workspace, FACTS.model_copy(update={"training": training}), report)
    publish_f1(workspace, report, PAGE.format("F1"))
    kept = keep_pages(workspace, (F1, F1_PAGE))
    assert kept is not None
    return kept
