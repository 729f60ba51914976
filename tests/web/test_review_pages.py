"""What the review app answers: pages for people, JSON for their scripts, words for what is
wrong."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from inksift.curation.gather.folder.sidecars import SIDECARS
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import LedgerConflict
from inksift.curation.people.ledger.ledger import Ledger, Recorded
from inksift.curation.people.ledger.travel import TravellingLedger
from inksift.curation.review.app import create_app
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.store.parquet import read_parquet, to_parquet
from inksift.curation.store.setup import setup_file
from inksift.curation.store.workspace import Workspace
from tests.web.asking import ACCESS, Browser, app_of
from tests.web.finished import finish, later
from tests.web.hostile import HOSTILE

PAGES = (
    "/",
    "/list",
    "/list?outcome=kept&outcome=review&outcome=rejected",
    "/files/0",
    "/files/33",
    "/audit",
    "/history",
)


class Scripts(HTMLParser):
    """Collects whatever a page could run, load from elsewhere or submit."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [
            f"{tag}.{name}"
            for name in given
            if name.startswith("on") or name in ("style", "srcdoc", "action")
        ]
        if tag in ("style", "iframe", "object", "embed", "base"):
            self.found.append(tag)
        if tag == "script" and not re.fullmatch(r"/static/[a-z-]+\.js", given.get("src") or ""):
            self.found.append("script")
        for name in ("src", "href"):
            if name in given and not re.match(r"/(?!/)|#", given[name] or ""):
                self.found.append(f"{name}={given[name]}")


def files(workspace: Workspace, **wanted: object) -> list[int]:
    """The numbers of the files that are like that in DUPLICATES."""
    machine = read_parquet(workspace.tables / "machine_verdicts.parquet")
    rows = machine.merge(
        read_parquet(workspace.tables / "duplicates.parquet"), on="path", how="left"
    )
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return list(rows.index)


def one(
    file: int, action: str = "outcome", value: str = "rejected", seen: int = 0
) -> dict[str, Any]:
    return {
        "decisions": [{"file": file, "action": action, "value": value, "seen": seen}],
        "note": "",
    }


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
    decisions = [
        Decision(first, "label", HOSTILE[0], HOSTILE[1]),
        Decision(first, "outcome", "kept", HOSTILE[4]),
    ]
    Ledger.of(workspace).record(decisions, HOSTILE[2])
    body = Browser(app_of(workspace)).get(target).body.decode()
    parser = Scripts()
    parser.feed(body)
    assert parser.found == []
    assert all(char.isprintable() or char == "\n" for char in body)


def test_a_decision_answers_with_every_tile_of_the_picture(
    browser: Browser, reviewable: Workspace
) -> None:
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


def test_an_answer_has_the_numbers_of_a_run_that_ended_meanwhile(
    reviewable: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue, file = (
        Catalogue(reviewable, Ledger.of(reviewable)),
        files(reviewable, relation="none")[0],
    )
    record, place = catalogue.record, reviewable.tables / "duplicates.parquet"

    def slow(*arguments: Any, **named: Any) -> Recorded:
        recorded, duplicates = record(*arguments, **named), read_parquet(place)
        place.write_bytes(to_parquet(duplicates.assign(group=duplicates["group"] + 1000)))
        return recorded

    monkeypatch.setattr(catalogue, "record", slow)
    answer = Browser(create_app(catalogue, csrf=ACCESS.csrf, who="ana")).post(
        "/decisions", one(file)
    )
    assert answer.status == 200
    assert str(file) in answer.json()["tiles"]


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
    ],
)
def test_what_makes_no_sense_for_a_file_is_refused_in_words(
    relation: str, action: str, why: str, browser: Browser, reviewable: Workspace
) -> None:
    answer = browser.post(
        "/decisions", one(files(reviewable, relation=relation)[0], action, "keep")
    )
    assert answer.status == 422
    assert why in answer.json()["error"]
    assert Ledger.of(reviewable).entries() == []


def test_an_unreadable_file_cannot_be_decided_on(browser: Browser, reviewable: Workspace) -> None:
    answer = browser.post(
        "/decisions", one(files(reviewable, reason="unreadable")[0], "outcome", "kept")
    )
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


def test_two_copies_are_not_given_contradicting_classes(
    browser: Browser, reviewable: Workspace
) -> None:
    copy = files(reviewable, relation="exact")[0]
    (kept,) = (
        int(file)
        for file in browser.post("/decisions", one(copy, "label", "fox")).json()["tiles"]
        if int(file) != copy
    )
    both = [one(copy, "label", "wolf", 1), one(kept, "label", "bear", 1)]
    answer = browser.post("/decisions", {"decisions": [body["decisions"][0] for body in both]})
    assert answer.status == 422
    assert "contradict" in answer.json()["error"]


def test_of_copies_only_one_is_chosen(browser: Browser, reviewable: Workspace) -> None:
    copies = files(reviewable, relation="duplicate", group=group_of_several(reviewable))
    chosen = [one(file, "copy", "keep")["decisions"][0] for file in copies]
    answer = browser.post("/decisions", {"decisions": chosen})
    assert len(copies) > 1
    assert (answer.status, "contradict" in answer.json()["error"]) == (422, True)
    apart = [one(file, "different", kept_id(browser, file))["decisions"][0] for file in copies]
    assert browser.post("/decisions", {"decisions": apart}).json()["new"] == list(
        range(1, len(copies) + 1)
    )


def group_of_several(workspace: Workspace) -> int:
    """A group with more than one copy that was found by comparing."""
    duplicates = read_parquet(workspace.tables / "duplicates.parquet")
    counts = duplicates.loc[duplicates["relation"] == "duplicate", "group"].value_counts()
    return int(counts.index[0])


def kept_id(browser: Browser, file: int) -> str:
    return re.search(r'data-kept="(\w+)"', browser.get(f"/files/{file}").body.decode())[1]


def test_another_copy_chosen_meanwhile_is_named(browser: Browser, reviewable: Workspace) -> None:
    first, second = files(reviewable, relation="duplicate", group=group_of_several(reviewable))[:2]
    browser.post("/decisions", one(first, "copy", "keep"))
    (conflict,) = browser.post("/decisions", one(second, "copy", "keep")).json()["conflicts"]
    machine = read_parquet(reviewable.tables / "machine_verdicts.parquet")
    assert (conflict["file"], conflict["path"]) == (second, machine["path"][first])


def test_a_page_of_another_ledger_changes_nothing(browser: Browser, reviewable: Workspace) -> None:
    own = re.search(r'data-ledger="(\w+)"', browser.get("/").body.decode())[1]
    assert browser.post("/decisions", one(0) | {"ledger": own}).status == 200
    for target, body in (("/decisions", one(0, value="kept", seen=1)), ("/undo", {"entries": [1]})):
        answer = browser.post(target, body | {"ledger": "another"})
        assert (answer.status, "another workspace or ledger" in answer.json()["error"]) == (
            409,
            True,
        )
    assert len(Ledger.of(reviewable).entries()) == 1
    assert browser.post("/undo", {"entries": [1], "ledger": own}).status == 200


def test_a_page_from_before_another_machine_came_between_changes_nothing(
    browser: Browser, reviewable: Workspace, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Workspace(tmp_path / "other")
    Ledger.of(other).record([Decision("f" * 64, "medium", "photo")], "bob")
    own = re.search(r'data-ledger="(\w+)"', browser.get("/").body.decode())[1]
    assert browser.post("/decisions", one(0) | {"ledger": own}).status == 200
    TravellingLedger(reviewable.root).take_in(TravellingLedger(other.root).packed())
    answer = browser.post("/undo", {"entries": [1], "ledger": own})
    assert (answer.status, "another machine" in answer.json()["error"]) == (409, True)
    with pytest.raises(LedgerConflict, match="another machine"):
        Ledger.of(reviewable).undo([1], "ann", generation=0)
    assert [entry.undoes for entry in Ledger.of(reviewable).entries()] == [0, 0]
    now = re.search(r'data-ledger="(\w+)"', browser.get("/").body.decode())[1]
    assert browser.post("/undo", {"entries": [2], "ledger": now}).status == 200


def test_each_workspace_and_ledger_has_an_identity(reviewable: Workspace, tmp_path: Path) -> None:
    other = Workspace(Path(shutil.copytree(reviewable.root, tmp_path / "other")))
    team = f"sqlite:///{tmp_path / 'team.sqlite'}"
    places = [(reviewable, ""), (other, ""), (reviewable, team), (Workspace(reviewable.root), "")]
    catalogues = [Catalogue(workspace, Ledger.of(workspace, url)) for workspace, url in places]
    identities = [one.identity(one.state()) for one in catalogues]
    assert len(set(identities[:3])) == 3
    assert identities[3] == identities[0]
    assert all(str(tmp_path) not in identity for identity in identities)


def test_who_decided_meanwhile_is_told_and_nothing_is_recorded(
    browser: Browser, reviewable: Workspace
) -> None:
    first, second = files(reviewable, relation="none")[:2]
    browser.post("/decisions", one(first, "outcome", "kept"))
    mine = [one(file)["decisions"][0] for file in (second, first)]
    answer = browser.post("/decisions", {"decisions": mine})
    (conflict,) = answer.json()["conflicts"]
    assert answer.status == 409
    assert (conflict["file"], conflict["value"], conflict["who"], conflict["entry"]) == (
        first,
        "kept",
        "ana",
        1,
    )
    assert str(first) in answer.json()["tiles"]
    assert len(Ledger.of(reviewable).entries()) == 1


def test_undo_takes_back_together_or_not_at_all(browser: Browser, reviewable: Workspace) -> None:
    first, second = files(reviewable, relation="none")[:2]
    browser.post(
        "/decisions", {"decisions": [one(file)["decisions"][0] for file in (first, second)]}
    )
    told = browser.post("/undo", {"entries": [1, 2], "note": "too fast"})
    assert told.status == 200
    assert told.json()["new"] == [3, 4]
    assert {str(first), str(second)} <= set(told.json()["tiles"])
    again = browser.post("/undo", {"entries": [4, 1], "note": ""})
    assert again.status == 409
    assert "taken back already" in again.json()["error"]
    assert again.json()["left"] == [4]
    assert browser.post("/undo", {"entries": [1, 2]}).json()["left"] == []
    assert len(Ledger.of(reviewable).entries()) == 4


@pytest.mark.parametrize(
    ("entries", "status"), [([1], 404), ([0], 404), ([], 422), (["1"], 422), ([1, 1], 422)]
)
def test_what_cannot_be_taken_back_is_refused(
    entries: list[object], status: int, browser: Browser
) -> None:
    assert browser.post("/undo", {"entries": entries}).status == status


def test_the_ledger_can_be_taken_along(browser: Browser, reviewable: Workspace) -> None:
    browser.post("/decisions", one(0))
    text, lines = browser.get("/ledger.csv"), browser.get("/ledger.jsonl")
    assert text.headers["content-disposition"] == 'attachment; filename="ledger.csv"'
    assert b"outcome,rejected" in text.body
    assert json.loads(lines.body)["value"] == "rejected"


def test_pictures_are_kept_by_the_browser_and_pages_are_not(
    browser: Browser, reviewable: Workspace
) -> None:
    image_id = read_parquet(reviewable.tables / "thumbnails.parquet")["image_id"][0]
    for kind in ("thumbnails", "pictures"):
        answer = browser.get(f"/{kind}/{image_id}")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_a_file_page_of_another_run_shows_no_other_picture(
    browser: Browser, reviewable: Workspace
) -> None:
    links = re.findall(r'href="(/files/[^"]+)"', browser.get("/list?reason=photo").body.decode())
    assert links
    for link in links:
        assert "&amp;reason=photo" in link
        assert browser.get(link.replace("&amp;", "&")).status == 200
    duplicates = read_parquet(reviewable.tables / "duplicates.parquet")
    renumbered = duplicates.assign(group=duplicates["group"] + 1)
    (reviewable.tables / "duplicates.parquet").write_bytes(to_parquet(renumbered))
    for link in links:
        answer = browser.get(link.replace("&amp;", "&"))
        assert (answer.status, b"numbered the files anew" in answer.body) == (404, True)


@pytest.mark.parametrize("page", ["/list", "/files/5", "/history"])
def test_every_link_to_a_file_names_the_run(page: str, browser: Browser) -> None:
    told = browser.post("/decisions", one(0)).json()
    links = re.findall(
        r'href="(/files/[^"]+)"', browser.get(page).body.decode() + "".join(told["tiles"].values())
    )
    assert len(links) > 1
    assert all("?run=" in link for link in links)


@pytest.mark.parametrize(
    "target",
    [
        "/files/36",
        "/files/x",
        "/nothing",
        "/static/app.py",
        "/static/..%2Fapp.py",
        f"/thumbnails/{'0' * 64}",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(target: str, browser: Browser) -> None:
    answer = browser.get(target)
    assert answer.status == 404
    assert b"There is no such page" in answer.body


def test_a_ledger_that_cannot_be_read_is_told(browser: Browser, reviewable: Workspace) -> None:
    (reviewable.root / "ledger.sqlite").write_bytes(
        b"not a database at all, but long enough to be taken for one" * 9
    )
    assert browser.get("/").status == 503
    assert "cannot use the ledger" in browser.post("/decisions", one(0)).json()["error"]


def test_the_pages_say_what_takes_decisions_in(browser: Browser, reviewable: Workspace) -> None:
    source = json.loads((reviewable.root / "source.json").read_bytes())["source"]
    told = f"<code>inksift run {source} --workspace {reviewable.root}</code>"
    assert told in browser.get("/list").body.decode()
    setup_file(reviewable.root).write_text(f"source: {source}\n")
    for page in ("/", "/list", "/history"):
        body = browser.get(page).body.decode()
        assert f"<code>inksift decide --workspace {reviewable.root}</code>" in body


def test_an_unfinished_run_is_told(browser: Browser, reviewable: Workspace) -> None:
    assert b"has not finished" not in browser.get("/").body
    later(reviewable, "human_decisions")
    for page in ("/list", "/files/0", "/audit", "/history"):
        assert b"goes on, or was interrupted" in Browser(app_of(reviewable)).get(page).body


def test_a_file_page_offers_nothing_to_select(browser: Browser, reviewable: Workspace) -> None:
    copy = files(reviewable, relation="duplicate")[0]
    assert b"All files that show this picture" in browser.get(f"/files/{copy}").body
    assert b'aria-label="Select' not in browser.get(f"/files/{copy}").body
    assert b'aria-label="Select' in browser.get("/list").body


@pytest.mark.parametrize(
    ("query", "shown"), [("reason=brightness", "brightness (0)"), ("label=wolf", "wolf (0)")]
)
def test_a_filter_without_pictures_still_shows(query: str, shown: str, browser: Browser) -> None:
    body = browser.get(f"/list?{query}").body.decode()
    assert re.search(rf"<option [^>]* selected>{re.escape(shown)}</option>", body)
    assert 'href="/list?outcome=kept&amp;outcome=review&amp;outcome=rejected&amp;">show all' in body


def test_one_file_shows_all_that_is_known_of_it(browser: Browser, reviewable: Workspace) -> None:
    copy = files(reviewable, relation="duplicate", transform="mirrored")[0]
    browser.post("/decisions", one(copy, "copy", "keep") | {"note": "the better scan"})
    body = browser.get(f"/files/{copy}").body.decode()
    for words in (
        "mirrored",
        "0.970",
        "most pixels of",
        "150 px, PNG",
        "log-odds, their sum",
        "the better scan",
    ):
        assert words in body


def test_the_audit_asks_what_inksift_audit_asks_and_counts_answers(
    browser: Browser, reviewable: Workspace
) -> None:
    body = browser.get("/audit").body.decode()
    total = int(re.search(r"0 of (\d+) answered", body)[1])
    number = int(re.search(r'data-file="(\d+)"', body)[1])
    browser.post("/decisions", one(number, "medium", "photo"))
    after = browser.get("/audit").body.decode()
    assert f"1 of {total} answered" in after
    assert (
        "answered for <strong>1</strong> in all; the next run learns from them and asks anew"
        in after
    )
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
    told = re.findall(r"<td>class (class\d+) \(replaced by entry 105\)</td>", second)
    assert told == [f"class{number}" for number in range(4, -1, -1)]
    assert 'rel="prev"' in second


def test_the_history_tells_what_no_longer_holds(browser: Browser, reviewable: Workspace) -> None:
    first, second = files(reviewable, relation="duplicate", group=group_of_several(reviewable))[:2]
    for seen, file in enumerate((first, second)):
        browser.post("/decisions", one(file, "copy", "keep", seen=seen))
    browser.post("/decisions", one(first, "label", "wolf", seen=2))
    browser.post("/undo", {"entries": [3]})
    body = browser.get("/history").body.decode()
    marks = re.findall(r"\((?:taken back|replaced) by entry \d\)", body)
    assert marks == ["(taken back by entry 4)", "(replaced by entry 2)"]


def test_a_file_shows_its_caption_and_names_its_sidecars(
    browser: Browser, reviewable: Workspace
) -> None:
    path = read_parquet(reviewable.tables / "machine_verdicts.parquet")["path"].iat[0]
    texts = {"a.txt": "a fox <script>alert(1)</script>", "a.json": ""}
    rows: list[dict[str, object]] = [
        {"path": name, "path_bytes": b"", "picture": path, "size_bytes": 1, "text": text}
        for name, text in texts.items()
    ]
    assert b"a.txt" not in browser.get("/files/0").body
    place = reviewable.tables / "sidecars.parquet"
    place.write_bytes(to_parquet(SIDECARS.frame(rows)))
    body = Browser(app_of(reviewable)).get("/files/0").body.decode()
    assert "a fox &lt;script&gt;alert(1)&lt;/script&gt;" in body
    assert "a.json" in body
    assert "a.txt" not in Browser(app_of(reviewable)).get("/files/1").body.decode()
