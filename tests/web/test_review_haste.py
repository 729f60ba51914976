"""Quick hands: keys held down, second thoughts before an answer, pages left while something is on
its way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.workspace import Workspace
from tests.web.looking import Tab, held, in_force


def test_a_second_thought_before_the_first_answer_is_no_conflict(
    tab: Tab, reviewable: Workspace
) -> None:
    first = tab.paths()[0]
    tab.press("j", "a", "k", "r")
    tab.told(f"Rejected: {first}")
    assert in_force(reviewable) == [("outcome", "rejected")]


def test_a_key_held_down_decides_once_and_moves_on(tab: Tab, reviewable: Workspace) -> None:
    paths = tab.paths()
    for _ in range(3):
        tab.page.keyboard.down("j")
    tab.page.keyboard.up("j")
    assert tab.focused() == paths[2]
    for _ in range(4):
        tab.page.keyboard.down("r")
    tab.page.keyboard.up("r")
    tab.told(f"Rejected: {paths[2]}")
    assert tab.focused() == paths[3]
    tab.tile(paths[4]).get_by_role("button", name="Keep").focus()
    for _ in range(3):
        tab.page.keyboard.down("Enter")
    tab.page.keyboard.up("Enter")
    tab.told(f"Kept: {paths[4]}")
    assert in_force(reviewable) == [("outcome", "rejected"), ("outcome", "kept")]


def test_caps_lock_changes_nothing(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.press("J", "R")
    tab.told(f"Rejected: {first}")
    tab.press("Shift+x", "K", "X")
    assert tab.selected() == tab.paths()[:2]


CORRECTIONS = pytest.mark.parametrize(
    ("target", "keys", "last"),
    [("/files/0", "ar", ("outcome", "rejected")), ("/audit?n=1", "ip", ("medium", "photo"))],
)


@CORRECTIONS
def test_a_correction_before_the_answer_holds(
    tab: Tab, reviewable: Workspace, target: str, keys: str, last: tuple[str, str]
) -> None:
    tab.go(target)
    place = tab.page.url
    waiting: list[Route] = []
    tab.page.route("**/decisions", lambda route: waiting.append(route), times=2)
    with tab.page.expect_request("**/decisions"):
        tab.press(keys[0])
    tab.press(keys[1])
    with tab.page.expect_request("**/decisions"):
        waiting[0].continue_()
    tab.page.wait_for_timeout(500)
    assert tab.page.url == place
    waiting[1].continue_()
    tab.page.wait_for_url(lambda url: url != place)
    assert in_force(reviewable) == [last]
    assert Ledger.of(reviewable).last() == 2


@CORRECTIONS
def test_a_correction_while_the_next_page_loads_holds(
    tab: Tab, reviewable: Workspace, target: str, keys: str, last: tuple[str, str]
) -> None:
    tab.go(target)
    place = tab.page.url
    following = str(tab.page.locator("a[rel=next]").get_attribute("href"))
    tab.page.route(f"**{following}", lambda route: None, times=1)
    with tab.page.expect_request(f"**{following}"):
        tab.press(keys[0])
    tab.press(keys[1])
    tab.page.wait_for_url(lambda url: url != place)
    assert in_force(reviewable) == [last]
    tab.press("u")
    tab.page.wait_for_url(place)
    tab.told("Taken back: “")
    assert Ledger.of(reviewable).last() == 3


def test_a_page_is_left_only_once_all_is_recorded(tab: Tab, reviewable: Workspace) -> None:
    first, second = tab.paths()[:2]
    tab.press("j")
    with held(tab.page, "**/decisions", "a", "Enter"):
        assert tab.focused() == second
    tab.page.wait_for_url("**/files/*")
    expect(tab.page.get_by_role("heading", level=1)).to_have_text(second)
    tab.press("u")
    tab.told(f"Taken back: “Kept: {first}”.")
    assert in_force(reviewable) == []


def test_a_failure_is_seen_before_the_page_is_left(tab: Tab) -> None:
    tab.press("j")
    with held(
        tab.page,
        "**/decisions",
        "a",
        "Enter",
        then=lambda route: route.fulfill(status=500, body="{}"),
    ):
        pass
    tab.complained("The server refused this (500)")
    tab.page.wait_for_timeout(300)
    assert tab.page.url.endswith("/list")
    tab.complaints.clear()


def test_undo_follows_a_decision_that_is_still_on_its_way(tab: Tab, reviewable: Workspace) -> None:
    first, second = tab.paths()[:2]
    tab.press("j", "a")
    tab.told(f"Kept: {first}")
    with held(tab.page, "**/decisions", "r", "u"):
        pass
    tab.told(f"Taken back: “Rejected: {second}”.")
    assert in_force(reviewable) == [("outcome", "kept")]


def test_enter_twice_on_undo_takes_one_back(tab: Tab, reviewable: Workspace) -> None:
    first = tab.paths()[0]
    tab.press("j", "a", "k", "i")
    tab.told(f"Called an illustration: {first}")
    tab.tile(first).get_by_role("button", name=f"Undo called an illustration: {first}").focus()
    with held(tab.page, "**/undo", "Enter", "Enter"):
        pass
    tab.told("That had been taken back before: “called an illustration")
    assert in_force(reviewable) == [("outcome", "kept")]
    assert tab.focused() == first
    assert tab.page.evaluate("document.activeElement.type") == "checkbox"
    tab.complaints.clear()
