"""`inksift ledger`, and `--ledger`: what people decided comes out whole, goes in whole, and is heard."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from curation.ledger.decisions import Decision
from curation.ledger.ledger import Ledger
from curation.publish.published import publish_decisions
from curation.store.files import write_atomically
from curation.store.parquet import read_parquet, to_parquet
from curation.store.workspace import Workspace
from curation.tables import DECISIONS
from pipelines.resources import project_from_environment
from tests.frames import images_of
from tests.graph.conftest import invoke, settings
from tests.ledgers import A, B, C, decided

DECIDED = [
    Decision(A, "label", "fox", "a \x1b[31mred\x1b[0m one\nsaid he"),
    Decision(A, "different", B),
    Decision(B, "outcome", "rejected"),
    Decision(C, "outcome", "kept", "=1+1"),
]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The workspace of a run that found A twice and B once, but not C; its pictures are in `crawl`."""
    workspace = Workspace(tmp_path / "work")
    files = {"a/1.png": A, "a/2.png": A, "b/3.png": B}
    images = images_of(*({"path": path, "image_id": image_id} for path, image_id in files.items()))
    write_atomically(workspace.tables / "images.parquet", to_parquet(images))
    (tmp_path / "crawl").mkdir()
    publish_decisions(workspace, DECISIONS.frame([]), source=tmp_path / "crawl")
    return workspace.root


@pytest.fixture
def ledger(work: Path) -> Ledger:
    made = Ledger.of(Workspace(work))
    made.record(DECIDED, "ann")
    return made


# --- export and import ---


@pytest.mark.parametrize("name", ["decided.csv", "decided.jsonl", "DECIDED.CSV"])
def test_decisions_go_to_another_workspace_by_a_file(work: Path, ledger: Ledger, tmp_path: Path, name: str) -> None:
    told = invoke("ledger", "export", tmp_path / name, "--workspace", work)
    assert (told.exit_code, told.stdout) == (0, f"4 decisions in {tmp_path / name}\n"), told.output
    Workspace(tmp_path / "other")
    command = ("ledger", "import", tmp_path / name, "--workspace", tmp_path / "other", "--who", "zoe", "--json")
    assert json.loads(invoke(*command).stdout)["new"] == 4
    other = Ledger.of(Workspace(tmp_path / "other"))
    assert decided(other) == decided(ledger)
    assert set(other.in_force()["who"]) == {"zoe"}
    assert json.loads(invoke(*command).stdout)["new"] == 0
    assert other.last() == 4


def test_an_exported_sheet_holds_no_formula(work: Path, ledger: Ledger, tmp_path: Path) -> None:
    invoke("ledger", "export", tmp_path / "decided.csv", "--workspace", work)
    with (tmp_path / "decided.csv").open(encoding="utf-8", newline="") as lines:
        notes = [row["note"] for row in csv.DictReader(lines)]
    assert notes[3] == "'=1+1"


def test_an_import_says_what_was_new_and_what_is_unknown_here(work: Path, ledger: Ledger, tmp_path: Path) -> None:
    ledger.record([Decision(B, "different", C), Decision(B, "label", "cat")], "bob")
    invoke("ledger", "export", tmp_path / "decided.csv", "--workspace", work)
    ledger.undo([3, 4], "bob")
    result = invoke("ledger", "import", tmp_path / "decided.csv", "--workspace", work, "--who", "zoe")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "6 decisions by zoe, 2 of them new",
        "2 are on pictures that this workspace does not know, and wait for those",
        f"they count from the next run on: inksift run {tmp_path / 'crawl'} --workspace {work}",
    ]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("cut.jsonl", b'{"image_id"', "row 1: the file ends within a line"),
        ("one.csv", f"image_id,action,value,note\n{B},label,cat,\n{A},outcome,maybe,\n".encode(), "row 3: value"),
        ("both.csv", f"image_id,action,value,note\n{B},label,cat,\n{B},label,dog,\n".encode(), "row 3 contradicts"),
        ("some.txt", b"", "expected a .csv or .jsonl file"),
        ("none.csv", None, "cannot read"),
    ],
)
def test_a_file_with_a_fault_records_nothing(
    work: Path, ledger: Ledger, tmp_path: Path, name: str, data: bytes | None, told: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    result = invoke("ledger", "import", tmp_path / name, "--workspace", work, "--who", "zoe")
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert ledger.last() == 4


def test_an_export_is_not_written_over_nor_among_the_pictures(work: Path, ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    for place, told in (
        (tmp_path / "mine.csv", "is there already: choose another name"),
        (tmp_path / "crawl" / "decided.csv", "lies among the pictures"),
        (tmp_path / "decided.txt", "expected a .csv or .jsonl file in a folder that exists"),
        (tmp_path / "nowhere" / "decided.csv", "in a folder that exists"),
    ):
        result = invoke("ledger", "export", place, "--workspace", work)
        assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert (tmp_path / "mine.csv").read_text() == "mine"
    assert not list((tmp_path / "crawl").iterdir())


def test_where_nothing_is_decided_nothing_is_written(work: Path, tmp_path: Path) -> None:
    result = invoke("ledger", "export", tmp_path / "decided.csv", "--workspace", work)
    assert (result.exit_code, result.stdout) == (0, "nothing is decided, so no file was written\n")
    result = invoke("ledger", "export", tmp_path / "decided.csv", "--workspace", work, "--json")
    assert json.loads(result.stdout) == {"decisions": 0, "file": None}
    assert not (tmp_path / "decided.csv").exists()
    assert invoke("ledger", "history", "--workspace", work).stdout == "nobody has decided anything\n"


# --- history ---


def test_the_history_names_files_and_obeys_no_note(work: Path, ledger: Ledger) -> None:
    ledger.record([Decision(A, "label", "cat"), Decision(A, "different", C)], "bob")
    ledger.undo([2, 5], "bob")
    result = invoke("ledger", "history", "--workspace", work)
    lines = [line.split("  ", 2) for line in result.stdout.splitlines()]
    assert [line[0] for line in lines] == [*"12345678"]
    assert all(when.endswith(" UTC") for _, when, _ in lines)
    assert [told for _, _, told in lines] == [
        r"ann  label: fox  a/1.png and 1 more  (a \x1b[31mred\x1b[0m one\nsaid he)",
        "ann  different from b/3.png  a/1.png and 1 more",
        "ann  outcome: rejected  b/3.png",
        "ann  outcome: kept  cccccccccccc (not in this workspace)  (=1+1)",
        "bob  label: fox -> cat  a/1.png and 1 more",
        "bob  different from cccccccccccc (not in this workspace)  a/1.png and 1 more",
        "bob  takes back 2: not different from b/3.png  a/1.png and 1 more",
        "bob  takes back 5: label: cat -> fox  a/1.png and 1 more",
    ]


def test_the_history_for_programs_has_every_field(work: Path, ledger: Ledger) -> None:
    rows = json.loads(invoke("ledger", "history", "--workspace", work, "--json").stdout)
    entries = [entry._asdict() for entry in ledger.entries()]
    assert [{name: row[name] for name in entries[0]} for row in rows] == entries
    assert [row["paths"] for row in rows] == [["a/1.png", "a/2.png"]] * 2 + [["b/3.png"], []]
    assert rows[1]["other_paths"] == ["b/3.png"]


# --- damage ---


@pytest.mark.parametrize("command", [("history",), ("export", "decided.csv"), ("import", "good.jsonl", "--who", "zoe")])
def test_a_damaged_ledger_is_told_in_words(
    work: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text(f'{{"image_id":"{A}","action":"label","value":"cat","note":""}}\n')
    (work / "ledger.sqlite").write_bytes(b"torn")
    result = invoke("ledger", *command, "--workspace", work)
    assert (result.exit_code, "import your last export" in result.stderr) == (2, True), result.output
    assert (work / "ledger.sqlite").read_bytes() == b"torn"
    assert not Path("decided.csv").exists()


def test_verify_reads_the_ledger(work: Path, ledger: Ledger) -> None:
    publish_decisions(Workspace(work), DECISIONS.frame([]), source=Path("crawl"))
    write_atomically(work / "tables" / "images.parquet", to_parquet(images_of()))
    result = invoke("verify", "--workspace", work)
    assert (result.exit_code, result.stdout) == (0, "everything matches\n")
    (work / "ledger.sqlite").write_bytes(b"torn")
    result = invoke("verify", "--workspace", work)
    assert result.exit_code == 1
    assert "ledger.sqlite: cannot use the ledger" in result.stdout


# --- another ledger ---


@pytest.mark.slow
def test_a_run_hears_the_ledger_of_its_option_and_people_decide_in_that_one(sample: Path, tmp_path: Path) -> None:
    work, team, few = tmp_path / "w", f"sqlite:///{tmp_path / 'team.sqlite'}", tmp_path / "few" / "class"
    few.mkdir(parents=True)
    for picture in sorted((sample / "images").rglob("*.png"))[:4]:
        shutil.copy(picture, few)
    judge = ("judge", few.parent, "--out", tmp_path / "o.csv", "--workspace", work, "--ledger", team)
    plain = settings("object_counts.download=false", "verdicts.recipe=camp2022")
    assert invoke(*judge, *plain).exit_code == 0
    row = read_parquet(work / "decisions.parquet").query("outcome == 'kept'").iloc[0]
    (tmp_path / "said.jsonl").write_text(json.dumps(
        {"image_id": row["image_id"], "action": "outcome", "value": "rejected", "note": "blurred"}
    ) + "\n")  # fmt: skip

    take = ("ledger", "import", tmp_path / "said.jsonl", "--workspace", work, "--who", "zoe")
    result = invoke(*take)
    assert (result.exit_code, f"the last run heard the ledger {team}" in result.stderr) == (2, True), result.output
    result = invoke(*take, "--ledger", team)
    assert f"--workspace {work} --ledger {team}" in result.stdout, result.output

    assert invoke(*judge, *plain).exit_code == 0
    after = read_parquet(work / "decisions.parquet").set_index("path")
    assert after.loc[row["path"], ["outcome", "reason", "decided_by"]].tolist() == ["rejected", "human", "human"]
    assert not (work / "ledger.sqlite").exists()
    assert invoke("verify", "--workspace", work, "--ledger", team).exit_code == 0


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "not a database URL"),
        ("sqlite:////nowhere/at/all.sqlite", "cannot use the ledger /nowhere/at/all.sqlite"),
    ],
)
def test_a_ledger_that_cannot_be_used_stops_a_run_before_it_measures(
    sample: Path, tmp_path: Path, url: str, told: str
) -> None:
    command = ("judge", sample / "images", "--out", tmp_path / "o.csv", "--workspace", tmp_path / "w", "--ledger", url)
    result = invoke(*command)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert not (tmp_path / "w" / "measurements").exists()


def test_the_environment_names_the_ledger_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKSIFT_SOURCE", str(tmp_path))
    monkeypatch.setenv("INKSIFT_LEDGER", "sqlite:////team.sqlite")
    project = project_from_environment()
    assert project is not None
    assert project.ledger_url == "sqlite:////team.sqlite"
    monkeypatch.delenv("INKSIFT_LEDGER")
    assert project_from_environment().ledger_url == ""
