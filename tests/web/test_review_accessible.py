"""The app for everybody: axe-core, a phone, keys that can be turned off, words that are spoken,
hostile names."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from inksift.curation.serving.access import Access
from inksift.curation.store.workspace import Workspace
from tests.web.finished import finish
from tests.web.hostile import HOSTILE
from tests.web.looking import EVERYTHING, PAGES, Tab, in_force, served
from tests.web.test_report_accessible import COLOURS, checked_by_axe


@pytest.mark.parametrize(("scheme", "options"), [("light", None), ("dark", COLOURS)])
def test_axe_finds_nothing(
    chrome: Browser, access: Access, scheme: Literal["light", "dark"], options: Any
) -> None:
    tab = Tab(chrome.new_context(color_scheme=scheme).new_page(), access)
    tab.press("j", "x", "j", "r")
    tab.told("Rejected")
    for target in PAGES:
        tab.go(target)
        assert_accessible(tab, f"{scheme} {target}", options)
    tab.go("/list")
    tab.press("?")
    assert_accessible(tab, f"{scheme} keys", options)
    tab.press("Escape", "j", "x", "c")
    assert_accessible(tab, f"{scheme} class", options)
    tab.page.context.close()


def assert_accessible(tab: Tab, where: str, options: Any) -> None:
    found = checked_by_axe(tab.page, options)
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"


def test_it_fits_a_phone(chrome: Browser, access: Access) -> None:
    tab = Tab(
        chrome.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page(),
        access,
    )
    for target in PAGES:
        tab.go(target)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390, target
    tab.go("/list")
    tab.press("Control+a")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
    tab.page.context.close()


def test_single_keys_can_be_turned_off_for_good(tab: Tab, reviewable: Workspace) -> None:
    tab.press("?")
    box = tab.page.get_by_role("checkbox", name="Single keys work")
    box.uncheck()
    tab.page.get_by_role("button", name="Close").click()
    tab.page.reload()
    tab.press("j", "a", "?")
    assert tab.focused() == ""
    assert in_force(reviewable) == []
    tab.page.get_by_role("button", name="Keys").click()
    assert not box.is_checked()
    box.check()
    tab.press("Escape", "j")
    assert tab.focused() == tab.paths()[0]


def test_words_go_and_failures_stay(tab: Tab, reviewable: Workspace) -> None:
    tab.page.clock.install()
    tab.go("/list")
    first, second = tab.paths()[:2]
    told, trouble = tab.page.locator("#told"), tab.page.get_by_role("alert")
    tab.press("j", "a")
    tab.told(f"Kept: {first}")
    tab.page.route("**/decisions", lambda route: route.abort())
    tab.press("r")
    tab.complained("The server does not answer")
    expect(told).to_be_empty()
    assert tab.focused() == second
    tab.page.unroute("**/decisions")
    tab.press("k", "r")
    tab.told(f"Rejected: {first}")
    tab.page.clock.fast_forward("00:10")
    expect(told).to_be_empty()
    expect(trouble).to_be_visible()
    tab.press("r")
    tab.told(f"Rejected: {second}")
    expect(trouble).to_be_hidden()
    assert in_force(reviewable) == [("outcome", "rejected")] * 2
    tab.complaints.clear()


@pytest.mark.parametrize("how", ["Close", "Escape"])
def test_a_failure_can_be_closed(tab: Tab, how: str) -> None:
    tab.page.route("**/decisions", lambda route: route.abort())
    tab.press("j", "x", "r")
    tab.complained("The server does not answer")
    if how == "Close":
        tab.page.get_by_role("button", name="Close").click()
    else:
        tab.press("Escape")
    expect(tab.page.get_by_role("alert")).to_be_hidden()
    assert tab.selected() == tab.paths()[:1]
    tab.complaints.clear()


def test_the_same_words_twice_are_spoken_twice(tab: Tab) -> None:
    tab.page.evaluate(
        "window.spoken = 0;"
        "new MutationObserver(() => (window.spoken += 1)).observe(document.querySelector('#told'), "
        "{childList: true})"
    )
    for times in (1, 2):
        tab.press("u")
        tab.page.wait_for_function(f"window.spoken === {times}")
        tab.told("nothing left to take back")


def test_hostile_names_harm_nothing(chrome: Browser, tmp_path: Any) -> None:
    names = [name.replace("/", "|").replace("\0", "") for name in HOSTILE]
    workspace = finish(tmp_path / "hostile", pictures=24, stems=names)
    with served(workspace, who=HOSTILE[0]) as access:
        tab = Tab(chrome.new_context().new_page(), access)
        tab.press("Control+a", "c")
        tab.page.get_by_label("Class of").fill(HOSTILE[1])
        tab.press("Enter")
        tab.told(HOSTILE[1])
        for target in (
            *PAGES[:-1],
            EVERYTHING,
            "/files/1?text=%22%3E%3Cscript%3E",
        ):
            tab.go(target)
        assert tab.complaints == []
        tab.page.context.close()
