"""What the server tells the grid, and one decision on many files."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from inksift.curation.people.chosen_ledger import ledger_of
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.review.looks.stored import LOOKS, direction_columns, write_looks
from inksift.curation.review.reading import read_run
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.workspace import Workspace
from tests.web.asking import Browser, app_of
from tests.web.looking import in_force

ALL = "outcome=kept&outcome=review&outcome=rejected"


def listed(browser: Browser, query: str = ALL) -> dict[str, Any]:
    answer = browser.get(f"/grid/list?{query}")
    assert answer.status == 200
    return dict(answer.json())


def paths(browser: Browser, query: str = ALL) -> list[str]:
    """The paths that are listed, in order."""
    told = listed(browser, query)
    rows = {row["file"]: row["path"] for row in told["rows"]}
    return [rows[file] for file in told["files"]]


def many(browser: Browser, some: list[int], said: str = "rejected", **changes: Any) -> dict:
    """A decision on files; what `changes` has as None is left away."""
    run = listed(browser)["run"]
    whole = {"files": some, "action": "outcome", "value": said, "seen": 0, "run": run} | changes
    return {name: given for name, given in whole.items() if given is not None}


def machine(workspace: Workspace) -> pd.DataFrame:
    return read_parquet(workspace.tables / "machine_verdicts.parquet")


def numbered(workspace: Workspace, **wanted: object) -> list[int]:
    """The files of the machine's verdicts with these values, copies left out."""
    rows = machine(workspace)
    for name, value in {"duplicate_of": "", **wanted}.items():
        rows = rows[rows[name] == value]
    return [int(file) for file in rows.index]


def test_it_lists_every_file_in_the_order_of_the_list(browser: Browser) -> None:
    told = listed(browser)
    assert sorted(told["files"]) == list(range(36))
    assert told["files"][:4] == listed(browser, "outcome=review")["files"][:4]
    assert {row["file"] for row in told["rows"]} == set(told["files"])
    assert (told["last"], told["prepared"], told["stacks"]) == (0, False, None)
    assert listed(browser, "outcome=none")["files"] == []


def test_a_row_has_what_a_tile_and_its_words_need(browser: Browser, reviewable: Workspace) -> None:
    rows = {row["path"].rpartition("/")[2]: row for row in listed(browser)["rows"]}
    unsure, copy = rows["unsure004.png"], rows["scaled007 mirrored.png"]
    known = machine(reviewable).loc[unsure["file"]]
    assert unsure["image"] == known["image_id"]
    assert (unsure["verdict"], unsure["by"]) == ("for review unsure", "machine")
    assert unsure["photo"] == known["p_photo"]
    assert (unsure["size"], unsure["copies"], unsure["relation"]) == ([400, 300], 0, "none")
    assert (copy["photo"], copy["relation"]) == (None, "duplicate")
    assert copy["kept"] == rows["scaled007.png"]["file"]
    assert rows["scaled007.png"]["copies"] == 3
    broken = rows["broken011.png"]
    assert (broken["image"], broken["kept"], broken["size"]) == ("", -1, [0, 0])


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("uncertainty", lambda row: abs(row["photo"] - 0.5) if row["photo"] is not None else 9),
        ("photo", lambda row: -row["photo"] if row["photo"] is not None else 9),
        ("class", lambda row: row["label"]),
        ("large", lambda row: -row["size"][0] * row["size"][1]),
        ("small", lambda row: row["size"][0] * row["size"][1]),
        ("path", lambda row: row["path"]),
    ],
)
def test_it_sorts(browser: Browser, sort: str, key: Any) -> None:
    told = listed(browser, f"{ALL}&sort={sort}")
    rows = {row["file"]: row for row in told["rows"]}
    keys = [key(rows[file]) for file in told["files"]]
    assert keys == sorted(keys)
    assert len(set(keys)) > 1
    assert told["files"] != listed(browser)["files"]


def test_an_order_that_is_not_prepared_is_that_of_the_run(browser: Browser) -> None:
    assert listed(browser, f"{ALL}&sort=similarity")["files"] == listed(browser)["files"]


def test_rows_are_told_by_number_and_run(browser: Browser) -> None:
    told = listed(browser)
    answer = browser.get(f"/grid/rows?run={told['run']}&files=3,1").json()
    assert [row["file"] for row in answer["rows"]] == [3, 1]
    for query, status in (
        ("files=1", 404),
        (f"run={told['run']}&files=36", 404),
        (f"run={told['run']}&files=", 404),
        (f"run={told['run']}&files=1,x", 404),
        (f"run={told['run']}&files=-1", 404),
        (f"run={told['run']}&files=" + ",".join(map(str, [1] * 241)), 404),
    ):
        assert browser.get(f"/grid/rows?{query}").status == status, query


def test_one_decision_on_many_is_one_request_and_leaves_copies_alone(
    browser: Browser, reviewable: Workspace
) -> None:
    told = browser.post("/grid/decisions", many(browser, list(range(36)))).json()
    free = [row for row in listed(browser)["rows"] if row["relation"] == "none"]
    assert told["count"] == len(free)
    assert told["others"] == 36 - len(free)
    assert told["last"] == len(told["new"]) == len(free)
    assert in_force(reviewable) == [("outcome", "rejected")] * len(free)
    assert {row["file"] for row in told["rows"]} == set(told["changed"])
    assert {row["outcome"] for row in told["rows"]} == {"rejected"}
    assert told["totals"]["kept"] == 0


def test_one_undo_takes_all_of_it_back(browser: Browser, reviewable: Workspace) -> None:
    before = listed(browser)["rows"]
    told = browser.post("/grid/decisions", many(browser, list(range(36)))).json()
    undone = browser.post("/grid/undo", {"entries": told["new"], "seen": told["last"]}).json()
    assert in_force(reviewable) == []
    assert undone["last"] == 2 * told["last"]
    assert sorted(undone["rows"], key=lambda row: row["file"]) == sorted(
        [row for row in before if row["file"] in undone["changed"]], key=lambda row: row["file"]
    )


def test_what_others_decided_meanwhile_is_told_and_asked_about(
    browser: Browser, reviewable: Workspace
) -> None:
    first, second, third = numbered(reviewable, reason="unsure")[:3]
    ids = machine(reviewable)["image_id"]
    Ledger.of(reviewable).record([Decision(ids[first], "outcome", "kept")], "ben")
    answer = browser.post("/grid/decisions", many(browser, [first, second]))
    told = answer.json()
    assert answer.status == 409
    assert [(one["file"], one["who"], one["said"]) for one in told["conflicts"]] == [
        (first, "ben", "kept")
    ]
    assert told["changed"] == [first]
    assert in_force(reviewable) == [("outcome", "kept")]
    again = browser.post("/grid/decisions", many(browser, [first, second], seen=told["last"]))
    assert (again.status, again.json()["count"]) == (200, 2)
    news = browser.get(f"/grid/news?since=1&run={listed(browser)['run']}").json()
    assert news["changed"] == sorted([first, second])
    assert third not in news["changed"]


def test_an_undo_says_what_is_left_where_others_were_quicker(
    browser: Browser, reviewable: Workspace
) -> None:
    files = numbered(reviewable, reason="unsure")[:3]
    told = browser.post("/grid/decisions", many(browser, files)).json()
    Ledger.of(reviewable).undo([told["new"][1]], "ben")
    answer = browser.post("/grid/undo", {"entries": told["new"], "seen": told["last"]})
    assert answer.status == 409
    assert answer.json()["left"] == [told["new"][0], told["new"][2]]


def test_copies_are_chosen_and_told_apart(browser: Browser, reviewable: Workspace) -> None:
    rows = {row["path"].rpartition("/")[2]: row for row in listed(browser)["rows"]}
    mirrored, cropped = (rows[f"scaled007 {kind}.png"]["file"] for kind in ("mirrored", "cropped"))
    both = [mirrored, cropped]
    refused = browser.post("/grid/decisions", many(browser, both, "keep", action="copy"))
    assert (refused.status, "cannot both" in refused.json()["error"]) == (422, True)
    told = browser.post("/grid/decisions", many(browser, both, "", action="different")).json()
    kept = machine(reviewable)["image_id"][rows["scaled007.png"]["file"]]
    assert told["count"] == 2
    assert in_force(reviewable) == [("different", kept)] * 2


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"files": []}, 422, "a list with something in it"),
        ({"files": [1, 1]}, 422, "twice"),
        ({"files": [36]}, 404, "no file 36"),
        ({"files": ["1"]}, 422, "whole number"),
        ({"files": [True]}, 422, "whole number"),
        ({"action": "season"}, 422, "action: expected"),
        ({"value": "maybe"}, 422, "kept or rejected"),
        ({"value": None}, 422, "JSON object with"),
        ({"seen": 5}, 422, "the last entry is 0"),
        ({"run": "another"}, 409, "another run has ended"),
        ({"run": None}, 422, "JSON object with"),
        ({"ledger": "another"}, 409, "another workspace or ledger"),
        ({"extra": 1}, 422, "JSON object with"),
        ({"note": "\0"}, 422, "note"),
        ({"action": "label", "value": "a\nb"}, 422, "on one line"),
    ],
)
def test_what_makes_no_sense_records_nothing(
    browser: Browser, reviewable: Workspace, changes: dict, status: int, words: str
) -> None:
    files = numbered(reviewable, reason="unsure")[:2]
    answer = browser.post("/grid/decisions", many(browser, files, **changes))
    assert (answer.status, words in answer.json()["error"]) == (status, True), answer.json()
    assert in_force(reviewable) == []


def test_what_is_meant_for_no_file_is_refused(browser: Browser, reviewable: Workspace) -> None:
    broken = numbered(reviewable, reason="unreadable")
    answer = browser.post("/grid/decisions", many(browser, broken))
    assert (answer.status, "can be said of" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize("target", ["/grid/decisions", "/grid/undo"])
def test_changes_are_guarded_like_all_others(
    browser: Browser, reviewable: Workspace, target: str
) -> None:
    body = many(browser, numbered(reviewable, reason="unsure"))
    for changes in (
        {"cookie": None},
        {"origin": "http://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"x_inksift_token": "guessed"},
        {"content_type": "text/plain"},
    ):
        assert browser.post(target, body, **changes).status in (403, 415), changes
    assert browser.send(target, [b"{" * 9]).status == 400
    assert browser.send(target, [b"x" * 256_001]).status == 413
    assert browser.get(target).status == 405
    assert in_force(reviewable) == []


@pytest.fixture
def prepared(reviewable: Workspace) -> Browser:
    """The app on a run whose looks are prepared: pictures of a class lie together, the first five
    files are dark, the next blurred, the next flat."""
    run = read_run(reviewable)
    ids = list(run.thumbnails["image_id"])
    label_of = dict(zip(run.machine["image_id"], run.machine["label"], strict=True))
    kinds = [("cat", "dog", "fox").index(label_of[one]) for one in ids]
    number = {one: run.file_of[one] for one in ids}
    keys = [10_000 * kind + number[one] for one, kind in zip(ids, kinds, strict=True)]
    place = np.argsort(np.argsort(keys))
    told = {"image_id": ids, "x": np.linspace(0, 1, len(ids), dtype=np.float32)}
    told |= {"y": np.float32(0.5), "place": place, "cluster": kinds}
    for name, first, odd, usual in (
        ("light", 0, 0.1, 0.6), ("sharpness", 5, 0.5, 1.0), ("contrast", 10, 9.0, 40.0)
    ):  # fmt: skip
        told[name] = [odd if first <= number[one] < first + 5 else usual for one in ids]
    told |= {"doubt": [0.5 if number[one] == 2 else 0.0 for one in ids]}
    told |= {"rather": ["fox" if number[one] == 2 else "" for one in ids]}
    directions = np.zeros((len(ids), 3), np.int8)
    directions[np.arange(len(ids)), kinds] = 127
    frame = pd.concat([pd.DataFrame(told), direction_columns(directions)], axis=1)
    write_looks(reviewable, run, frame.astype(dict(LOOKS.columns)))
    return Browser(app_of(reviewable))


def test_similar_pictures_stand_side_by_side(prepared: Browser) -> None:
    for sort in ("similarity", "cluster"):
        told = listed(prepared, f"{ALL}&sort={sort}")
        assert told["prepared"]
        shown = [row for row in told["rows"] if row["image"]]
        rows = {row["file"]: row["label"] for row in shown}
        labels = [rows[file] for file in told["files"] if file in rows]
        assert sum(one != other for one, other in pairwise(labels)) == 2
        assert told["rows"][-1]["image"] == "", "what cannot be read comes last"


def test_more_like_this_begins_with_it(prepared: Browser) -> None:
    rows = listed(prepared)["rows"]
    fox = next(row for row in rows if row["label"] == "fox" and row["image"])
    told = listed(prepared, f"{ALL}&like={fox['file']}&sort=path")
    labels = {row["file"]: row["label"] for row in told["rows"]}
    foxes = sum(row["label"] == "fox" and bool(row["image"]) for row in rows)
    assert told["files"][0] == fox["file"]
    assert {labels[file] for file in told["files"][:foxes]} == {"fox"}
    assert labels[told["files"][foxes]] != "fox"


@pytest.mark.parametrize(("look", "first"), [("dark", 0), ("blurred", 5), ("flat", 10)])
def test_looks_are_filters(prepared: Browser, look: str, first: int) -> None:
    files = set(listed(prepared, f"{ALL}&look={look}")["files"])
    assert files <= set(range(first, first + 5)) | set(range(36))
    named = {row["file"] for row in listed(prepared)["rows"] if first <= row["file"] < first + 5}
    assert named & files
    assert len(files) < 12


def test_stacks_hold_what_is_alike_and_nothing_twice(prepared: Browser) -> None:
    told = listed(prepared, f"{ALL}&stacks=yes")
    assert sum(told["stacks"]) == len(told["files"]) == len(set(told["files"])) == 36
    labels = {row["file"]: row["label"] for row in told["rows"]}
    gone = {row["file"]: row["outcome"] == "rejected" for row in told["rows"]}
    start = 0
    for size in told["stacks"]:
        stack = told["files"][start : start + size]
        assert len({labels[file] for file in stack}) == 1
        assert [gone[file] for file in stack] == sorted(gone[file] for file in stack)
        start += size
    broken = sum(not row["image"] for row in told["rows"])
    assert len(told["stacks"]) == 3 + broken


def test_the_looks_of_another_run_are_not_these(prepared: Browser, reviewable: Workspace) -> None:
    catalogue = Catalogue(reviewable, ledger_of(reviewable))
    assert catalogue.looks is not None
    duplicates = reviewable.tables / "duplicates.parquet"
    frame = read_parquet(duplicates)
    duplicates.write_bytes(to_parquet(frame.assign(group=frame["group"] + 1)))
    catalogue.state()
    assert catalogue.looks is None


def test_the_map_has_a_place_for_every_picture_and_colours_by_what_is_known(
    prepared: Browser,
) -> None:
    told = prepared.get("/grid/map").json()
    rows = {row["file"]: row for row in listed(prepared)["rows"]}
    assert told["files"] == [file for file, row in sorted(rows.items()) if row["image"]]
    assert (min(told["x"]), max(told["x"])) == (0, 4095)
    for name, field in (("class", "label"), ("outcome", "outcome")):
        known = [told[name]["names"][code] for code in told[name]["of"]]
        assert known == [rows[file][field] for file in told["files"]]
    counts = pd.Series(told["class"]["of"]).value_counts()
    assert list(counts.index) == sorted(counts.index), "the most frequent come first"


def test_without_looks_the_map_is_empty(browser: Browser) -> None:
    told = browser.get("/grid/map").json()
    assert (told["prepared"], told["files"], told["x"]) == (False, [], [])


def test_a_class_in_doubt_comes_first_and_says_which_it_may_be(prepared: Browser) -> None:
    told = listed(prepared, f"{ALL}&sort=doubt")
    rows = {row["file"]: row["rather"] for row in told["rows"]}
    assert rows[told["files"][0]] == "fox"
    doubted = listed(prepared, f"{ALL}&look=doubted")["files"]
    assert doubted == [file for file, rather in sorted(rows.items()) if rather]
