"""Two tabs that disagree, a server that goes away, a run that ends meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace
from tests.web.looking import Tab, in_force, served


@pytest.mark.parametrize(
    ("choice", "outcome"), [("Keep theirs", "kept"), ("Replace with mine", "rejected by a person")]
)
def test_two_tabs_that_disagree_are_asked(
    tab: Tab, chrome: Browser, access: Access, choice: str, outcome: str, reviewable: Workspace
) -> None:
    first, second = tab.paths()[:2]
    other = Tab(chrome.new_context().new_page(), access)
    other.press("j", "a")
    other.told(f"Kept: {first}")
    tab.press("j", "x", "j", "x", "r")
    dialog = tab.page.get_by_role("dialog", name="Someone decided meanwhile")
    expect(dialog).to_contain_text(f"{first}: ana said “kept” on ")
    assert second not in dialog.inner_text()
    assert len(in_force(reviewable)) == 1
    dialog.get_by_role("button", name=choice).click()
    tab.told(
        f"Rejected: {second}. Left as others decided: {first}"
        if outcome == "kept"
        else "Rejected: 2 pictures"
    )
    assert tab.verdict(first) == outcome
    assert tab.verdict(second) == "rejected by a person"
    assert [complaint for complaint in tab.complaints if "409" not in complaint] == []
    tab.complaints.clear()
    other.page.context.close()


def test_a_conflict_that_is_put_off_records_nothing(
    tab: Tab, chrome: Browser, access: Access, reviewable: Workspace
) -> None:
    other = Tab(chrome.new_context().new_page(), access)
    other.press("j", "a")
    other.told("Kept")
    tab.press("j", "x", "r")
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.press("Escape")
    tab.complained("nothing was recorded")
    assert tab.selected() == tab.paths()[:1]
    assert in_force(reviewable) == [("outcome", "kept")]
    tab.complaints.clear()
    other.page.context.close()


def test_two_copies_chosen_in_two_tabs_are_a_conflict(
    tab: Tab, chrome: Browser, access: Access
) -> None:
    other = Tab(chrome.new_context().new_page(), access)
    for one in (tab, other):
        one.go("/list?text=scaled007&outcome=rejected")
    other.press("j", "f")
    other.told("this copy stays")
    tab.press("j", "j", "f")
    expect(tab.page.get_by_role("dialog")).to_contain_text("ana said “chosen among its copies”")
    tab.page.get_by_role("button", name="Replace with mine").click()
    tab.told("this copy stays")
    tab.complaints.clear()
    other.page.context.close()


def test_without_a_server_nothing_is_lost(chrome: Browser, reviewable: Workspace) -> None:
    with served(reviewable) as access:
        tab = Tab(chrome.new_context().new_page(), access)
        first = tab.paths()[0]
        tab.press("j", "a")
        tab.told(f"Kept: {first}")
        tab.press("j", "x")
    tab.press("r")
    tab.complained("The server does not answer, so nothing was recorded")
    assert len(tab.selected()) == 1
    with served(reviewable, access.port) as again:
        tab.press("r")
        tab.complained("address")
        assert len(tab.selected()) == 1
        tab.page.goto(again.address)
        tab.press("j", "u")
        tab.told("Taken back")
        assert in_force(reviewable) == []
    tab.page.context.close()


def test_pictures_of_another_run_are_not_shown_in_place_of_these(
    tab: Tab, reviewable: Workspace
) -> None:
    first = tab.paths()[0]
    tab.press("j", "r")
    tab.told(f"Rejected: {first}")

    def renumbered(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("?run=", "?run=another"))

    tab.page.route("**/undo", renumbered)
    tab.press("u")
    tab.told(f"Taken back: “Rejected: {first}”.")
    assert tab.verdict(first) == "rejected by a person"
    assert in_force(reviewable) == []
