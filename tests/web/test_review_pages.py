"""What the review app answers: pages for people, JSON for their scripts, words for what is wrong."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from curation.ledger.decisions import Decision
from curation.ledger.ledger import Ledger
from curation.store.parquet import read_parquet, to_parquet
from curation.store.workspace import Workspace
from tests.web.asking import Browser, app_of
from tests.web.finished import finish
from tests.web.test_report_page import HOSTILE

PAGES = ("/", "/?outcome=kept&outcome=review&outcome=rejected", "/files/0", "/files/33", "/audit", "/history")


class Scripts(HTMLParser):
    """Collects whatever a page could run, load from elsewhere or submit."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [
            f"{tag}.{name}" for name in given if name.startswith("on") or name in ("style", "srcdoc", "action")
        ]
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.found.append(tag)
        if tag == "script" and not re.fullmatch(r"/static/[a-z]+\.js", given.get("src") or ""):
            self.found.append("script")
        for name in ("src", "href"):
            if name in given and not re.match(r"/(?!/)|#", given[name] or ""):
                self.found.append(f"{name}={given[name]}")


def files(workspace: Workspace, **wanted: object) -> list[int]:
    """The numbers of the files that are like that in DUPLICATES."""
    machine = read_parquet(workspace.tables / "machine_verdicts.parquet")
    rows = machine.merge(read_parquet(workspace.tables / "duplicates.parquet"), on="path", how="left")
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return list(rows.index)


def one(file: int, action: str = "outcome", value: str = "rejected", seen: int = 0) -> dict[str, Any]:
    return {"decisions": [{"file": file, "action": action, "value": value, "seen": seen}], "note": ""}


@pytest.mark.parametrize("target", PAGES)
def test_a_page_runs_nothing_of_its_own(target: str, browser: Browser) -> None:
    answer = browser.get(target)
    parser = Scripts()
    parser.feed(answer.body.decode())
    assert answer.status == 200
    assert parser.found == []
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("target", PAGES)
def test_hostile_names_stay_text(target: str, tmp_path: Any) -> None:
    stems = [name.replace("/", "|").replace("\0", "") for name in HOSTILE]
    workspace = finish(tmp_path / "hostile", stems=stems)
    first = read_parquet(workspace.tables / "machine_verdicts.parquet")["image_id"][0]
    decisions = [Decision(first, "label", HOSTILE[0], HOSTILE[1]), Decision(first, "outcome", "kept", HOSTILE[4])]
    Ledger.of(workspace).record(decisions, HOSTILE[2])
    body = Browser(app_of(workspace)).get(target).body.decode()
    parser = Scripts()
    parser.feed(body)
    assert parser.found == []
    assert all(char.isprintable() or char == "\n" for char in body)


def test_a_decision_answers_with_every_tile_of_the_picture(browser: Browser, reviewable: Workspace) -> None:
    copy = files(reviewable, relation="exact")[0]
    answer = browser.post("/decisions", one(copy, "label", "wolf"))
    told = answer.json()
    assert answer.status == 200
    assert told["entries"] == told["new"] == [1]
    assert str(copy) in told["tiles"]
    assert len(told["tiles"]) == 2
    assert all("wolf</bdi>" in tile for tile in told["tiles"].values())
    assert told["totals"]["waiting"] == 1
    entry = Ledger.of(reviewable).entries()[0]
    assert (entry.who, entry.action, entry.value) == ("ana", "label", "wolf")


def test_what_held_already_is_no_new_entry(browser: Browser, reviewable: Workspace) -> None:
    file = files(reviewable, relation="none")[0]
    browser.post("/decisions", one(file))
    told = browser.post("/decisions", one(file)).json()
    assert (told["entries"], told["new"]) == ([1], [])


def test_a_decision_on_a_copy_reaches_the_kept_one(browser: Browser, reviewable: Workspace) -> None:
    copy = files(reviewable, relation="duplicate")[0]
    duplicates = read_parquet(reviewable.tables / "duplicates.parquet").set_index("path")
    machine = read_parquet(reviewable.tables / "machine_verdicts.parquet")
    kept = duplicates.loc[duplicates.loc[machine["path"][copy], "duplicate_of"], "image_id"]
    wishes = (("label", "wolf"), ("copy", "keep"), ("different", kept))
    for seen, (action, value) in enumerate(wishes):
        answer = browser.post("/decisions", one(copy, action, value, seen=seen))
        assert answer.status == 200, answer.body
    targets = {entry.action: entry.image_id for entry in Ledger.of(reviewable).entries()}
    own = machine["image_id"][copy]
    assert targets == {"label": kept, "copy": own, "different": own}


@pytest.mark.parametrize(
    ("relation", "action", "why"),
    [
        ("none", "copy", "it is no copy"),
        ("none", "different", "it is no copy"),
        ("exact", "copy", "same bytes"),
        ("exact", "different", "same bytes"),
        ("pixels", "different", "same pixels"),
    ],
)
def test_what_makes_no_sense_for_a_file_is_refused_in_words(
    relation: str, action: str, why: str, browser: Browser, reviewable: Workspace
) -> None:
    answer = browser.post("/decisions", one(files(reviewable, relation=relation)[0], action, "keep"))
    assert answer.status == 422
    assert why in answer.json()["error"]
    assert Ledger.of(reviewable).entries() == []


def test_an_unreadable_file_cannot_be_decided_on(browser: Browser, reviewable: Workspace) -> None:
    answer = browser.post("/decisions", one(files(reviewable, reason="unreadable")[0], "outcome", "kept"))
    assert answer.status == 422
    assert "could not be read" in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        ([], 422, "a JSON object with decisions"),
        ({"decisions": []}, 422, "a list with something in it"),
        ({"decisions": [7]}, 422, "a JSON object with action, file, seen, value"),
        (one(-1), 422, "file: expected a whole number"),
        (one(True), 422, "file: expected a whole number"),
        (one(36), 404, "there is no file 36: the last run found 36"),
        (one(0, seen=1), 422, "load the page again"),
        (one(0, "delete"), 422, "expected outcome, label, medium, copy, different"),
        (one(0, "outcome", "maybe"), 422, "expected kept or rejected, got 'maybe'"),
        (one(0, "label", ""), 422, "1 to 255 bytes"),
        (one(0, "label", "a\nb"), 422, "on one line"),
        (one(0) | {"note": 7}, 422, "note: expected text"),
        (one(0) | {"note": "x" * 10_001}, 422, "at most 10000 characters"),
        (one(0) | {"who": "root"}, 422, "a JSON object with decisions"),
        (one(0) | {"run": "an earlier one"}, 409, "another run has ended"),
        ({"decisions": one(0)["decisions"] * 2}, 422, "the same kind of decision twice"),
    ],
)
def test_what_is_malformed_is_refused_in_words(
    body: object, status: int, why: str, browser: Browser, reviewable: Workspace
) -> None:
    answer = browser.post("/decisions", body)
    assert (answer.status, why in answer.json()["error"]) == (status, True), answer.json()
    assert Ledger.of(reviewable).entries() == []


def test_two_copies_are_not_given_contradicting_classes(browser: Browser, reviewable: Workspace) -> None:
    copy = files(reviewable, relation="exact")[0]
    (kept,) = (
        int(file) for file in browser.post("/decisions", one(copy, "label", "fox")).json()["tiles"] if int(file) != copy
    )
    both = [one(copy, "label", "wolf", 1), one(kept, "label", "bear", 1)]
    answer = browser.post("/decisions", {"decisions": [body["decisions"][0] for body in both]})
    assert answer.status == 422
    assert "contradict" in answer.json()["error"]


def test_who_decided_meanwhile_is_told_and_nothing_is_recorded(browser: Browser, reviewable: Workspace) -> None:
    first, second = files(reviewable, relation="none")[:2]
    browser.post("/decisions", one(first, "outcome", "kept"))
    mine = [one(file)["decisions"][0] for file in (second, first)]
    answer = browser.post("/decisions", {"decisions": mine})
    (conflict,) = answer.json()["conflicts"]
    assert answer.status == 409
    assert (conflict["file"], conflict["value"], conflict["who"], conflict["entry"]) == (first, "kept", "ana", 1)
    assert str(first) in answer.json()["tiles"]
    assert len(Ledger.of(reviewable).entries()) == 1


def test_undo_takes_back_together_or_not_at_all(browser: Browser, reviewable: Workspace) -> None:
    first, second = files(reviewable, relation="none")[:2]
    browser.post("/decisions", {"decisions": [one(file)["decisions"][0] for file in (first, second)]})
    told = browser.post("/undo", {"entries": [1, 2], "note": "too fast"})
    assert told.status == 200
    assert told.json()["new"] == [3, 4]
    assert {str(first), str(second)} <= set(told.json()["tiles"])
    again = browser.post("/undo", {"entries": [4, 1], "note": ""})
    assert again.status == 409
    assert "taken back already" in again.json()["error"]
    assert len(Ledger.of(reviewable).entries()) == 4


@pytest.mark.parametrize(("entries", "status"), [([1], 404), ([0], 404), ([], 422), (["1"], 422), ([1, 1], 422)])
def test_what_cannot_be_taken_back_is_refused(entries: list[object], status: int, browser: Browser) -> None:
    assert browser.post("/undo", {"entries": entries}).status == status


def test_the_ledger_can_be_taken_along(browser: Browser, reviewable: Workspace) -> None:
    browser.post("/decisions", one(0))
    text, lines = browser.get("/ledger.csv"), browser.get("/ledger.jsonl")
    assert text.headers["content-disposition"] == 'attachment; filename="ledger.csv"'
    assert b"outcome,rejected" in text.body
    assert json.loads(lines.body)["value"] == "rejected"


def test_pictures_are_kept_by_the_browser_and_pages_are_not(browser: Browser, reviewable: Workspace) -> None:
    image_id = read_parquet(reviewable.tables / "thumbnails.parquet")["image_id"][0]
    for kind in ("thumbnails", "pictures"):
        answer = browser.get(f"/{kind}/{image_id}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert browser.get("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "target", ["/files/36", "/files/x", "/nothing", "/static/app.py", "/static/..%2Fapp.py", f"/thumbnails/{'0' * 64}"]
)
def test_what_is_not_there_is_a_page_that_says_so(target: str, browser: Browser) -> None:
    answer = browser.get(target)
    assert answer.status == 404
    assert b"There is no such page" in answer.body


def test_a_ledger_that_cannot_be_read_is_told(browser: Browser, reviewable: Workspace) -> None:
    (reviewable.root / "ledger.sqlite").write_bytes(b"not a database at all, but long enough to be taken for one" * 9)
    assert browser.get("/").status == 503
    assert "cannot use the ledger" in browser.post("/decisions", one(0)).json()["error"]


def test_the_page_says_how_the_next_run_takes_decisions_in(browser: Browser, reviewable: Workspace) -> None:
    body = browser.get("/").body.decode()
    source = json.loads((reviewable.root / "source.json").read_bytes())["source"]
    assert f"inksift run {source} --workspace {reviewable.root}" in body


def test_one_file_shows_all_that_is_known_of_it(browser: Browser, reviewable: Workspace) -> None:
    copy = files(reviewable, relation="duplicate", transform="mirrored")[0]
    browser.post("/decisions", one(copy, "copy", "keep") | {"note": "the better scan"})
    body = browser.get(f"/files/{copy}").body.decode()
    for words in ("mirrored", "0.970", "largest of", "150 px, PNG", "log-odds, their sum", "the better scan"):
        assert words in body


def test_the_audit_asks_what_inksift_audit_asks_and_counts_answers(browser: Browser, reviewable: Workspace) -> None:
    body = browser.get("/audit").body.decode()
    total = int(re.search(r"0 of (\d+) answered", body)[1])
    number = int(re.search(r'data-file="(\d+)"', body)[1])
    browser.post("/decisions", one(number, "medium", "photo"))
    after = browser.get("/audit").body.decode()
    assert f"1 of {total} answered" in after
    assert f'data-file="{number}"' not in after
    assert "Answered: <strong>photograph</strong>" in browser.get("/audit?n=1").body.decode()


def test_without_probabilities_there_is_nothing_to_audit(reviewable: Workspace) -> None:
    votes = reviewable.tables / "votes.parquet"
    votes.write_bytes(to_parquet(read_parquet(votes).head(0)))
    assert b"There is nothing to ask" in Browser(app_of(reviewable)).get("/audit").body


def test_the_history_is_paged(browser: Browser, reviewable: Workspace) -> None:
    image_id = read_parquet(reviewable.tables / "machine_verdicts.parquet")["image_id"][0]
    ledger = Ledger.of(reviewable)
    for number in range(105):
        ledger.record([Decision(image_id, "label", f"class{number}")], "bob")
    first = browser.get("/history").body.decode()
    assert "class104" in first
    assert "class4<" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)[1]
    second = browser.get(older).body.decode()
    assert re.findall(r"<td>class (class\d+)</td>", second) == [f"class{number}" for number in range(4, -1, -1)]
    assert 'rel="prev"' in second
