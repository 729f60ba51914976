"""What `inksift audit` does: questions into a sheet and a page, answers into the ledger, and what
they show."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.commands import command
from inksift.curation.base.errors import ParamError
from inksift.curation.base.reasons import BAD_FEATURE
from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.people.hints import places_of, take_decisions_in
from inksift.curation.report.audit_page import build_audit_page
from inksift.curation.report.close_choices import close_choices
from inksift.curation.report.run_bar import with_run
from inksift.curation.report.siblings import linked
from inksift.curation.runs.record import known_run
from inksift.curation.store.files import write_atomically
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict import human
from inksift.curation.verdict.audit.assess import Assessment, Figures, assess
from inksift.curation.verdict.audit.audited import Audited
from inksift.curation.verdict.audit.questions import left_to_review, propose
from inksift.curation.verdict.audit.sheet import EXPECTED, read_answers, sheet, sheet_csv
from inksift.curation.verdict.medium.quality import Interval
from inksift.pipelines.commands.audit_changes import change_lines, changes
from inksift.pipelines.places import check_new_file, weights_of
from inksift.pipelines.who import login

_NAMES = {
    "auroc": "ranking (AUROC)",
    "ece": "calibration error (ECE)",
    "illustrations_rejected": "illustrations rejected",
    "photos_kept": "photographs kept",
    "wrong": "wrong among automatic answers",
    "unsure": "left to review",
}
_UNDEFINED = {
    "auroc": "answers of both classes",
    "illustrations_rejected": "an illustration among the answers",
    "photos_kept": "a photograph among the answers",
}
_WIDTH = 40


def ask(
    workspace: Workspace, *, count: int, out: Path, weights: Path | None, ledger_url: str = ""
) -> dict[str, Any]:
    """Write the sheet to `out` and the page beside it; where they are, and how many questions they
    hold.

    Where there is nothing to ask, nothing is written, and there is no sheet, page or next command.
    """
    page = out.with_suffix(".html")
    _check_places(out, page, workspace)
    audited, ledger = Audited.of(workspace), ledger_of(workspace, ledger_url)
    answered = set(human.answers(audited.duplicates, ledger.in_force()).index)
    rows = sheet(
        propose(
            audited.votes,
            answered | _unusable(audited.decisions),
            queue=left_to_review(audited.decisions),
            count=count,
        ),
        audited.decisions,
    )
    told = {"questions": len(rows), "answered_before": len(answered)}
    if rows.empty:
        return told | dict.fromkeys(("sheet", "page", "next"))
    places = places_of(workspace, ledger, weights)
    then = command("audit", at=places, options={"--answers": out})
    read = audited.thumbnails()
    shown = build_audit_page(
        rows,
        read,
        sheet_name=out.name,
        answers=EXPECTED,
        command=then,
        close=close_choices(audited.duplicates, read),
    )
    shown = linked(with_run(shown, known_run(workspace)), workspace, absolute=True)
    write_atomically(page, shown.encode())
    write_atomically(out, sheet_csv(rows))
    return told | {"sheet": str(out), "page": str(page), "next": then}


def take(
    workspace: Workspace, *, answers: Path, who: str, weights: Path | None, ledger_url: str = ""
) -> dict[str, Any]:
    """Record the answers in a sheet, all or none, and say what all answers in force show of the
    verdict."""
    if not answers.is_file():
        raise ParamError(
            f"no such file: {answers}; `inksift audit --out FILE.csv` writes one to fill in"
        )
    audited, author = Audited.of(workspace), who or login()
    ledger = ledger_of(workspace, ledger_url)
    own = weights_of(workspace, weights)
    folder = audited.folder([own] if own else [])
    given = read_answers(answers.read_bytes(), set(audited.duplicates["image_id"]))
    recorded = ledger.record(given.decisions, author)
    known = human.answers(audited.duplicates, ledger.in_force())
    found = assess(folder.judge, known, after=folder.judge_after(known))
    return {
        "answers": len(given.decisions),
        "new": len(recorded.new),
        "skipped": given.skipped,
        "who": author,
        **_told(found),
        "changes": changes(folder, known),
        "next": take_decisions_in(workspace, ledger, weights),
    }


def asked_lines(told: dict[str, Any]) -> Iterator[str]:
    """What `ask` did, for a person."""
    if not told["questions"]:
        answered = told["answered_before"]
        why = (
            f"is left to ask: {answered} pictures have an answer"
            if answered
            else "to ask: no picture can be audited"
        )
        yield f"nothing {why}"
        return
    yield (
        f"{told['questions']} pictures to look at ({told['answered_before']} have an answer "
        "already):"
    )
    yield f"  {told['page']}"
    yield f"write {EXPECTED} into the column answer of"
    yield f"  {told['sheet']}"
    yield f"then: {told['next']}"


def taken_lines(told: dict[str, Any]) -> Iterator[str]:
    """What `take` did and found, for a person."""
    yield (
        f"{told['answers']} answers by {told['who']}, {told['new']} of them new; {told['skipped']} "
        "skipped"
    )
    yield f"all answers so far: {told['photos']} photographs, {told['illustrations']} illustrations"
    yield (
        f"{'estimated for the whole folder (95 %)':<{_WIDTH}}{'as shipped':<26}after these answers"
    )
    for name, title in _NAMES.items():
        shipped, refitted = (_words(name, told[side][name]) for side in ("shipped", "refitted"))
        yield f"  {title:<{_WIDTH - 2}}" + (
            shipped if told["shipped"][name] is None else f"{shipped:<26}{refitted}"
        )
    yield "after these answers: each picture judged by a head that did not know its answer"
    yield from change_lines(told["changes"])
    yield f"the answers count from the next run on: {told['next']}"


def _unusable(decisions: pd.DataFrame) -> set[str]:
    """Pictures rejected whatever a person calls them: an answer changes nothing there, and refits
    no head."""
    return set(decisions.loc[decisions["reason"] == BAD_FEATURE.name, "image_id"])


def _check_places(out: Path, page: Path, workspace: Workspace) -> None:
    check_new_file("--out", out, suffixes=(".csv",), workspace=workspace)
    if page.exists():
        raise ParamError(f"{page} is there already: name another --out or move it away")


def _told(found: Assessment) -> dict[str, Any]:
    return {
        "photos": found.photos,
        "illustrations": found.illustrations,
        "shipped": _plain_figures(found.shipped),
        "refitted": _plain_figures(found.refitted),
    }


def _plain_figures(figures: Figures) -> dict[str, Any]:
    return {name: _plain(interval) for name, interval in figures._asdict().items()}


def _plain(interval: Interval) -> dict[str, float] | None:
    """The interval as JSON knows it; None where there was nothing to estimate from."""
    return (
        None
        if math.isnan(interval.value)
        else {name: round(end, 4) for name, end in interval._asdict().items()}
    )


def _words(name: str, figure: dict[str, float] | None) -> str:
    if figure is None:
        return f"undefined: needs {_UNDEFINED.get(name, 'an automatic answer')}"
    if name in ("auroc", "ece"):
        return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
    return f"{figure['value']:.1%} ({figure['low']:.1%} to {figure['high']:.1%})"
