"""The grid in a browser: what keys and pointers do, and that it shows many pictures and few
words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.looks.prepare import prepare
from inksift.curation.serving.access import Access
from inksift.curation.store.parquet import read_parquet
from inksift.curation.store.workspace import Workspace
from tests.web.finished import finish
from tests.web.grid_tab import GridTab
from tests.web.looking import in_force, served
from tests.web.test_looks import embedded
from tests.web.test_report_accessible import COLOURS
from tests.web.test_review_accessible import assert_accessible

WHOLLY_SEEN = """() => {
  const { top, bottom } = document.querySelector("#grid").getBoundingClientRect();
  const boxes = [...document.querySelectorAll(".tile")].map((one) => one.getBoundingClientRect());
  return boxes.filter((box) => box.top >= top && box.bottom <= bottom).length;
}"""


def test_forty_pictures_fit_a_screen_and_the_size_is_remembered(chrome: Browser, tmp_path) -> None:
    workspace = finish(tmp_path / "workspace", pictures=120)
    with served(workspace) as access:
        page = chrome.new_context(viewport={"width": 1280, "height": 800}).new_page()
        tab = GridTab(page, access)
        assert page.evaluate(WHOLLY_SEEN) >= 40
        tab.press("-", "-")
        smaller = page.evaluate(WHOLLY_SEEN)
        assert smaller > 60
        page.reload()
        tab.listed()
        expect(tab.option(0)).to_be_visible()
        assert page.evaluate(WHOLLY_SEEN) == smaller
        page.context.close()


def test_few_of_many_tiles_are_in_the_page(chrome: Browser, tmp_path) -> None:
    workspace = finish(tmp_path / "workspace", pictures=600, side_px=32)
    with served(workspace) as access:
        page = chrome.new_context(viewport={"width": 1280, "height": 800}).new_page()
        tab = GridTab(page, access)
        assert tab.bar() == "900 pictures"
        tab.press("End")
        expect(tab.option(899)).to_have_attribute("aria-selected", "false")
        expect(tab.option(899)).to_have_attribute("aria-setsize", "900")
        expect(tab.option(899).locator("img")).to_have_attribute("src", re.compile("/thumbnails/"))
        assert page.locator(".tile").count() < 150
        assert ", kept" in tab.here()
        tab.press("Home")
        assert ", for review unsure" in tab.here()
        page.context.close()


def test_the_arrows_follow_rows_and_columns(grid: GridTab) -> None:
    grid.press("ArrowRight")
    first = grid.here()
    grid.press("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft")
    assert grid.here() == first
    grid.press("ArrowLeft")
    assert grid.here() == first


def test_words_come_where_somebody_looks(grid: GridTab) -> None:
    name = grid.option(3).locator(".name")
    expect(name).to_have_css("opacity", "0")
    grid.option(3).hover()
    expect(name).to_have_css("opacity", "1")
    grid.press("ArrowRight")
    path = grid.here().partition(",")[0]
    expect(grid.page.locator("#words .path")).to_have_text(path)
    expect(grid.page.locator("#words")).to_contain_text("for review unsure")


def test_x_rejects_k_keeps_and_u_takes_back(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight")
    first = grid.here().partition(",")[0]
    grid.press("x")
    grid.told(f"Rejected: {first}")
    gone = re.compile(rf"{re.escape(first)}, class \w+, rejected by a person")
    expect(grid.option(0)).to_have_attribute("aria-label", gone)
    assert not grid.here().startswith(first), "the focus goes on"
    assert in_force(reviewable) == [("outcome", "rejected")]
    assert grid.total("waiting") == 1
    grid.press("k")
    grid.told("Kept: ")
    assert in_force(reviewable) == [("outcome", "rejected"), ("outcome", "kept")]
    grid.press("u", "u")
    grid.told(f"Taken back: “Rejected: {first}”.")
    assert in_force(reviewable) == []
    expect(grid.option(0)).to_have_class("tile review machine")


def test_shift_and_arrows_select_and_one_undo_takes_all_back(
    grid: GridTab, reviewable: Workspace
) -> None:
    grid.press("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert grid.bar() == "3 of 36 selected"
    grid.press("x")
    grid.told("Rejected: 3 pictures")
    assert grid.bar() == "36 pictures"
    assert in_force(reviewable) == [("outcome", "rejected")] * 3
    grid.press("u")
    grid.told("Taken back: “Rejected: 3 pictures”.")
    assert in_force(reviewable) == []


def test_all_that_match_are_selected_shown_or_not(grid: GridTab, reviewable: Workspace) -> None:
    grid.page.get_by_role("checkbox", name="kept").uncheck()
    expect(grid.page.locator("#selected")).not_to_have_text("36 pictures")
    number = int(grid.bar().split()[0])
    grid.page.locator("#grid").focus()
    grid.press("Control+a")
    assert grid.bar() == f"{number} of {number} selected"
    grid.press("k")
    grid.told("not for that)")
    kept = len(in_force(reviewable))
    assert in_force(reviewable) == [("outcome", "kept")] * kept
    grid.page.reload()
    grid.listed()
    assert "outcome=kept" not in grid.page.url, "the address remembers what was asked for"
    assert int(grid.bar().split()[0]) == number - kept


def test_letters_select_scattered_pictures(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("l")
    names = {index: grid.option(index).locator(".letters").inner_text() for index in (1, 3, 5)}
    assert len(set(names.values())) == 3
    for name in names.values():
        grid.press(*name)
    assert grid.bar() == "3 of 36 selected"
    grid.press(*names[3])
    assert grid.bar() == "2 of 36 selected"
    grid.press("Escape", "x")
    grid.told("Rejected: 2 pictures")
    assert len(in_force(reviewable)) == 2


def test_the_mouse_selects_by_the_circle_by_control_and_by_shift(grid: GridTab) -> None:
    grid.option(2).hover()
    grid.option(2).locator(".pick").click()
    assert grid.bar() == "1 of 36 selected"
    grid.option(4).click(modifiers=["Control"])
    assert grid.bar() == "2 of 36 selected"
    grid.option(7).click(modifiers=["Shift"])
    assert grid.bar() == "4 of 36 selected"
    grid.page.get_by_role("button", name="Select none").click()
    grid.option(5).click()
    assert grid.bar() == "36 pictures", "a click alone goes there and selects nothing"
    assert grid.here() == grid.option(5).get_attribute("aria-label")


def test_space_shows_a_picture_large_and_keys_go_on(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight", "Space")
    large = grid.page.get_by_role("region", name="Large picture")
    expect(large.get_by_role("img")).to_have_attribute("alt", grid.here().partition(",")[0])
    grid.press("ArrowRight")
    expect(large.get_by_role("img")).to_have_attribute("alt", grid.here().partition(",")[0])
    grid.press("x")
    grid.told("Rejected")
    assert len(in_force(reviewable)) == 1
    grid.press("Escape")
    expect(large).to_be_hidden()


def test_a_filter_a_sort_and_a_search_need_no_button(grid: GridTab) -> None:
    grid.page.locator("#sort").select_option("path")
    expect(grid.option(0)).to_have_attribute("aria-label", re.compile("^cat/conflict009.png, "))
    grid.page.get_by_role("button", name="Filters").click()
    grid.page.get_by_role("combobox", name="Reason").select_option("photo")
    expect(grid.page.locator("#selected")).to_have_text("4 pictures")
    expect(grid.page.get_by_role("button", name="Filters (1)")).to_be_visible()
    grid.page.get_by_role("button", name="Show all").click()
    expect(grid.page.locator("#selected")).to_have_text("36 pictures")
    grid.page.get_by_role("searchbox", name="Path").fill("MIRRORED")
    expect(grid.page.locator("#selected")).to_have_text("2 pictures")


def test_a_file_opens_and_leads_back_to_its_place(grid: GridTab) -> None:
    grid.press("ArrowRight", "ArrowRight", "ArrowRight")
    path = grid.here().partition(",")[0]
    grid.press("Enter")
    grid.page.wait_for_url("**/files/*")
    expect(grid.page.get_by_role("heading", level=1)).to_have_text(path)
    grid.press("Escape")
    grid.page.wait_for_url("**/?outcome=*")
    grid.listed()
    expect(grid.page.locator("#words .path")).to_have_text(path)


def test_two_people_are_asked_and_nothing_is_lost(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight")
    path = grid.here().partition(",")[0]
    rows = read_parquet(reviewable.tables / "machine_verdicts.parquet").set_index("path")
    Ledger.of(reviewable).record([Decision(rows.loc[path, "image_id"], "outcome", "kept")], "ben")
    grid.press("Shift+ArrowRight", "x")
    dialog = grid.page.get_by_role("dialog", name="Someone decided meanwhile")
    expect(dialog).to_contain_text(f"{path}: ben said “kept” on ")
    assert in_force(reviewable) == [("outcome", "kept")]
    dialog.get_by_role("button", name="Keep theirs").click()
    grid.told("Rejected: 1 picture")
    assert in_force(reviewable) == [("outcome", "kept"), ("outcome", "rejected")]
    assert grid.page.locator(".tile.human").count() == 2
    assert [one for one in grid.complaints if "409" not in one] == []
    grid.complaints.clear()


def test_a_decision_that_fails_leaves_the_selection(grid: GridTab, reviewable: Workspace) -> None:
    grid.page.route("**/grid/decisions", lambda route: route.abort())
    grid.press("ArrowRight", "Shift+ArrowRight", "x")
    grid.complained("The server does not answer, so nothing was recorded")
    assert grid.bar() == "2 of 36 selected"
    grid.page.unroute("**/grid/decisions")
    grid.press("x")
    grid.told("Rejected: 2 pictures")
    grid.complaints.clear()


def test_a_class_is_given_to_the_selection(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight", "Shift+ArrowRight", "c")
    grid.page.get_by_label("Class of 2 pictures").fill("wolf")
    grid.press("Enter")
    grid.told("Class wolf: 2 pictures")
    assert in_force(reviewable) == [("label", "wolf")] * 2


def test_what_takes_decisions_in_is_a_button_away(grid: GridTab, reviewable: Workspace) -> None:
    grid.press("ArrowRight", "x")
    grid.told("Rejected")
    grid.page.get_by_role("button", name="1 decision to take in").click()
    dialog = grid.page.get_by_role("dialog", name="Taking decisions in")
    expect(dialog).to_contain_text(f"--workspace {reviewable.root}")
    dialog.get_by_role("link", name="Show what was decided").click()
    grid.listed()
    assert grid.bar() == "1 picture"


def test_a_copy_is_flipped_with_what_is_kept_and_told_apart(grid: GridTab) -> None:
    grid.page.get_by_role("searchbox", name="Path").fill("scaled007 cropped")
    expect(grid.page.locator("#selected")).to_have_text("1 picture")
    grid.page.locator("#grid").focus()
    grid.press("ArrowRight", "b")
    pictures = grid.page.get_by_role("group", name="The picture").get_by_role("img")
    expect(pictures).to_have_count(1)
    expect(pictures).to_have_attribute("alt", re.compile("scaled007.png$"))
    grid.press("b")
    expect(pictures).to_have_attribute("alt", re.compile("scaled007 cropped.png$"))
    grid.press("v")
    expect(pictures).to_have_count(2)
    grid.press("Escape")
    grid.page.get_by_role("searchbox", name="Path").fill("drawn000")
    expect(grid.option(0)).to_have_attribute("aria-label", re.compile("drawn000"))
    grid.page.locator("#grid").focus()
    grid.press("ArrowRight", "b")
    grid.told("This is no copy")


def test_a_line_around_points_of_the_map_selects_them(
    chrome: Browser, reviewable: Workspace
) -> None:
    embedded(reviewable)
    prepare(reviewable)
    with served(reviewable) as access:
        page = chrome.new_context(viewport={"width": 1280, "height": 800}).new_page()
        tab = GridTab(page, access)
        tab.press("g")
        canvas = page.get_by_role("img", name=re.compile("^Map of 3[0-9] pictures"))
        box = canvas.bounding_box()
        assert box
        left, top = box["x"], box["y"]
        right, bottom = left + box["width"], top + box["height"]
        page.mouse.move(left + 2, top + 2)
        page.mouse.down()
        for corner in ((right - 2, top + 2), (right - 2, bottom - 2), (left + 2, bottom - 2)):
            page.mouse.move(*corner)
        page.mouse.up()
        expect(page.locator("#selected")).to_have_text(re.compile("^3[0-9] of 36 selected"))
        for colour in ("class", "outcome", "reason"):
            page.get_by_role("combobox", name="Colour").select_option(colour)
            expect(
                page.get_by_role("list", name="Colours").get_by_role("listitem")
            ).not_to_have_count(0)
            assert_accessible(tab, colour, None)
        number = tab.bar().split()[0]
        page.get_by_role("button", name="Only the selected").click()
        expect(page.locator("#selected")).to_have_text(f"{number} of {number} selected")
        expect(page.get_by_role("region", name="Map")).to_be_hidden()
        page.locator("#grid").focus()
        tab.press("Escape", "Escape")
        expect(page.locator("#selected")).to_have_text("36 pictures")
        assert tab.complaints == []
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_whatever_is_open(chrome: Browser, access: Access, scheme) -> None:
    tab = GridTab(chrome.new_context(color_scheme=scheme).new_page(), access)
    options = COLOURS if scheme == "dark" else None
    tab.press("ArrowRight", "Shift+ArrowRight", "x")
    tab.told("Rejected: ")
    assert_accessible(tab, "decided", options)
    for key in ("o", "l"):
        tab.press(key)
        tab.page.locator("#grid").focus()
        assert_accessible(tab, key, options)
    tab.press("Escape", "Escape", "Space")
    expect(tab.page.get_by_role("region", name="Large picture")).to_be_visible()
    assert_accessible(tab, "large", options)
    tab.press("Escape", "Control+a")
    assert_accessible(tab, "all selected", options)
    tab.page.context.close()
