"""Tags in the review app: given to many pictures, taken off, shown, filtered by, suggested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import expect

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.access import Access
from inksift.curation.store.workspace import Workspace
from tests.web.asking import Browser
from tests.web.looking import Tab, in_force
from tests.web.test_grid import listed, machine, many, numbered
from tests.web.test_grid_page import GridTab
from tests.web.test_report_accessible import COLOURS
from tests.web.test_review_accessible import assert_accessible

HOSTILE_TAG = "<img src=x onerror=alert(1)>"


def give(browser: Browser, files: list[int], tags: str, **changes: Any) -> dict[str, Any]:
    body = many(browser, files, tags, **{"action": "tag", **changes})
    answer = browser.post("/grid/decisions", body)
    assert answer.status == 200, answer.body
    return dict(answer.json())


def take_off(browser: Browser, files: list[int], tags: str, **changes: Any) -> Any:
    body = many(browser, files, tags, **{"action": None, **changes})
    return browser.post("/grid/untag", body)


def test_tags_are_given_to_many_at_once_and_change_no_outcome(
    browser: Browser, reviewable: Workspace
) -> None:
    before = listed(browser)
    files = numbered(reviewable, reason="unsure")[:2]
    told = give(browser, files, " bad  hands,feet, bad hands ,")
    assert told["count"] == 2
    assert len(told["new"]) == 4
    assert in_force(reviewable) == [("tag", "bad hands"), ("tag", "feet")] * 2
    assert [row["tags"] for row in told["rows"]] == [["bad hands", "feet"]] * 2
    assert told["rows"][0]["said"] == ["tagged bad hands by ana", "tagged feet by ana"]
    assert told["tags"] == [["bad hands", 2], ["feet", 2]]
    after = listed(browser)
    assert after["totals"] == before["totals"] | {"waiting": 4}
    outcomes = [(row["file"], row["outcome"], row["by"]) for row in before["rows"]]
    assert [(row["file"], row["outcome"], row["by"]) for row in after["rows"]] == outcomes


def test_a_tag_filters_wherever_its_pictures_went(browser: Browser, reviewable: Workspace) -> None:
    kept, gone = numbered(reviewable, outcome="kept")[0], numbered(reviewable, reason="photo")[0]
    give(browser, [kept, gone], "odd")
    give(browser, [kept], "odd ones")
    assert set(listed(browser, "tag=odd")["files"]) >= {kept, gone}
    assert gone not in listed(browser, "tag=odd ones")["files"]
    assert listed(browser, "tag=nobody")["files"] == []
    page = browser.get("/list?tag=odd").body.decode()
    assert re.search(r'<option value="odd" selected>odd \([2-9]\)</option>', page)
    assert (
        '<option value="nobody" selected>nobody (0)</option>'
        in browser.get("/list?tag=nobody").body.decode()
    )


def test_a_tag_on_a_copy_is_that_of_the_picture(browser: Browser, reviewable: Workspace) -> None:
    rows = {row["path"].rpartition("/")[2]: row for row in listed(browser)["rows"]}
    mirrored, kept = rows["scaled007 mirrored.png"], rows["scaled007.png"]
    told = give(browser, [mirrored["file"]], "odd")
    assert {row["file"] for row in told["rows"]} >= {mirrored["file"], kept["file"]}
    assert all(row["tags"] == ["odd"] for row in told["rows"])
    off = take_off(browser, [kept["file"]], "odd", seen=1).json()
    assert (off["count"], off["tags"]) == (1, [])


def test_capitals_alone_make_no_other_tag(browser: Browser, reviewable: Workspace) -> None:
    first, second = numbered(reviewable, reason="unsure")[:2]
    give(browser, [first], "Bad Hands")
    assert give(browser, [second], "bad hands", seen=1)["tags"] == [["Bad Hands", 2]]


def test_tags_are_taken_off_whoever_gave_them_and_come_back(
    browser: Browser, reviewable: Workspace
) -> None:
    first, second, third = numbered(reviewable, reason="unsure")[:3]
    ids = machine(reviewable)["image_id"]
    Ledger.of(reviewable).record([Decision(ids[first], "tag", "odd")], "ben")
    told = give(browser, [second], "odd, feet")
    off = take_off(browser, [first, second, third], "odd, hands", seen=told["last"]).json()
    assert (off["count"], len(off["new"])) == (2, 2)
    assert in_force(reviewable) == [("tag", "feet")]
    back = browser.post("/grid/undo", {"entries": off["new"], "seen": off["last"]}).json()
    assert dict(back["tags"]) == {"odd": 2, "feet": 1}


def test_taking_off_what_is_not_there_writes_nothing(
    browser: Browser, reviewable: Workspace
) -> None:
    off = take_off(browser, numbered(reviewable, reason="unsure"), "odd").json()
    assert (off["count"], off["new"], in_force(reviewable)) == (0, [], [])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "1 to 10 tags"),
        (" , ,", "1 to 10 tags"),
        (",".join(map(str, range(11))), "1 to 10 tags"),
        ("x" * 41, "1 to 40 characters"),
        ("fine, a\u202eb", "1 to 40 characters"),
        ("a\0b", "1 to 40 characters"),
    ],
)
def test_what_is_no_tag_is_refused(
    browser: Browser, reviewable: Workspace, value: str, words: str
) -> None:
    body = many(browser, numbered(reviewable, reason="unsure"), value, action="tag")
    answer = browser.post("/grid/decisions", body)
    assert (answer.status, words in answer.json()["error"]) == (422, True), answer.json()
    assert in_force(reviewable) == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"files": [99]}, 404),
        ({"files": [1, 1]}, 422),
        ({"seen": 5}, 422),
        ({"run": "another"}, 409),
        ({"ledger": "another"}, 409),
        ({"value": 3}, 422),
        ({"action": "untag"}, 422),
    ],
)
def test_taking_off_is_checked_like_all_else(
    browser: Browser, reviewable: Workspace, changes: dict[str, Any], status: int
) -> None:
    files = numbered(reviewable, reason="unsure")[:2]
    body = many(browser, files, "odd", action=None) | changes
    assert browser.post("/grid/untag", body).status == status


def test_taking_off_is_guarded(browser: Browser, reviewable: Workspace) -> None:
    body = many(browser, numbered(reviewable, reason="unsure"), "odd", action=None)
    for change in ({"cookie": None}, {"origin": "http://evil.example"}, {"x_inksift_token": "no"}):
        assert browser.post("/grid/untag", body, **change).status == 403
    assert browser.get("/grid/untag").status == 405


def test_a_request_names_several_tags_of_one_file(browser: Browser, reviewable: Workspace) -> None:
    file = numbered(reviewable, reason="unsure")[0]
    one = {"file": file, "action": "tag", "seen": 0}
    both = [{**one, "value": "odd"}, {**one, "value": "feet"}]
    assert browser.post("/decisions", {"decisions": both}).status == 200
    assert sorted(in_force(reviewable)) == [("tag", "feet"), ("tag", "odd")]
    again = browser.post("/decisions", {"decisions": [both[0], both[0]]})
    assert again.status == 422


@pytest.fixture
def grid(chrome: Chrome, access: Access) -> Iterator[GridTab]:
    context = chrome.new_context(viewport={"width": 1280, "height": 800})
    tab = GridTab(context.new_page(), access)
    yield tab
    assert tab.complaints == []
    context.close()


def tag(tab: GridTab, names: str, *, button: str = "") -> None:
    """Type tags into the question that `t` asks; Enter gives them, or a button does else."""
    tab.press("t")
    dialog = tab.page.get_by_role("dialog", name="Tags")
    dialog.get_by_label(re.compile("^Tags of")).fill(names)
    if button:
        dialog.get_by_role("button", name=button, exact=True).click()
    else:
        tab.press("Enter")


def test_t_tags_the_selection_and_u_takes_back(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    tag(grid, "bad hands, odd")
    grid.told("Tagged bad hands, odd: 3 pictures")
    assert in_force(reviewable) == [("tag", "bad hands"), ("tag", "odd")] * 3
    expect(grid.option(1).locator(".tags")).to_have_text("bad hands, odd")
    label = re.compile("for review unsure, tagged bad hands, odd$")
    expect(grid.option(1)).to_have_attribute("aria-label", label)
    expect(grid.page.locator("#words")).to_contain_text("tagged odd by ana")
    grid.press("u")
    grid.told("Taken back")
    assert in_force(reviewable) == []
    expect(grid.option(1).locator(".tags")).to_have_text("")


def test_tags_in_use_are_suggested_chosen_and_filtered_by(
    grid: GridTab, reviewable: Workspace
) -> None:
    grid.press("ArrowRight")
    tag(grid, "bad hands")
    grid.told("Tagged bad hands: ")
    tag(grid, "odd")
    grid.told("Tagged odd: ")
    grid.press("t")
    dialog = grid.page.get_by_role("dialog", name="Tags")
    options = dialog.locator("datalist option")
    assert options.evaluate_all("some => some.map(({ value }) => value)") == ["bad hands", "odd"]
    dialog.get_by_role("button", name="odd 1").click()
    field = dialog.get_by_label(re.compile("^Tags of"))
    expect(field).to_have_value("odd, ")
    expect(field).to_be_focused()
    assert options.evaluate_all("some => some.map(({ value }) => value)") == ["odd, bad hands"]
    grid.press("Escape")
    grid.page.get_by_role("button", name="Filters").click()
    grid.page.get_by_role("combobox", name="Tag").select_option("odd")
    expect(grid.page.locator("#selected")).to_have_text("1 picture")
    assert "tag=odd" in grid.page.url
    grid.page.reload()
    grid.listed()
    assert grid.bar() == "1 picture"


def test_tags_are_taken_off_by_the_same_question(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight", "Shift+ArrowRight")
    tag(grid, "odd")
    grid.told("Tagged odd: 2 pictures")
    tag(grid, "odd", button="Take off")
    grid.told("Took odd off: ")
    assert in_force(reviewable) == [("tag", "odd")]
    tag(grid, "nobody", button="Take off")
    grid.told("None of them has nobody.")


def test_a_tag_is_text_wherever_it_is_shown(grid: GridTab, access: Access) -> None:
    grid.press("ArrowRight")
    tag(grid, HOSTILE_TAG)
    grid.told(f"Tagged {HOSTILE_TAG}: ")
    expect(grid.option(0).locator(".tags")).to_have_text(HOSTILE_TAG)
    grid.press("t", "Escape", "Enter")
    grid.page.wait_for_url("**/files/*")
    words = grid.page.locator("#file .words").first
    expect(words).to_contain_text(f"tagged {HOSTILE_TAG} by ana")
    for target in ("/history", "/list"):
        grid.go(target)
        expect(grid.page.locator("main")).to_contain_text(f"tagged {HOSTILE_TAG}")
    assert grid.page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize(("scheme", "options"), [("light", None), ("dark", COLOURS)])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_tags(
    chrome: Chrome, access: Access, scheme: Any, options: Any, width: int
) -> None:
    size = {"width": width, "height": 844}
    tab = GridTab(chrome.new_context(viewport=size, color_scheme=scheme).new_page(), access)
    tab.press("ArrowRight", "Shift+ArrowRight")
    tag(tab, "bad hands, a tag that has forty characters, odd")
    tab.told("Tagged bad hands")
    assert_accessible(tab, "tagged", options)
    tab.press("t")
    assert_accessible(tab, "question", options)
    wide = tab.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    tab.page.context.close()


def test_the_list_shows_who_tagged(tab: Tab, reviewable: Workspace) -> None:
    path, *_ = tab.paths()
    image_id = machine(reviewable).set_index("path")["image_id"][path]
    Ledger.of(reviewable).record([Decision(image_id, "tag", "odd")], "ben")
    tab.page.reload()
    tab.page.get_by_role("button", name=f"Undo tagged odd: {path}").click()
    tab.told("Taken back")
    assert in_force(reviewable) == []
