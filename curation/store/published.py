"""What a run leaves for people and programs, and how the next command reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.base.location import Location, location_of
from inksift.curation.base.tables import DECISIONS, FOUND_FILES, IMAGES, Table
from inksift.curation.store.files import file_digest
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.safe_csv import csv_bytes
from inksift.curation.store.tables import RUN_AGAIN, read_table, unusable
from inksift.curation.store.workspace import Workspace

CSV, PARQUET, SOURCE, HEARD_LEDGER = (
    "decisions.csv",
    "decisions.parquet",
    "source.json",
    "ledger.json",
)
PROPOSAL, MEDIUM = "proposal.csv", "medium.json"
REPORT_PAGE, REPORT_DATA = "report.html", "report-data"
"""The report, and the folder of the files that it loads where it is too large for one."""
F1, F1_PAGE = "f1_report.json", "f1_report.html"
ABLATION_REPORT, ABLATION_PAGE = "ablation.json", "ablation.html"
LEADERBOARD_CSV, LEADERBOARD_PAGE = "leaderboard.csv", "experiments.html"
OF_MANY_TRAININGS = (ABLATION_REPORT, ABLATION_PAGE, LEADERBOARD_CSV, LEADERBOARD_PAGE)
OF_TRAINING = (F1, F1_PAGE, *OF_MANY_TRAININGS)
"""What was learned from the decisions, and holds no longer when they change."""


def decisions_csv(frame: pd.DataFrame) -> bytes:
    """A DECISIONS frame as UTF-8 CSV that no spreadsheet takes for formulas; the exact values are
    in the Parquet."""
    return csv_bytes(DECISIONS.check(frame))


def publish_decisions(
    workspace: Workspace,
    frame: pd.DataFrame,
    *,
    source: Location,
    test: Location | None = None,
    review: str = "kept",
    link_roots: Sequence[Path] = (),
    differs: Sequence[str] = (),
) -> None:
    """Write decisions.parquet, decisions.csv, the places of the pictures and of what links among
    them may lead to, how those under `review` count, and in what the run `differs` from the setup
    of the workspace, each file whole or not at all.

    What was learned from other decisions is withdrawn.
    """
    before = workspace.published().get(PARQUET)
    workspace.publish(PARQUET, to_parquet(DECISIONS.check(frame)))
    if workspace.published()[PARQUET] != before:
        workspace.withdraw(*OF_TRAINING)
    workspace.publish(CSV, decisions_csv(frame))
    told = {
        "source": str(source.resolve()),
        "test": str(test.resolve()) if test else "",
        "review": review,
        "link_roots": [str(folder.resolve()) for folder in link_roots],
        "differs_from_setup": list(differs),
    }
    workspace.publish(SOURCE, json.dumps(told).encode())


def publish_proposal(workspace: Workspace, frame: pd.DataFrame) -> Path:
    """Write decisions that wait for a person's word to proposal.csv; the published decisions stay
    as they are."""
    return workspace.publish(PROPOSAL, decisions_csv(frame))


def publish_medium(workspace: Workspace, settled: Mapping[str, str | int | float]) -> None:
    """Write what holds for all verdicts on photographs to medium.json; withdraw it where nothing
    does."""
    if settled:
        workspace.publish(MEDIUM, json.dumps(settled, indent=1, allow_nan=False).encode())
    else:
        workspace.withdraw(MEDIUM)


def f1_bytes(report: Mapping[str, Any]) -> bytes:
    """The content of f1_report.json as it is written."""
    return json.dumps(report, indent=1, allow_nan=False).encode()


def publish_f1(workspace: Workspace, report: dict[str, Any], page: str) -> Path:
    """Write f1_report.json and f1_report.html; the answer is the page's place.

    An ablation and a leaderboard beside another report are withdrawn.
    """
    before = workspace.published().get(F1)
    workspace.publish(F1, f1_bytes(report))
    if workspace.published()[F1] != before:
        workspace.withdraw(*OF_MANY_TRAININGS)
    return workspace.publish(F1_PAGE, page.encode())


def publish_ablation(workspace: Workspace, report: dict[str, Any], page: str) -> Path:
    """Write ablation.json and ablation.html; the answer is the page's place."""
    workspace.publish(ABLATION_REPORT, json.dumps(report, indent=1, allow_nan=False).encode())
    return workspace.publish(ABLATION_PAGE, page.encode())


def publish_leaderboard(workspace: Workspace, board: pd.DataFrame, page: str) -> Path:
    """Write leaderboard.csv and experiments.html; the answer is the page's place."""
    workspace.publish(LEADERBOARD_CSV, csv_bytes(board))
    return workspace.publish(LEADERBOARD_PAGE, page.encode())


def read_decisions(workspace: Workspace) -> pd.DataFrame:
    """The published decisions; StoreError when there are none or the file is damaged."""
    path = workspace.root / PARQUET
    frame = _required(path, DECISIONS, f"no decisions in {workspace.root}")
    if changed(path, workspace.published().get(PARQUET, "")):
        raise StoreError(f"{path} changed since it was published: {RUN_AGAIN}")
    return frame


def read_images(workspace: Workspace) -> pd.DataFrame:
    """The FOUND_FILES of the last run; StoreError when there are none or they are damaged."""
    place = workspace.table(IMAGES.name)
    return _required(place, FOUND_FILES, f"no list of files in {workspace.root}")


def read_source(workspace: Workspace) -> Location:
    """Where the pictures of the last run were; StoreError when it is not recorded."""
    return location_of(read_told(workspace, SOURCE, "source")["source"])


def read_test(workspace: Workspace) -> Location | None:
    """Where the trusted test pictures of the last run were, if it had any; StoreError when it is
    not recorded."""
    test = read_told(workspace, SOURCE, "source").get("test")
    return location_of(test) if test else None


def read_pictures(workspace: Workspace) -> list[Location]:
    """The folders of the last accepted run that are never written to, those of trusted test
    pictures too; none before the first one. StoreError when the record of them is damaged."""
    if not (workspace.root / SOURCE).exists():
        return []
    told = read_told(workspace, SOURCE, "source")
    return [location_of(told[name]) for name in ("source", "test") if told.get(name)]


def read_link_roots(workspace: Workspace) -> list[Path]:
    """The folders that links among the pictures of the last run could lead into; StoreError when it
    is not recorded."""
    return list(map(Path, read_told(workspace, SOURCE, "source").get("link_roots", [])))


def link_options(workspace: Workspace) -> list[str]:
    """The options with which the next run follows the links that the last one followed; none before
    the first one, or where it is not recorded."""
    try:
        roots = read_link_roots(workspace)
    except StoreError:
        return []
    return list(chain.from_iterable(("--link-root", str(folder)) for folder in roots))


def read_differs(workspace: Workspace) -> list[str]:
    """In what the last run differed from the setup of the workspace; StoreError when it is not
    recorded."""
    return list(map(str, read_told(workspace, SOURCE, "source").get("differs_from_setup", [])))


def read_review(workspace: Workspace) -> str:
    """How pictures under review counted in the last run, "kept" or "held"; StoreError when it is
    not recorded."""
    return str(read_told(workspace, SOURCE, "source").get("review", "kept"))


def read_told(workspace: Workspace, name: str, field: str) -> dict[str, Any]:
    """The content of a small file of facts about the last run, `field` among them; StoreError when
    it says no such."""
    told = _json(workspace.root / name, f"no {field} recorded in {workspace.root}")
    if field not in told:
        raise StoreError(f"{workspace.root / name} names no {field}: {RUN_AGAIN}")
    return told


def read_f1_report(workspace: Workspace) -> dict[str, Any]:
    """The content of f1_report.json; StoreError when there is none or it is damaged."""
    return _json(workspace.root / F1, f"no F1 report in {workspace.root}")


def demand_trained(workspace: Workspace) -> None:
    """StoreError unless the decisions that are published were trained on: only then do split and
    test pictures fit."""
    if not (workspace.root / F1).is_file():
        raise StoreError(
            f"nothing was trained on the decisions in {workspace.root}: run `inksift run` on it, "
            "with --test DIR for a "
            "trusted test set; judging and deciding train nothing"
        )


def read_ablation(workspace: Workspace) -> dict[str, Any]:
    """The content of ablation.json; StoreError when there is none or it is damaged."""
    return _json(workspace.root / ABLATION_REPORT, f"no ablation in {workspace.root}")


def changed(path: Path, digest: str) -> bool:
    """Whether a published file is not what the digest says."""
    return file_digest(path) != digest


def all_as_published(workspace: Workspace, names: Sequence[str]) -> bool:
    """Whether each of these files lies in the workspace as it was published, or is neither there
    nor published; the list of digests is read once."""
    listed = workspace.published()
    return all(_is_as_listed(workspace.root / name, listed.get(name)) for name in names)


def _is_as_listed(place: Path, digest: str | None) -> bool:
    if digest is None:
        return not place.exists()
    return place.is_file() and not changed(place, digest)


def _required(path: Path, contract: Table, absent: str) -> pd.DataFrame:
    if not path.exists():
        raise StoreError(f"{absent}: run `inksift run` first")
    return read_table(path, contract)


def _json(path: Path, absent: str) -> dict[str, Any]:
    if not path.exists():
        raise StoreError(f"{absent}: run `inksift run` first")
    try:
        return dict(json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        raise unusable(path, error) from error
