"""Pages in which every text is hostile: names, classes, explanations, notes, voters, even the
codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest

from inksift.curation.ablation.arms import ALL, ARMS
from inksift.curation.ablation.costs import with_costs
from inksift.curation.ablation.effects import EFFECTS, SCORES, AblationParams
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DECISIONS, FAMILIES, IMAGES, KEPT_APART, PAIR_SEARCH
from inksift.curation.experiments.results import LEADERBOARD
from inksift.curation.gather.signals.base import Limits
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.report import finder, gallery
from inksift.curation.report.ablation_page import ablation_report, build_ablation_page
from inksift.curation.report.audit_page import build_audit_page
from inksift.curation.report.beside import Shelf
from inksift.curation.report.diff_page import build_diff_page
from inksift.curation.report.f1_page import build_f1_page
from inksift.curation.report.findings import Findings
from inksift.curation.report.leaderboard_page import Tried, build_leaderboard_page
from inksift.curation.report.page import ReportParams, build_report
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import linked
from inksift.curation.runs.comparison import compare_runs
from inksift.curation.runs.record import RunRecord
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.evaluation import HELD_OUT, EvaluationParams, f1_report
from inksift.curation.training.explain.explain import explain
from inksift.curation.training.explain.params import ExplainParams
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.verdict.medium.votes import PARTS, VOTE_QUALITY, VOTES
from inksift.curation.verdict.removal_rates import REMOVAL_RATES
from tests.explained import examined, small_networks
from tests.frames import duplicates_of
from tests.runs import FACTS, decide_run

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</style><script>alert(1)</script>",
    "]]><!--",
    "{{ 7*7 }}{% raw %}",
    "&lt;script&gt;&#x3c;",
    "a\u202egpj.exe",
    "line\nbreak\r\ttab\x1b[31m\x00",
    "\u2028\u2029",
    "<svg/onload=alert(1)>",
    '<meta http-equiv=refresh content="0;url=http://evil.example">',
    "`${alert(1)}`",
    "<base href=http://evil.example>",
    "x" * 250,
]
FAMILY = 5
"""Files that are a family of variants."""
ONE = {
    "path_bytes": b"",
    "size_bytes": 1,
    "mtime_ns": 1,
    "note": "",
    "format": "PNG",
    "mode": "RGB",
    "ai_mark": "",
}

SCORED = [name for name, kind in LEADERBOARD.columns.items() if kind == "float64"]

MadeOnce = Callable[[Callable[[], str]], str]
"""Of a function that makes a page, the page, made once for all tests."""


def read(image_id: str) -> Rgb:
    return np.full((90, 60, 3), int(image_id) % 256, np.uint8)


def decided(turn: int, text: str, first: str) -> dict[str, object]:
    outcome, stage, reason = [
        ("kept", "", ""),
        ("rejected", text, text),
        ("rejected", "duplicates", "duplicate"),
        ("review", "duplicates", "label_conflict"),
        ("rejected", "images", "unreadable"),
        ("rejected", "human", "photo"),
    ][turn]
    rest = {"duplicate_of": first if turn == 2 else "", "p_photo": 0.5, "medium": "photo"}
    rest["decided_by"] = "human" if turn == 5 else "machine"
    return {"outcome": outcome, "stage": stage, "reason": reason, "explanation": text, **rest}


def hostile_frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """By turns kept, a photo, a duplicate of the first, for review, unreadable, called a photo by a
    person."""
    images, decisions = [], []
    for number, text in enumerate(HOSTILE * 3):
        turn = number % 6
        known = {"path": f"{number}{text}", "image_id": f"{number:064d}", "label": text}
        state = {
            "readable": turn != 4,
            "error": text if turn == 4 else "",
            "width": 60,
            "height": 90,
        }
        images.append(ONE | known | state)
        decisions.append(known | decided(turn, text, f"0{HOSTILE[0]}"))
    return DECISIONS.frame(decisions), IMAGES.frame(images)


def hostile_votes(images: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Votes on every picture, voters and classes with hostile names."""
    row = {
        "photos": 1,
        "illustrations": 1,
        "measured_on": HOSTILE[0],
        "auroc": 0.9,
        "low": 0.8,
        "high": 1.0,
    }
    loss = {"pictures": 9, "rejected": 6, "share": 2 / 3, "low": 0.35, "high": 0.88}
    parts = {part: (-1) ** number * 0.3 * number for number, part in enumerate(PARTS)}
    rows = [
        {"image_id": image_id, "alike": place, "log_odds": sum(parts.values())} | parts
        for place, image_id in enumerate(images["image_id"])
    ]
    voters = [
        row | {"voter": text, "weight": float(number % 2)} for number, text in enumerate(HOSTILE)
    ]
    return {
        "votes": VOTES.frame(rows),
        "quality": VOTE_QUALITY.frame(voters),
        "removal_rates": REMOVAL_RATES.frame([loss | {"label": text} for text in HOSTILE]),
    }


def hostile_copies(decisions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Copies as decided, every file related to the first by a hostile transform, and some of them
    a family."""
    readable = decisions[decisions["reason"] != "unreadable"]
    first, *others = readable["path"]
    places = readable[["path", "image_id", "duplicate_of"]].assign(
        group=range(len(readable)), kept_because=HOSTILE[1]
    )
    row = {
        "path": first,
        "relation": "variant",
        "distance": 1,
        "similarity": 0.9,
        "transform": HOSTILE[0],
        "places": "100 100 200 200; 400 400 401 401",
        "other_places": "0 0 1000 1000",
    }
    family = [
        {"path": path, "family": 0, "rank": rank, "rule": "keep"}
        for rank, path in enumerate(readable["path"].head(FAMILY))
    ]
    return {
        "families": FAMILIES.frame(family),
        "duplicates": duplicates_of(*places.to_dict("records")),
        "apart": KEPT_APART.frame([row | {"other_path": path} for path in others]),
        "search": PAIR_SEARCH.frame([{"compared": 9, "flat": 1, "crowded": 1}]),
    }


def hostile_people(decisions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Classes, names and notes by people on every readable picture, and a picture told apart from
    each."""
    readable = decisions[decisions["reason"] != "unreadable"]
    rows = [
        {
            "image_id": image_id,
            "action": action,
            "value": value,
            "who": text,
            "at": "2026-05-01T09:30",
            "note": text,
        }
        for image_id, text in zip(readable["image_id"], readable["label"], strict=True)
        for action, value in (("label", text), ("different", decisions["image_id"].iat[0]))
    ]
    return {"human": HUMAN_DECISIONS.frame(rows), "machine": decisions}


def hostile_report(shelf: Shelf | None = None) -> str:
    """A report with every optional part, in which every text is hostile, most pictures in
    chunks, or on a shelf."""
    decisions, images = hostile_frames()
    findings = Findings(
        **hostile_copies(decisions),
        **hostile_people(decisions),
        signals=pd.DataFrame({"image_id": images["image_id"], HOSTILE[0]: 0.5}),
        limits={HOSTILE[0]: Limits(low=0.1)},
        comparison=pd.DataFrame({HOSTILE[1]: HOSTILE[:2], HOSTILE[0]: [1.0, 2.0]}),
        notes=HOSTILE,
        reject_threshold=1.0,
        keep_threshold=-1.0,
        **hostile_votes(images),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gallery, "FIRST", 2)
        patch.setattr(finder, "CHUNK", 3)
        params = ReportParams(one_file=0)
        return build_report(
            decisions, images, read=read, params=params, findings=findings, shelf=shelf
        )


def hostile_f1() -> str:
    """An F1 page in which every text is hostile."""
    rows = pd.DataFrame(
        {"image_id": HOSTILE, "label": HOSTILE, "predicted": HOSTILE[::-1], "confidence": 1.0}
    )
    report = f1_report(
        rows, HOSTILE, EvaluationParams(bootstrap_draws=10), test_set=HELD_OUT, seeds={}
    )
    names = (
        "learning_rate",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_macro_f1",
    )
    curves = pd.DataFrame({"epoch": range(5)} | dict.fromkeys(names, np.linspace(0.1, 1, 5)))
    page = build_f1_page(report, curves, hostile_figures())
    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "w")
        run = _hostile_run(workspace, 0)
        return linked(with_run(page, run), workspace)


@cache
def hostile_figures() -> pd.DataFrame:
    """Every explanation of a network whose classes are hostile, on pictures with hostile paths."""
    tested = examined(HOSTILE, [HOSTILE[0], *HOSTILE[:0:-1]])
    rows = tested.rows.assign(path=[f"{text}/{text}" for text in HOSTILE])
    return explain(
        small_networks(HOSTILE), tested._replace(rows=rows), ExplainParams(tsne_layers=["features"])
    )


def hostile_ablation() -> str:
    """An ablation in which every class is hostile."""
    gains = dict.fromkeys(EFFECTS.columns, 0.1)
    effects = EFFECTS.frame([gains | {"left_out": arm} for arm in ARMS if arm != ALL])
    row = {
        "macro_f1": 0.5,
        "rare_f1": 0.5,
        "accuracy": 0.5,
        "files": 9,
        "training_rows": 9,
        "seconds": 1.0,
    }
    scores = SCORES.frame([row | {"arm": arm, "seed": 0} for arm in ARMS])
    ablation = with_costs(effects, scores, {"photo verdict": 2.0})
    made = {
        "rare": HOSTILE,
        "test_set": HELD_OUT,
        "tested": 9,
        "params": AblationParams(),
        "training": TrainingParams(),
    }
    return build_ablation_page(ablation_report(ablation, scores, **made))


def hostile_leaderboard() -> str:
    """A leaderboard in which the grid, every recipe, every setting and every error is hostile."""
    usual = {"seeds": 2, "parameters": 9, "training_rows": 9} | dict.fromkeys(SCORED, 0.5)
    settings = [
        json.dumps({"training_set": {"oversample_factors": {text: 2}, "all": HOSTILE[0]}})
        for text in HOSTILE
    ]
    rows = [
        usual | {"rank": rank, "name": text, "settings": setting}
        for rank, (text, setting) in enumerate(zip(HOSTILE, settings, strict=True), 1)
    ]
    failed = dict(zip(HOSTILE, HOSTILE, strict=True))
    return build_leaderboard_page(
        LEADERBOARD.frame(rows), Tried(HOSTILE[0], 0.5, [0, 1], HELD_OUT, 9, failed, 1)
    )


def hostile_diff() -> str:
    """A comparison in which every path, class, explanation, setting and fact is hostile."""
    with TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "w")
        runs = [_hostile_run(workspace, turn) for turn in (0, 1)]
        page = build_diff_page(
            compare_runs(workspace, *runs), lambda image_id: read("9") if image_id else None
        )
        return linked(page, workspace)


def _hostile_run(workspace: Workspace, turn: int) -> RunRecord:
    """A kept run: every picture has the outcome of `turn`, and every text is another."""
    rows = [
        {"path": f"{place}{text}", "image_id": f"{place}", "label": HOSTILE[place - turn]}
        | decided((place + turn) % 6, HOSTILE[place - turn], f"0{HOSTILE[0]}")
        for place, text in enumerate(HOSTILE)
    ]
    settings = {"verdicts": dict.fromkeys(HOSTILE, HOSTILE[turn])}
    told = {"profile": HOSTILE[turn], "version": HOSTILE[1 - turn], "assigned": tuple(HOSTILE)}
    facts = FACTS.model_copy(update={**told, "settings": settings})
    return decide_run(workspace, DECISIONS.frame(rows), facts, source=HOSTILE[turn])


def hostile_audit() -> str:
    """An audit page in which every text is hostile."""
    decisions, _ = hostile_frames()
    rows = decisions[decisions["reason"] != "unreadable"]
    return build_audit_page(
        rows, read, sheet_name=HOSTILE[0], answers=HOSTILE[1], command=HOSTILE[2]
    )
