"""An audit from the questions to the next run: a person answers, and the answers hold."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.runs.kept import kept_runs
from inksift.curation.sample import read_truth
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.medium.head import digest, load_head
from tests.graph.conftest import JUDGE, settings


def told(result) -> dict:
    return json.loads(result.stdout)


def decided(workspace: Path) -> pd.DataFrame:
    return read_parquet(workspace / "decisions.parquet").set_index("path")


def fill(file: Path, answers: dict[str, str]) -> list[dict[str, str]]:
    """Write answers by path into a sheet, as a spreadsheet would save it; the rows."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        row["answer"] = answers.get(row["path"], "")
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), dialect="excel")
        writer.writeheader()
        writer.writerows(rows)
    return rows


def test_answers_hold_from_the_next_run_on(
    judged: Path, sample: Path, tmp_path: Path, inksift
) -> None:
    images = sample / "images"
    kinds = read_truth(sample / "truth.csv").set_index("path")["kind"].to_dict()
    asked = inksift(
        "audit", "--workspace", judged, "--n", 30, "--out", tmp_path / "audit.csv", "--json"
    )
    assert asked.exit_code == 0, asked.output
    assert told(asked)["questions"] == 30
    rows = fill(
        tmp_path / "audit.csv", kinds | {pd.read_csv(tmp_path / "audit.csv")["path"][0]: "skip"}
    )
    assert {row["path"] for row in rows} <= set(decided(judged).index)

    taken = inksift(
        "audit",
        "--workspace",
        judged,
        "--answers",
        tmp_path / "audit.csv",
        "--who",
        "ann",
        "--json",
    )
    assert taken.exit_code == 0, taken.output
    found = told(taken)
    assert found["answers"] == found["new"] == found["photos"] + found["illustrations"]
    assert (found["answers"], found["skipped"]) == (29, 1)
    figures = [
        figure for side in ("shipped", "refitted") for figure in found[side].values() if figure
    ]
    assert len(figures) > 6
    assert all(0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1 for figure in figures)

    queue = found["changes"]["queue"]
    assert [row["answers"] for row in queue] == [0, 10, 20, 29]
    assert len({row["unsure"] + row["photo"] + row["illustration"] for row in queue}) == 1

    again = inksift(
        "judge", images, "--out", tmp_path / "again.csv", "--workspace", judged, "--json", *JUDGE
    )
    assert again.exit_code == 0, again.output
    decisions = decided(judged)
    outcomes = {"illustration": "kept", "photo": "rejected"}
    for row in rows:
        if row["answer"] in outcomes:
            decision = decisions.loc[row["path"]]
            assert (decision["decided_by"], decision["outcome"]) == (
                "human",
                outcomes[row["answer"]],
            )
            assert "ann" in decision["explanation"]
    assert (decisions["decided_by"] == "human").sum() == found["answers"]
    assert (
        sum(told(again)["outcomes"].values())
        == len(decisions)
        == sum(path.is_file() for path in images.rglob("*"))
    )
    assert json.loads((judged / "medium.json").read_text())["answers"] == found["answers"]
    # the run says what the audit foretold
    stored = read_parquet(judged / "tables" / "queue.parquet")
    assert stored.to_dict("records") == queue
    assert "What answers bought" in (judged / "report.html").read_text()
    assert inksift("verify", "--workspace", judged).exit_code == 0

    second = inksift(
        "audit", "--workspace", judged, "--n", 500, "--out", tmp_path / "second.csv", "--json"
    )
    assert told(second)["answered_before"] == found["answers"]
    with (tmp_path / "second.csv").open(newline="") as lines:
        asked_now = {row["image_id"] for row in csv.DictReader(lines)}
    assert not asked_now & {row["image_id"] for row in rows if row["answer"] in outcomes}


def test_an_answer_on_another_copy_reaches_the_kept_one(
    judged: Path, tmp_path: Path, inksift
) -> None:
    duplicates = read_parquet(judged / "tables" / "duplicates.parquet")
    near = duplicates[duplicates["relation"] == "duplicate"].iloc[0]
    (tmp_path / "copy.csv").write_text(f"image_id,answer\n{near['image_id']},p\n")
    found = told(
        inksift("audit", "--workspace", judged, "--answers", tmp_path / "copy.csv", "--json")
    )
    assert (found["answers"], found["photos"], found["illustrations"]) == (1, 1, 0)
    assert found["shipped"]["auroc"] is None
    kept = duplicates[duplicates["keep"] & (duplicates["group"] == near["group"])].iloc[0]
    inksift("audit", "--workspace", judged, "--n", 500, "--out", tmp_path / "rest.csv")
    assert kept["image_id"] not in (tmp_path / "rest.csv").read_text()


def test_a_missing_class_is_said_in_words(judged: Path, tmp_path: Path, inksift) -> None:
    inksift("audit", "--workspace", judged, "--n", 5, "--out", tmp_path / "audit.csv")
    fill(tmp_path / "audit.csv", dict.fromkeys(decided(judged).index, "i"))
    text = inksift(
        "audit", "--workspace", judged, "--answers", tmp_path / "audit.csv", "--who", "ann"
    ).stdout
    assert "undefined: needs answers of both classes" in text
    assert "undefined: needs a photograph among the answers" in text
    assert "left to review:" in text
    assert "the thresholds stay" in text
    assert "inksift decide" in text


def test_the_page_and_the_sheet_have_the_same_lines(judged: Path, tmp_path: Path, inksift) -> None:
    text = inksift("audit", "--workspace", judged, "--n", 4, "--out", tmp_path / "audit.csv").stdout
    assert str(tmp_path / "audit.html") in text
    page = (tmp_path / "audit.html").read_text()
    with (tmp_path / "audit.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    places = [page.index(f'alt="line {line}: {row["path"]}"') for line, row in enumerate(rows, 2)]
    assert places == sorted(places)
    # Copies whose choice was close are shown below, and are no lines of the sheet.
    assert page.count('alt="line ') == len(rows) == 4
    assert (judged / "report.html").as_uri() in page
    assert all(run.name in page for run in kept_runs(Workspace(judged)))
    assert f"inksift audit --workspace {judged} --answers {tmp_path / 'audit.csv'}" in page


def test_a_wrong_line_records_nothing(judged: Path, tmp_path: Path, inksift) -> None:
    inksift("audit", "--workspace", judged, "--n", 5, "--out", tmp_path / "audit.csv")
    rows = fill(tmp_path / "audit.csv", dict.fromkeys(decided(judged).index, "i"))
    text = (tmp_path / "audit.csv").read_text().replace(rows[-1]["image_id"], "0" * 64)
    (tmp_path / "audit.csv").write_text(text)
    result = inksift("audit", "--workspace", judged, "--answers", tmp_path / "audit.csv")
    assert result.exit_code == 2
    assert "line 6: expected an image_id of this workspace" in result.stderr
    assert Ledger.of(Workspace(judged)).entries() == []


def test_answers_are_not_written_over(judged: Path, sample: Path, tmp_path: Path, inksift) -> None:
    command = ("audit", "--workspace", judged, "--n", 5, "--out")
    assert inksift(*command, tmp_path / "audit.csv").exit_code == 0
    for place, words in (
        (tmp_path / "audit.csv", "is there already"),
        (sample / "images" / "audit.csv", "lies among the pictures"),
        (tmp_path / "audit.txt", "expected a .csv file"),
        (tmp_path / "nowhere" / "audit.csv", "in a folder that exists"),
    ):
        result = inksift(*command, place)
        assert (result.exit_code, words in result.stderr) == (2, True), result.output


def test_without_a_finished_run_there_is_nothing_to_audit(tmp_path: Path, inksift) -> None:
    Workspace(tmp_path / "empty")
    for arguments in (("--out", tmp_path / "audit.csv"), ("--answers", tmp_path / "audit.csv")):
        (tmp_path / "audit.csv").unlink(missing_ok=True)
        if "--answers" in arguments:
            (tmp_path / "audit.csv").write_text("image_id,answer\n")
        result = inksift("audit", "--workspace", tmp_path / "empty", *arguments)
        assert (result.exit_code, "no finished run" in result.stderr) == (2, True), result.output
    assert inksift("audit", "--workspace", tmp_path / "none").exit_code == 2


def test_a_recipe_without_probabilities_cannot_be_audited(
    sample: Path, measured: Path, tmp_path: Path, inksift
) -> None:
    plain = settings("object_counts.download=false", "verdicts.recipe=camp2022")
    inksift(
        "judge",
        sample / "images",
        "--out",
        tmp_path / "o.csv",
        "--workspace",
        measured,
        *plain,
    )
    result = inksift("audit", "--workspace", measured, "--out", tmp_path / "audit.csv")
    assert result.exit_code == 2
    assert "verdicts.recipe=learned" in result.stderr


def test_an_audit_needs_no_accepted_decisions(judged: Path, tmp_path: Path, inksift) -> None:
    """A brake may have stopped every run so far: then nothing says where the pictures are."""
    for name in ("source.json", "inksift.yaml"):
        (judged / name).unlink()
    assert (
        inksift("audit", "--workspace", judged, "--n", 5, "--out", tmp_path / "audit.csv").exit_code
        == 0
    )
    fill(tmp_path / "audit.csv", dict.fromkeys(decided(judged).index, "i"))
    result = inksift(
        "audit", "--workspace", judged, "--answers", tmp_path / "audit.csv", "--who", "ann"
    )
    assert "inksift run SOURCE --workspace" in result.stdout


def test_other_human_decisions_are_no_answers(judged: Path, tmp_path: Path, inksift) -> None:
    some = decided(judged)["image_id"].iloc[0]
    Ledger.of(Workspace(judged)).record([Decision(some, "outcome", "kept")], "ann")
    result = inksift(
        "audit", "--workspace", judged, "--n", 5, "--out", tmp_path / "audit.csv", "--json"
    )
    assert told(result)["answered_before"] == 0


def test_an_audit_is_of_the_head_that_the_run_used(
    judged: Path, sample: Path, tmp_path: Path, inksift
) -> None:
    embedder, own = (
        json.loads((judged / "medium.json").read_text())["embedder"],
        tmp_path / "weights",
    )
    own.mkdir()
    other = replace(load_head(embedder), base=0.0)
    (own / f"medium-{embedder}.json").write_bytes(other.to_json())
    inksift("audit", "--workspace", judged, "--n", 5, "--out", tmp_path / "audit.csv")
    fill(tmp_path / "audit.csv", dict.fromkeys(decided(judged).index, "i"))
    audit = ("audit", "--workspace", judged, "--answers", tmp_path / "audit.csv", "--who", "ann")

    result = inksift(*audit, "--weights-dir", own)
    assert (result.exit_code, f"but in {own} it is {digest(other)}" in result.stderr) == (
        2,
        True,
    ), result.output
    again = ("--out", tmp_path / "again.csv", "--workspace", judged, "--weights-dir", own)
    assert inksift("judge", sample / "images", *again, *JUDGE).exit_code == 0
    result = inksift(*audit)
    assert result.exit_code == 2
    assert f"the last run judged by the medium head {digest(other)} for {embedder}" in result.stderr
    assert "give the same --weights-dir as that run" in result.stderr
    assert Ledger.of(Workspace(judged)).entries() == []
    assert inksift(*audit, "--weights-dir", own).exit_code == 0


def test_where_no_picture_could_be_judged_there_is_nothing_to_ask_or_take(
    tmp_path: Path, inksift
) -> None:
    (tmp_path / "images" / "c").mkdir(parents=True)
    (tmp_path / "images" / "c" / "torn.png").write_bytes(b"torn")
    run = ("--out", tmp_path / "o.csv", "--workspace", tmp_path / "w")
    result = inksift("judge", tmp_path / "images", *run, *JUDGE)
    assert read_parquet(tmp_path / "w" / "tables" / "votes.parquet").empty, result.output
    sheet = tmp_path / "audit.csv"
    asked = inksift("audit", "--workspace", tmp_path / "w", "--out", sheet)
    assert (asked.exit_code, asked.stdout) == (0, "nothing to ask: no picture can be audited\n"), (
        asked.output
    )
    assert not sheet.exists()
    assert not sheet.with_suffix(".html").exists()
    sheet.write_text(f"image_id,answer\n{'0' * 64},i\n")
    taken = inksift("audit", "--workspace", tmp_path / "w", "--answers", sheet)
    assert (taken.exit_code, "no picture of this folder can be audited" in taken.stderr) == (
        2,
        True,
    ), taken.output


def test_when_every_picture_has_an_answer_nothing_is_written(
    judged: Path, tmp_path: Path, inksift
) -> None:
    ids = read_parquet(judged / "tables" / "votes.parquet")["image_id"]
    Ledger.of(Workspace(judged)).record(
        [Decision(image_id, "medium", "photo") for image_id in ids], "ann"
    )
    result = inksift("audit", "--workspace", judged, "--out", tmp_path / "audit.csv")
    assert result.stdout == f"nothing is left to ask: {len(ids)} pictures have an answer\n"
    result = inksift("audit", "--workspace", judged, "--out", tmp_path / "audit.csv", "--json")
    assert told(result) == {
        "questions": 0,
        "answered_before": len(ids),
        "sheet": None,
        "page": None,
        "next": None,
    }
    assert not list(tmp_path.glob("audit.*"))


def test_pictures_that_an_answer_cannot_save_are_not_asked_about(
    judged: Path, tmp_path: Path, inksift
) -> None:
    table = judged / "tables" / "verdicts.parquet"
    decisions = read_parquet(table)
    ids = read_parquet(judged / "tables" / "votes.parquet")["image_id"]
    bad = decisions["image_id"].isin(ids[:10]) & (decisions["duplicate_of"] == "")
    decisions.loc[bad, ["outcome", "stage", "reason"]] = ["rejected", "embeddings", "bad_feature"]
    table.write_bytes(to_parquet(decisions))
    result = inksift(
        "audit", "--workspace", judged, "--n", 500, "--out", tmp_path / "audit.csv", "--json"
    )
    assert told(result)["answered_before"] == 0
    assert set(pd.read_csv(tmp_path / "audit.csv")["image_id"]) == set(ids[10:])


def test_help_has_an_example(inksift) -> None:
    assert "inksift audit" in inksift("audit", "--help").stdout.split("Examples", 1)[1]
