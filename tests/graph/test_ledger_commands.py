"""`inksift ledger`, and `--ledger`: what people decided comes out whole, goes in whole, and is
heard."""

from __future__ import annotations

import csv
import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.heard import HearingParams, publish_heard, whole_ledger
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.published import publish_decisions
from inksift.curation.store.workspace import Workspace
from inksift.pipelines import runner
from inksift.pipelines.listener import Heard
from inksift.pipelines.resources import project_from_environment
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
    """The workspace of a run that found A twice and B once, but not C; its pictures are in
    `crawl`."""
    workspace = Workspace(tmp_path / "work")
    files = {"a/1.png": A, "a/2.png": A, "b/3.png": B}
    images = images_of(
        *(
            {"path": path, "image_id": image_id, "label": path[0]}
            for path, image_id in files.items()
        )
    )
    write_atomically(workspace.tables / "images.parquet", to_parquet(images))
    (tmp_path / "crawl").mkdir()
    (tmp_path / "trusted").mkdir()
    publish_heard(workspace, Ledger.of(workspace))
    publish_decisions(
        workspace, DECISIONS.frame([]), source=tmp_path / "crawl", test=tmp_path / "trusted"
    )
    return workspace.root


@pytest.fixture
def ledger(work: Path) -> Ledger:
    made = Ledger.of(Workspace(work))
    made.record(DECIDED, "ann")
    return made


# --- export and import ---


@pytest.mark.parametrize("name", ["decided.csv", "decided.jsonl", "DECIDED.CSV"])
def test_decisions_go_to_another_workspace_by_a_file(
    work: Path, ledger: Ledger, tmp_path: Path, name: str
) -> None:
    told = invoke("ledger", "export", tmp_path / name, "--workspace", work)
    assert (told.exit_code, told.stdout) == (0, f"4 decisions in {tmp_path / name}\n"), told.output
    Workspace(tmp_path / "other")
    command = (
        "ledger",
        "import",
        tmp_path / name,
        "--workspace",
        tmp_path / "other",
        "--who",
        "zoe",
        "--json",
    )
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


def test_an_import_says_what_was_new_and_what_is_unknown_here(
    work: Path, ledger: Ledger, tmp_path: Path
) -> None:
    ledger.record([Decision(B, "different", C), Decision(B, "label", "cat")], "bob")
    invoke("ledger", "export", tmp_path / "decided.csv", "--workspace", work)
    ledger.undo([3, 4], "bob")
    command = (
        "ledger",
        "import",
        tmp_path / "decided.csv",
        "--workspace",
        work,
        "--who",
        "zoe",
        "--new-classes",
    )
    result = invoke(*command)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "6 decisions by zoe, 2 of them new",
        "2 are on pictures that this workspace does not know, and wait for those",
        f"to take back what is new: inksift ledger undo 9-10 --workspace {work}",
        f"what is new counts from the next run on: inksift run {tmp_path / 'crawl'} --workspace "
        f"{work}",
    ]
    assert invoke(*command).stdout == "6 decisions: nothing new, as all of them hold already\n"
    assert json.loads(invoke(*command, "--json").stdout)["undo"] is None


def test_one_decision_is_told_as_one(work: Path, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(f"image_id,action,value,note\n{C},outcome,kept,\n")
    command = ("ledger", "import", tmp_path / "one.csv", "--workspace", work, "--who", "zoe")
    assert invoke(*command).stdout.splitlines()[:3] == [
        "1 new decision by zoe",
        "1 is on a picture that this workspace does not know, and waits for it",
        f"to take back what is new: inksift ledger undo 1 --workspace {work}",
    ]
    assert invoke(*command).stdout == "1 decision: nothing new, as it holds already\n"
    told = invoke("ledger", "export", tmp_path / "out.csv", "--workspace", work).stdout
    assert told == f"1 decision in {tmp_path / 'out.csv'}\n"


def test_a_class_that_no_file_has_is_meant_or_a_mistake(
    work: Path, ledger: Ledger, tmp_path: Path
) -> None:
    labels = (A, "a"), (B, "12"), (C, "1.00E+05"), ("d" * 64, "03.Apr"), ("e" * 64, "12")
    rows = "".join(f"{image_id},label,{label},\n" for image_id, label in labels)
    (tmp_path / "changed.csv").write_text(f"image_id,action,value,note\n{rows}")
    command = ("ledger", "import", tmp_path / "changed.csv", "--workspace", work, "--who", "zoe")
    result = invoke(*command)
    assert result.exit_code == 2
    assert (
        "4 decisions name classes that no file has: 12, 1.00E+05, 03.Apr. Spreadsheets change"
        in result.stderr
    )
    assert "--new-classes" in result.stderr
    assert ledger.last() == 4
    assert invoke(*command, "--new-classes").exit_code == 0
    assert ledger.last() == 9


def test_a_class_that_people_named_before_the_last_run_is_known(
    work: Path, ledger: Ledger, tmp_path: Path
) -> None:
    write_atomically(work / "tables" / "human_decisions.parquet", to_parquet(ledger.in_force()))
    (tmp_path / "one.csv").write_text(f"image_id,action,value,note\n{B},label,fox,\n")
    command = ("ledger", "import", tmp_path / "one.csv", "--workspace", work, "--who", "zoe")
    assert invoke(*command).exit_code == 0


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("cut.jsonl", b'{"image_id"', "row 1: not JSON: it was cut short"),
        ("none.jsonl", b"", "there is no decision in the file"),
        (
            "one.csv",
            f"image_id,action,value,note\n{B},label,cat,\n{A},outcome,maybe,\n".encode(),
            "row 3: value",
        ),
        (
            "both.csv",
            f"image_id,action,value,note\n{B},label,cat,\n{B},label,dog,\n".encode(),
            "row 3 contradicts",
        ),
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


def test_an_export_is_not_written_over_nor_among_the_pictures(
    work: Path, ledger: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    for place, told in (
        (tmp_path / "mine.csv", "is there already: choose another name"),
        (tmp_path / "crawl" / "decided.csv", "lies among the pictures"),
        (tmp_path / "trusted" / "decided.csv", "lies among the pictures"),
        (work / "decided.csv", "lies inside the workspace"),
        (work / "tables" / "decided.csv", "lies inside the workspace"),
        (tmp_path / "decided.txt", "expected a .csv or .jsonl file in a folder that exists"),
        (tmp_path / "nowhere" / "decided.csv", "in a folder that exists"),
    ):
        result = invoke("ledger", "export", place, "--workspace", work)
        assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert (tmp_path / "mine.csv").read_text() == "mine"
    assert not list((tmp_path / "crawl").iterdir())
    assert not list(work.rglob("decided.csv"))


@pytest.mark.parametrize("name", ["decided.csv", "decided.jsonl"])
def test_an_export_of_nothing_is_a_file_that_says_so(work: Path, tmp_path: Path, name: str) -> None:
    result = invoke("ledger", "export", tmp_path / name, "--workspace", work)
    told = f"no decisions in {tmp_path / name}: nothing is decided in this ledger\n"
    assert (result.exit_code, result.stdout) == (0, told)
    again = invoke("ledger", "export", tmp_path / f"again {name}", "--workspace", work, "--json")
    assert json.loads(again.stdout) == {"decisions": 0, "file": str(tmp_path / f"again {name}")}
    result = invoke("ledger", "import", tmp_path / name, "--workspace", work, "--who", "zoe")
    assert (result.exit_code, "there is no decision in the file" in result.stderr) == (2, True), (
        result.output
    )
    assert (
        invoke("ledger", "history", "--workspace", work).stdout == "nobody has decided anything\n"
    )


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


# --- undo ---


def test_a_wrong_import_is_taken_back_by_the_command_that_it_tells(
    work: Path, ledger: Ledger, tmp_path: Path
) -> None:
    before = decided(ledger)
    (tmp_path / "wrong.csv").write_text(
        f"image_id,action,value,note\n{A},label,b,\n{B},outcome,kept,\n{C},medium,photo,\n"
    )
    taken = invoke(
        "ledger", "import", tmp_path / "wrong.csv", "--workspace", work, "--who", "zoe", "--json"
    )
    command = json.loads(taken.stdout)["undo"]
    assert command == f"inksift ledger undo 5-7 --workspace {work}"
    result = invoke(*shlex.split(command)[1:], "--who", "ann", "--note", "wrong file")
    assert result.exit_code == 0, result.output
    assert decided(ledger) == before
    lines = result.stdout.splitlines()
    assert [line.split("  ", 3)[3] for line in lines[:3]] == [
        "takes back 5: label: b -> fox  a/1.png and 1 more  (wrong file)",
        "takes back 6: outcome: kept -> rejected  b/3.png  (wrong file)",
        "takes back 7: medium: photo -> undecided  cccccccccccc (not in this workspace)  (wrong "
        "file)",
    ]
    assert (
        lines[3]
        == f"this counts from the next run on: inksift run {tmp_path / 'crawl'} --workspace {work}"
    )

    again = invoke(*shlex.split(command)[1:], "--who", "ann")
    assert (again.exit_code, "taken back already" in again.stderr) == (2, True), again.output
    assert (
        json.loads(invoke("ledger", "undo", "8", "--workspace", work, "--json").stdout)["entries"][
            0
        ]["undoes"]
        == 8
    )
    assert decided(ledger) != before


@pytest.mark.parametrize(
    "entry", ["0", "9", "3-2", "3-9", "1-999999999", "x", "-1", "1-", "", "\u0663"]
)
def test_what_is_no_entry_is_not_taken_back(work: Path, ledger: Ledger, entry: str) -> None:
    result = invoke("ledger", "undo", "--workspace", work, "--who", "ann", "--", "1", entry)
    assert result.exit_code == 2
    assert f"ENTRY {entry}: expected a number of `inksift ledger history`" in result.stderr
    assert ledger.last() == 4


# --- damage ---


@pytest.mark.parametrize(
    "command", [("history",), ("export", "decided.csv"), ("import", "good.jsonl", "--who", "zoe")]
)
def test_a_damaged_ledger_is_told_in_words(
    work: Path,
    ledger: Ledger,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text(
        f'{{"image_id":"{A}","action":"label","value":"cat","note":""}}\n'
    )
    (work / "ledger.sqlite").write_bytes(b"torn")
    result = invoke("ledger", *command, "--workspace", work)
    assert (result.exit_code, "import your last export" in result.stderr) == (2, True), (
        result.output
    )
    assert (work / "ledger.sqlite").read_bytes() == b"torn"
    assert not Path("decided.csv").exists()


def test_verify_reads_the_ledger(work: Path, ledger: Ledger) -> None:
    with Workspace(work).locked():
        write_atomically(work / "tables" / "images.parquet", to_parquet(images_of()))
    result = invoke("verify", "--workspace", work)
    assert (result.exit_code, result.stdout) == (0, "everything matches\n")
    (work / "ledger.sqlite").write_bytes(b"torn")
    result = invoke("verify", "--workspace", work)
    assert result.exit_code == 1
    assert "ledger.sqlite: cannot use the ledger" in result.stdout
    assert result.stdout.count("import your last export") == 1


# --- another ledger ---


@pytest.mark.slow
def test_a_run_hears_the_ledger_of_its_option_and_people_decide_in_that_one(
    sample: Path, tmp_path: Path
) -> None:
    work, team, few = (
        tmp_path / "w",
        f"sqlite:///{tmp_path / 'team.sqlite'}",
        tmp_path / "few" / "class",
    )
    few.mkdir(parents=True)
    for picture in sorted((sample / "images").rglob("*.png"))[:4]:
        shutil.copy(picture, few)
    judge = (
        "judge",
        few.parent,
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        work,
        "--ledger",
        team,
    )
    plain = settings("object_counts.download=false", "verdicts.recipe=camp2022")
    assert invoke(*judge, *plain).exit_code == 0
    row = read_parquet(work / "decisions.parquet").query("outcome == 'kept'").iloc[0]
    (tmp_path / "said.jsonl").write_text(json.dumps(
        {"image_id": row["image_id"], "action": "outcome", "value": "rejected", "note": "blurred"}
    ) + "\n")  # fmt: skip

    take = ("ledger", "import", tmp_path / "said.jsonl", "--workspace", work, "--who", "zoe")
    other = Ledger(f"sqlite:///{tmp_path / 'other.sqlite'}")
    other.record([Decision(A, "outcome", "kept")], "ann")
    result = invoke(*take, "--ledger", other.name)
    assert (result.exit_code, f"the last run heard the ledger {team}" in result.stderr) == (
        2,
        True,
    ), result.output
    result = invoke(*take)  # the setup remembers the ledger of the first run
    assert f"inksift decide --workspace {work}\n" in result.stdout, result.output

    assert invoke(*judge[:-2], *plain).exit_code == 0
    after = read_parquet(work / "decisions.parquet").set_index("path")
    assert after.loc[row["path"], ["outcome", "reason", "decided_by"]].tolist() == [
        "rejected",
        "human",
        "human",
    ]
    assert not (work / "ledger.sqlite").exists()
    assert invoke("verify", "--workspace", work).exit_code == 0

    own = f"sqlite:///{work / 'ledger.sqlite'}"
    forgetful = (*judge[:-1], own, *plain)
    result = invoke(*forgetful)
    assert result.exit_code == 2
    assert (
        "1 decision that the last run heard is not in this ledger, the workspace's own: that run "
        "heard" in result.stderr
    )
    assert f"name it with --ledger {team}" in result.stderr
    assert invoke("verify", "--workspace", work).exit_code == 0  # nothing was touched
    result = invoke(*forgetful, "--accept-other-ledger")
    assert result.exit_code == 0
    assert f"ledger: the workspace's own instead of {team}" in result.stdout
    assert "human" not in set(read_parquet(work / "decisions.parquet")["decided_by"])
    assert invoke("verify", "--workspace", work, "--ledger", own).exit_code == 0


def test_a_team_moves_to_its_own_ledger_by_export_and_import(
    work: Path, ledger: Ledger, tmp_path: Path
) -> None:
    team = f"sqlite:///{tmp_path / 'team.sqlite'}"
    write_atomically(work / "tables" / "human_decisions.parquet", to_parquet(ledger.in_force()))
    assert invoke("ledger", "history", "--workspace", work, "--ledger", team).exit_code == 0
    invoke("ledger", "export", tmp_path / "all.jsonl", "--workspace", work)
    take = (
        "ledger",
        "import",
        tmp_path / "all.jsonl",
        "--workspace",
        work,
        "--who",
        "zoe",
        "--ledger",
        team,
    )
    result = invoke(*take)
    assert result.exit_code == 0, result.output
    assert f"inksift run {tmp_path / 'crawl'} --workspace {work} --ledger {team}" in result.stdout
    whole_ledger(Workspace(work), Ledger(team), HearingParams())
    assert (
        invoke(
            "ledger", "export", tmp_path / "team.csv", "--workspace", work, "--ledger", team
        ).exit_code
        == 0
    )

    for command in (take, ("ledger", "undo", "1", "--workspace", work, "--ledger", team)):
        result = invoke(*command)
        assert (result.exit_code, "heard the workspace's own ledger" in result.stderr) == (
            2,
            True,
        ), result.output
    assert Ledger(team).last() == 4


@pytest.mark.parametrize(
    "lose", [Path.unlink, lambda file: Ledger(f"sqlite:///{file}").undo([1, 2, 3, 4], "ann")]
)
def test_a_run_forgets_nothing_that_was_not_taken_back(
    sample: Path,
    work: Path,
    ledger: Ledger,
    tmp_path: Path,
    lose: Callable[[Path], object],
    monkeypatch,
) -> None:
    write_atomically(work / "tables" / "human_decisions.parquet", to_parquet(ledger.in_force()))
    ran: list[str] = []
    monkeypatch.setattr(
        runner,
        "execute",
        lambda project, job, *_, **__: ran.append(job) or Heard(failed_checks=["x"]),
    )
    judge = ("judge", sample / "images", "--out", tmp_path / "o.csv", "--workspace", work)
    lose(work / "ledger.sqlite")
    result = invoke(*judge)
    if ledger.last():
        assert (result.exit_code, ran) == (1, ["curate"]), result.output
        return
    assert (result.exit_code, ran) == (2, [])
    assert (
        "4 decisions that the last run heard are not in this ledger, the workspace's own: bring "
        "back" in result.stderr
    )
    assert "--accept-other-ledger" in result.stderr
    assert (invoke(*judge, "--accept-other-ledger").exit_code, ran) == (1, ["curate"])


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
    command = (
        "judge",
        sample / "images",
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        tmp_path / "w",
        "--ledger",
        url,
    )
    result = invoke(*command)
    assert (result.exit_code, told in result.stderr) == (2, True), result.output
    assert not (tmp_path / "w" / "measurements").exists()


def test_the_environment_names_the_ledger_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKSIFT_SOURCE", str(tmp_path))
    monkeypatch.setenv("INKSIFT_LEDGER", "sqlite:////team.sqlite")
    project = project_from_environment()
    assert project is not None
    assert project.ledger_url == "sqlite:////team.sqlite"
    monkeypatch.delenv("INKSIFT_LEDGER")
    assert project_from_environment().ledger_url == ""
