"""Tags in the review app: given to many pictures, taken off, shown, filtered by, suggested."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Route, expect

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace
from tests.web.asking import Browser
from tests.web.grid_tab import GridTab
from tests.web.looking import Tab, in_force
from tests.web.test_grid import listed, machine, many, numbered
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


def test_of_two_tags_in_use_the_one_that_is_spelled_so_is_meant(
    browser: Browser, reviewable: Workspace
) -> None:
    first, second = numbered(reviewable, reason="unsure")[:2]
    ids = machine(reviewable)["image_id"]
    spelled = [(first, "Odd"), (first, "odd"), (second, "Odd"), (second, "odd")]
    Ledger.of(reviewable).record([Decision(ids[file], "tag", tag) for file, tag in spelled], "ben")

    def tags() -> list[str]:
        rows = {row["file"]: row for row in listed(browser)["rows"]}
        return list(rows[first]["tags"])

    assert take_off(browser, [first], "odd", seen=4).status == 200
    assert tags() == ["Odd"]
    give(browser, [first], "odd, ODD, Odd, new, New", seen=5)
    assert tags() == ["Odd", "new", "odd"]


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


def test_a_tag_that_is_given_again_meanwhile_comes_off_by_the_same_undo(
    browser: Browser, reviewable: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = numbered(reviewable, reason="unsure")[0]
    again = Decision(machine(reviewable)["image_id"][file], "tag", "odd")
    give(browser, [file], "odd")
    undo = Catalogue.undo

    def overtaken(
        self: Catalogue, entries: list[int], who: str, note: str, **shown: int
    ) -> list[int]:
        undos = undo(self, entries, who, note, **shown)
        if entries == [1]:
            Ledger.of(reviewable).record([again], "ben")
        return undos

    monkeypatch.setattr(Catalogue, "undo", overtaken)
    off = take_off(browser, [file], "odd", seen=1).json()
    assert (off["new"], off["tags"]) == ([2, 4], [])


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
        ("fine, \u200b", "one of them to be seen"),
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


def test_what_was_typed_stays_where_another_tag_is_chosen(
    grid: GridTab, reviewable: Workspace
) -> None:
    grid.press("ArrowRight")
    tag(grid, "odd")
    grid.told("Tagged odd: ")
    grid.press("t")
    dialog = grid.page.get_by_role("dialog", name="Tags")
    field = dialog.get_by_label(re.compile("^Tags of"))
    for typed, whole in (("feet", "feet, odd, "), ("feet, o", "feet, odd, "), ("OD", "odd, ")):
        field.fill(typed)
        dialog.get_by_role("button", name="odd 1").click()
        expect(field).to_have_value(whole)
    grid.press("Escape")


def test_many_tags_leave_room_for_the_large_picture(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight")
    path = grid.here().partition(", class ")[0]
    image_id = machine(reviewable).set_index("path")["image_id"][path]
    tags = [Decision(image_id, "tag", f"{number:03} {'W' * 36}") for number in range(200)]
    Ledger.of(reviewable).record(tags, "ben")
    grid.page.reload()
    grid.listed()
    grid.press("ArrowRight", " ")
    zoom = grid.page.get_by_role("region", name="Large picture")
    expect(zoom.locator(".caption")).to_contain_text("by ben; and 188 more")
    whole, picture = zoom.bounding_box(), zoom.locator(".pictures").bounding_box()
    close = zoom.get_by_role("button", name="Close").bounding_box()
    assert whole
    assert picture
    assert close
    assert picture["height"] >= 0.45 * whole["height"]
    assert close["y"] + close["height"] <= whole["y"] + whole["height"]


def test_nothing_is_shown_large_where_nothing_is_listed(grid: GridTab) -> None:
    grid.page.get_by_role("searchbox", name="Path").fill("no such path")
    expect(grid.page.locator("#none")).to_be_visible()
    grid.page.locator("#grid").focus()
    grid.press(" ")
    expect(grid.page.locator("#zoom")).to_be_hidden()


FILL = """() => {
  const key = `done ${document.body.dataset.ledger}`;
  const entries = Array(600_000).fill(123456);
  sessionStorage.setItem(key, JSON.stringify([{ entries, action: "tag", words: "earlier" }]));
  let more = 2 ** 20;
  let filled = "";
  while (more > 8) {
    try {
      sessionStorage.setItem("full", filled + "x".repeat(more));
      filled += "x".repeat(more);
    } catch {
      more /= 2;
    }
  }
}"""
"""Fills all that a tab may store, much of it with what was done before."""


def test_a_tab_that_is_full_forgets_what_was_done_first(
    grid: GridTab, reviewable: Workspace
) -> None:
    grid.page.evaluate(FILL)
    grid.press("ArrowRight")
    tag(grid, "odd")
    grid.told("Tagged odd: ")
    grid.press("u")
    grid.told("Taken back: “Tagged odd: ")
    assert in_force(reviewable) == []
    grid.press("u")
    grid.told("This tab has nothing left to take back.")


DONE = """() => sessionStorage.setItem(`done ${document.body.dataset.ledger}`, JSON.stringify([
  { entries: Array.from({ length: 50_000 }, (_, number) => number + 1), action: "tag", words: "w" },
]))"""


def test_many_entries_are_taken_back_on_other_pages_too(grid: GridTab) -> None:
    """50,000 numbers of entries are more than a request may hold."""
    asked: list[list[int]] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json["entries"])
        undos = [number + 50_000 for number in asked[-1]]
        route.fulfill(json={"new": undos, "tiles": {}, "totals": {}})

    grid.page.evaluate(DONE)
    grid.page.route("**/undo", answer)
    grid.go("/list")
    grid.press("u")
    grid.told("Taken back: “w”.")
    assert [len(some) for some in asked] == [20_000, 20_000, 10_000]
    assert list(chain.from_iterable(asked)) == list(range(1, 50_001))


TAG_MANY = """async () => {
  const { decideOn } = await import("/static/grid-decide.js");
  const files = Array.from({ length: 15_000 }, (_, file) => file);
  return decideOn(files, "tag", "a, b, c, d, e, f, g, h, i, j", () => {});
}"""


def test_ten_tags_on_many_pictures_are_several_requests_and_one_undo(grid: GridTab) -> None:
    """As 150,000 entries are more than a request may ask for, and than a call takes arguments."""
    asked: list[int] = []

    def answer(route: Route) -> None:
        asked.append(len(route.request.post_data_json["files"]))
        told = {"new": list(range(10 * asked[-1])), "count": asked[-1], "others": 0}
        route.fulfill(json=told)

    grid.page.route("**/grid/decisions", answer)
    assert grid.page.evaluate(TAG_MANY) is True
    grid.told("Tagged a, b, c, d, e, f, g, h, i, j: 15,000 pictures")
    assert asked == [2_000] * 7 + [1_000]
    done = "JSON.parse(sessionStorage.getItem(`done ${document.body.dataset.ledger}`))"
    assert grid.page.evaluate(f"{done}.map(({{ entries }}) => entries.length)") == [150_000]


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


def test_no_other_tag_holds_instead_of_one_that_is_taken_back(
    tab: Tab, reviewable: Workspace
) -> None:
    path, *_ = tab.paths()
    image_id = machine(reviewable).set_index("path")["image_id"][path]
    tags = [Decision(image_id, "tag", tag) for tag in ("odd", "feet", "hands")]
    Ledger.of(reviewable).record(tags, "ben")
    tab.page.reload()
    tab.page.get_by_role("button", name=f"Undo tagged odd: {path}").click()
    tab.told("Taken back")
    expect(tab.page.locator("#told")).to_have_text(f"Taken back: “tagged odd: {path}”.")


def test_the_list_shows_who_tagged(tab: Tab, reviewable: Workspace) -> None:
    path, *_ = tab.paths()
    image_id = machine(reviewable).set_index("path")["image_id"][path]
    Ledger.of(reviewable).record([Decision(image_id, "tag", "odd")], "ben")
    tab.page.reload()
    tab.page.get_by_role("button", name=f"Undo tagged odd: {path}").click()
    tab.told("Taken back")
    assert in_force(reviewable) == []
