"""Decisions are published exactly and safely, and `verify` finds whatever was changed
afterwards."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.errors import ParamError, SchemaError, StoreError
from inksift.curation.base.tables import DECISIONS, IMAGES, Table
from inksift.curation.people.heard import publish_heard
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.publish import verify as library
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.published import (
    OF_MANY_TRAININGS,
    OF_TRAINING,
    decisions_csv,
    link_options,
    publish_decisions,
    publish_f1,
    publish_proposal,
    read_decisions,
    read_images,
    read_review,
    read_source,
)
from inksift.curation.store.safe_csv import neutral
from inksift.curation.store.workspace import Workspace
from inksift.curation.training.evaluation import HELD_OUT, EvaluationParams, f1_report
from inksift.curation.verdict.curated import CuratedParams, curate

CONTRACTS = {"images": IMAGES, "human_decisions": HUMAN_DECISIONS}
NAMES = ["a/1.png", "a/=cmd|' /C calc'!A0.png", "b/3\U0001f600.png", 'b/",=1+1.png', "b/5.png"]


def verify(workspace: Workspace, ledger_url: str = "") -> list[library.Problem]:
    return library.verify(workspace, CONTRACTS, ledger_url)


def images() -> pd.DataFrame:
    return IMAGES.frame(
        [
            {
                "path": path,
                "path_bytes": path.encode(),
                "image_id": f"{number:064x}",
                "label": path[0],
                "size_bytes": 1,
                "mtime_ns": 1,
                "readable": number != 4,
                "error": "broken" if number == 4 else "",
                "note": "",
                "width": 2,
                "height": 2,
                "format": "PNG",
                "mode": "RGB",
                "ai_mark": "",
            }
            for number, path in enumerate(NAMES)
        ]
    )


def decisions() -> pd.DataFrame:
    rows = [
        {
            "path": path,
            "image_id": f"{number:064x}",
            "label": path[0],
            "outcome": "kept",
            "stage": "",
            "reason": "",
            "duplicate_of": "",
            "p_photo": 0.25,
            "medium": "illustration",
            "explanation": "-1 is noise",
            "decided_by": "machine",
        }
        for number, path in enumerate(NAMES)
    ]
    rows[1] |= {
        "outcome": "rejected",
        "stage": "duplicates",
        "reason": "duplicate",
        "duplicate_of": NAMES[0],
    }
    rows[2] |= {"outcome": "review", "stage": "verdicts", "reason": "unsure"}
    rows[4] |= {
        "outcome": "rejected",
        "stage": "images",
        "reason": "unreadable",
        "p_photo": float("nan"),
    }
    return DECISIONS.frame(rows)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "work")
    write_atomically(made.tables / "images.parquet", to_parquet(images()))
    made.measurements("toy", "1").add(pd.DataFrame({"image_id": ["x"], "value": [1.0]}))
    publish_decisions(made, decisions(), source=Path("crawl"))
    return made


def publish_changed_f1(workspace: Workspace, change: Callable[[dict], object]) -> None:
    labels = ["a", "a", "b", "b", "c"]
    rows = pd.DataFrame(
        {"image_id": list("12345"), "label": labels, "predicted": list("aabaa"), "confidence": 1.0}
    )
    params = EvaluationParams(bootstrap_draws=0)
    report = f1_report(rows, ["a", "b"], params, test_set=HELD_OUT, seeds={})
    change(report)
    workspace.publish("f1_report.json", json.dumps(report).encode())


def test_parquet_gives_back_the_exact_values(workspace: Workspace) -> None:
    pd.testing.assert_frame_equal(read_decisions(workspace), decisions())
    assert read_images(workspace)["path_bytes"].tolist() == [name.encode() for name in NAMES]


def test_a_proposal_leaves_the_published_decisions_as_they_are(workspace: Workspace) -> None:
    published = {path.name: path.read_bytes() for path in workspace.root.glob("decisions.*")}
    place = publish_proposal(workspace, decisions().iloc[1:])
    assert place.read_bytes() == decisions_csv(decisions().iloc[1:])
    assert {
        path.name: path.read_bytes() for path in workspace.root.glob("decisions.*")
    } == published
    assert verify(workspace) == []


@pytest.mark.parametrize(("review", "staying"), [("kept", [0, 2, 3]), ("held", [0, 3])])
def test_pictures_under_review_stay_or_are_held(
    workspace: Workspace, review: str, staying: list[int]
) -> None:
    params = CuratedParams.of("curated_dataset", {"review": review})
    assert curate(decisions(), params)["path"].tolist() == [NAMES[number] for number in staying]
    publish_decisions(workspace, decisions(), source=Path("crawl"), review=review)
    assert read_review(workspace) == review


@pytest.mark.parametrize("review", ["kept", "held"])
def test_a_label_in_doubt_is_no_training_label(review: str) -> None:
    doubted = decisions()
    doubted.loc[2, ["stage", "reason"]] = ["duplicates", "label_conflict"]
    assert NAMES[2] not in set(
        curate(doubted, CuratedParams.of("curated_dataset", {"review": review}))["path"]
    )


def test_other_decisions_withdraw_what_was_learned_and_the_same_ones_leave_it(
    workspace: Workspace,
) -> None:
    decisions = read_decisions(workspace)
    for name in OF_TRAINING:
        workspace.publish(name, b"{}")
    publish_decisions(workspace, decisions, source=Path("/pictures"))
    assert all((workspace.root / name).exists() for name in OF_TRAINING)
    publish_decisions(workspace, decisions.assign(label="other"), source=Path("/pictures"))
    assert not any((workspace.root / name).exists() for name in OF_TRAINING)
    assert not set(OF_TRAINING) & set(workspace.published())


def test_another_f1_report_withdraws_ablation_and_leaderboard_and_the_same_one_leaves_them(
    workspace: Workspace,
) -> None:
    publish_f1(workspace, {"macro_f1": 0.5}, "<html>")
    for name in OF_MANY_TRAININGS:
        workspace.publish(name, b"{}")
    publish_f1(workspace, {"macro_f1": 0.5}, "<html>")
    assert all((workspace.root / name).exists() for name in OF_MANY_TRAININGS)
    publish_f1(workspace, {"macro_f1": 0.6}, "<html>")
    assert not any((workspace.root / name).exists() for name in OF_MANY_TRAININGS)
    assert (workspace.root / "f1_report.json").exists()


def test_csv_has_the_documented_columns_and_every_row() -> None:
    rows = list(csv.reader(io.StringIO(decisions_csv(decisions()).decode())))
    assert rows[0] == list(DECISIONS.columns)
    assert len(rows) == 1 + len(NAMES)
    assert rows[3][0] == NAMES[2]
    assert rows[1][7] == "0.25"
    assert rows[5][7] == ""
    assert rows[1][9] == "'-1 is noise"


def test_csv_of_no_files_is_a_header() -> None:
    assert decisions_csv(DECISIONS.frame([])).count(b"\n") == 1


def test_csv_refuses_a_frame_that_breaks_the_contract() -> None:
    with pytest.raises(SchemaError, match="medium"):
        decisions_csv(decisions().drop(columns="medium"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\t", "\r", "\0", "\n@"])
def test_formulas_are_neutralised_at_the_start(start: str) -> None:
    assert neutral(f"{start}1+1").startswith("'")


@given(st.text(alphabet="=+-@ab,;|\"'\t\r\n\0 ", max_size=12))
def test_no_formula_begins_a_cell_whatever_the_separator(text: str) -> None:
    safe = neutral(text)
    assert safe.replace("'", "") == text.replace("'", "")
    for separator in ',;|\t\r\n"':
        assert not any(cell.startswith(tuple("=+-@")) for cell in safe.split(separator))
    assert not safe.startswith(("\t", "\r", "\n", "\0"))


def test_absent_decisions_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run `inksift run` first"):
        read_decisions(Workspace(tmp_path / "new"))


@pytest.mark.parametrize("damage", [b"", b"PAR1 torn", b"\0" * 400])
def test_damaged_decisions_are_an_error_of_one_line(workspace: Workspace, damage: bytes) -> None:
    (workspace.root / "decisions.parquet").write_bytes(damage)
    with pytest.raises(StoreError, match="cannot be used") as raised:
        read_decisions(workspace)
    assert "\n" not in str(raised.value)


def test_a_sound_workspace_has_no_problem(workspace: Workspace) -> None:
    publish_changed_f1(workspace, lambda report: None)
    assert verify(workspace) == []
    assert verify(Workspace(workspace.root.parent / "empty")) == []


def test_every_changed_byte_of_a_published_file_is_found(workspace: Workspace) -> None:
    path = workspace.root / "decisions.parquet"
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 40)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(StoreError):
            read_decisions(workspace)
        assert any(problem.file == "decisions.parquet" for problem in verify(workspace))


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("decisions.csv", lambda path: path.write_text("path\n"), "does not say what"),
        ("decisions.csv", Path.unlink, "no longer there"),
        ("published.json", lambda path: path.write_text("["), "not a JSON object"),
        ("published.json", lambda path: path.write_text("[1]"), "not a JSON object"),
        ("published.json", Path.unlink, "not there"),
        (
            "published.json",
            lambda path: path.write_text('{"decisions.csv": "0"}'),
            "does not list it",
        ),
        ("tables/images.parquet", Path.unlink, "no count can be checked"),
        ("tables/images.parquet", lambda path: path.write_bytes(b"PAR1"), "Arrow"),
        (
            "tables/images.parquet",
            lambda path: path.write_bytes(to_parquet(decisions())),
            "not as this version of inksift writes them: images.parquet",
        ),
    ],
)
def test_damage_is_found(
    workspace: Workspace, name: str, change: Callable[[Path], object], what: str
) -> None:
    change(workspace.root / name)
    problems = verify(workspace)
    assert any(what in problem.what for problem in problems), problems
    assert all(problem.remedy for problem in problems)


def test_a_torn_measurement_is_found(workspace: Workspace) -> None:
    part = next((workspace.root / "measurements").rglob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-1])
    assert [problem.what for problem in verify(workspace)] == ["its bytes do not match its name"]


def test_a_changed_file_of_vectors_is_found(workspace: Workspace) -> None:
    toy = Table("toy", {"image_id": "str", "vector": "vectors"})
    row = {"image_id": "x", "vector": np.ones(3, np.float16)}
    workspace.measurements("toy", "2").add(toy.frame([row]))
    (file,) = (workspace.root / "measurements").rglob("*.npy")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    (problem,) = verify(workspace)
    assert problem.file == str(file.relative_to(workspace.root))
    assert problem.what == "its bytes do not match its name"


def test_decisions_that_lose_a_file_are_found_though_digests_match(workspace: Workspace) -> None:
    publish_decisions(workspace, decisions().iloc[1:], source=Path("crawl"))
    assert any("without a decision" in problem.what for problem in verify(workspace))


HEARD = [Decision("0" * 64, "label", "cat"), Decision("1" * 64, "outcome", "kept", "=why")]


@pytest.fixture
def heard(workspace: Workspace) -> Ledger:
    """A ledger whose two decisions the last run heard; the first one was taken back after it."""
    ledger = Ledger.of(workspace)
    ledger.record(HEARD, "ann")
    write_atomically(workspace.tables / "human_decisions.parquet", to_parquet(ledger.in_force()))
    ledger.undo([1], "ann")
    return ledger


def test_a_ledger_that_went_on_since_the_run_is_no_problem(
    workspace: Workspace, heard: Ledger
) -> None:
    heard.record(
        [Decision("1" * 64, "outcome", "rejected"), Decision("2" * 64, "label", "dog")], "bob"
    )
    assert verify(workspace) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            Path.unlink,
            "2 decisions that the last run heard are not in this ledger, the workspace's own",
        ),
        (lambda path: path.write_bytes(path.read_bytes()[:4096]), "cannot use the ledger"),
        (lambda path: path.write_bytes(b""), "cannot use the ledger"),
        (
            lambda path: path.write_bytes(path.read_bytes().replace(b"=why", b"=not")),
            "is not as it was written",
        ),
    ],
    ids=["lost", "torn", "empty", "changed"],
)
def test_damage_of_the_ledger_is_found(
    workspace: Workspace, heard: Ledger, change: Callable[[Path], object], what: str
) -> None:
    change(workspace.root / "ledger.sqlite")
    (problem,) = verify(workspace)
    assert problem.file == "ledger.sqlite"
    assert what in problem.what
    assert (
        f"{problem.what}; {problem.remedy}".count(
            "import your last export with `inksift ledger import`"
        )
        == 1
    )
    assert problem.remedy.endswith("`inksift ledger import`")


def test_a_ledger_that_starts_anew_has_lost_what_the_run_heard(
    workspace: Workspace, heard: Ledger
) -> None:
    (workspace.root / "ledger.sqlite").unlink()
    heard.record(HEARD[:1], "ann")
    assert [problem.what[:36] for problem in verify(workspace)] == [
        "1 decision that the last run heard i"
    ]
    heard.record(HEARD, "bob")  # the remedy: an import, made by somebody else and later
    (problem,) = verify(workspace)
    assert "had 3 entries when it was last seen, and has 2 now" in problem.what
    heard.accept(2)  # as repair does
    assert verify(workspace) == []


def test_a_ledger_of_another_version_says_so(workspace: Workspace, heard: Ledger) -> None:
    with sqlite3.connect(workspace.root / "ledger.sqlite") as raw:
        raw.execute("UPDATE inksift_ledger_format SET format = 2")
    raw.close()
    (problem,) = verify(workspace)
    assert "is of format 2, which a later inksift wrote" in problem.what
    assert problem.remedy == "install the later inksift"


def test_a_run_that_a_brake_stopped_on_another_ledger_is_no_damage(
    workspace: Workspace, heard: Ledger, tmp_path: Path
) -> None:
    team = Ledger(f"sqlite:///{tmp_path / 'team.sqlite'}")
    team.record([*HEARD, Decision("2" * 64, "label", "dog")], "ann")
    write_atomically(workspace.tables / "human_decisions.parquet", to_parquet(team.in_force()))
    publish_heard(workspace, team)
    assert verify(workspace, team.name) == []
    with pytest.raises(ParamError, match=f"the last run heard the ledger {team.name}"):
        verify(workspace)


def test_the_ledger_that_the_run_heard_is_verified(workspace: Workspace, tmp_path: Path) -> None:
    team = Ledger(f"sqlite:///{tmp_path / 'team.sqlite'}")
    team.record(HEARD, "ann")
    publish_heard(workspace, team)
    assert verify(workspace, team.name) == []
    (tmp_path / "team.sqlite").write_bytes(b"torn")
    assert [problem.file for problem in verify(workspace, team.name)] == [team.name]
    with pytest.raises(ParamError, match=f"name it with --ledger {team.name}"):
        verify(workspace)


@pytest.mark.parametrize("content", [b"[", b"[1]", b"{}", b"7"])
def test_damage_of_the_place_of_the_pictures_is_found(workspace: Workspace, content: bytes) -> None:
    (workspace.root / "source.json").write_bytes(content)
    assert [problem.file for problem in verify(workspace)] == ["source.json"]
    with pytest.raises(StoreError, match=r"source\.json"):
        read_source(workspace)


@pytest.mark.parametrize("content", [b"[", b"[1]", b"{}", b"7"])
def test_damage_of_the_name_of_the_ledger_is_found(workspace: Workspace, content: bytes) -> None:
    publish_heard(workspace, Ledger.of(workspace))
    (workspace.root / "ledger.json").write_bytes(content)
    assert [problem.file for problem in verify(workspace)] == ["ledger.json"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("test_pictures", lambda report: report.update(test_pictures=6)),
        ("accuracy", lambda report: report.update(accuracy=0.9)),
        ("macro_f1", lambda report: report.update(macro_f1=None)),
        ("KeyError", lambda report: report.pop("per_class")),
        ("macro_f1", lambda report: report["per_class"]["a"].update(f1=0.1)),
    ],
)
def test_an_f1_report_that_does_not_add_up_is_found(
    workspace: Workspace, name: str, change: Callable[[dict], object]
) -> None:
    publish_changed_f1(workspace, change)
    assert [name in problem.what for problem in verify(workspace)] == [True]


def test_nan_is_not_written_as_text(workspace: Workspace) -> None:
    assert np.isnan(read_decisions(workspace)["p_photo"].iloc[4])
    assert b"nan" not in (workspace.root / "decisions.csv").read_bytes().lower()


def test_links_that_were_followed_are_followed_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "w")
    assert link_options(workspace) == []
    publish_decisions(
        workspace, DECISIONS.frame([]), source=tmp_path, link_roots=[tmp_path / "a", tmp_path / "b"]
    )
    named = [str((tmp_path / name).resolve()) for name in ("a", "b")]
    assert link_options(workspace) == ["--link-root", named[0], "--link-root", named[1]]
