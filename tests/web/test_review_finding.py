"""Filters, search and pages lead to the pictures that were asked for."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.web.finished import finish
from tests.web.looking import EVERYTHING, Tab, served


def test_filters_and_search(tab: Tab) -> None:
    tab.page.get_by_role("combobox", name="Reason").select_option("photo")
    tab.page.get_by_role("button", name="Show", exact=True).click()
    tab.page.wait_for_url("**reason=photo**")
    assert {tab.verdict(path) for path in tab.paths()} == {"rejected photo"}
    tab.press("/")
    tab.page.keyboard.type("PHOTO002")
    tab.press("Enter")
    tab.page.wait_for_url("**text=PHOTO002**")
    assert [path.rpartition("/")[2] for path in tab.paths()] == ["photo002.png"]
    tab.page.get_by_role("link", name="Show all").click()
    expect(tab.page.locator("#tiles > li")).to_have_count(36)


def test_files_that_say_that_an_ai_made_them(tab: Tab) -> None:
    for value in ("any", "comfyui"):
        tab.page.get_by_role("combobox", name="AI mark").select_option(value)
        tab.page.get_by_role("button", name="Show", exact=True).click()
        tab.page.wait_for_url(f"**mark={value}**")
        assert {path.rpartition("/")[2][:6] for path in tab.paths()} == {"unsure"}
        assert len(tab.paths()) == 4
    expect(tab.page.locator("#tiles > li").first).to_contain_text("AI mark: ComfyUI")


def test_a_search_finds_what_is_kept_too(tab: Tab) -> None:
    tab.press("/")
    tab.page.keyboard.type("drawn000")
    tab.press("Enter")
    tab.page.wait_for_url("**/list?text=drawn000")
    assert [path.rpartition("/")[2] for path in tab.paths()] == ["drawn000.png"]
    tab.page.get_by_label("kept", exact=True).uncheck()
    tab.page.get_by_role("button", name="Show", exact=True).click()
    tab.page.wait_for_url("**outcome=rejected**")
    assert tab.paths() == []


def test_a_search_finds_what_stays_unless_outcomes_are_chosen(tab: Tab) -> None:
    tab.press("/")
    tab.page.keyboard.type("drawn000")
    tab.press("Enter")
    tab.page.wait_for_url("**/list?text=drawn000")
    assert [tab.verdict(path) for path in tab.paths()] == ["kept"]
    tab.page.get_by_role("checkbox", name="kept", exact=True).uncheck()
    tab.page.get_by_role("button", name="Show", exact=True).click()
    tab.page.wait_for_url("**outcome=review**")
    expect(tab.page.get_by_text("No picture is like that")).to_be_visible()
    tab.page.get_by_role("link", name="Show all", exact=True).click()
    tab.page.wait_for_url("**outcome=kept**")
    assert len(tab.paths()) == 36


def test_the_next_page_skips_nobody(chrome: Browser, tmp_path: Any) -> None:
    workspace = finish(tmp_path / "large", pictures=120)
    with served(workspace) as access:
        tab = Tab(chrome.new_context().new_page(), access)
        before = tab.paths()
        tab.press("Control+a", "a")
        tab.told("Kept")
        tab.press("n")
        tab.page.wait_for_url("**from=**")
        after = tab.paths()
        assert tab.focused() == after[0]
        tab.go(EVERYTHING)
        everything = tab.paths()
        tab.press("n")
        tab.page.wait_for_url("**from=**")
        everything += tab.paths()
        assert [*before, *after] == everything[: len(before) + len(after)]
        tab.page.context.close()


def test_a_decided_picture_opens_among_those_asked_for(tab: Tab) -> None:
    tab.go("/list?text=mirrored")
    link = tab.page.locator("#tiles > li").first.locator("a.open")
    address = link.get_attribute("href")
    tab.press("j", "d")
    tab.told("From the next run on, no copy")
    assert link.get_attribute("href") == address
    assert str(address).endswith("text=mirrored")


def test_every_picture_on_the_page_loads(tab: Tab) -> None:
    tab.page.evaluate("for (const image of document.images) image.loading = 'eager'")
    tab.page.wait_for_load_state("networkidle")
    shown = tab.page.evaluate(
        "[...document.images].map(image => image.complete && image.naturalWidth > 0)"
    )
    assert len(shown) > 20
    assert all(shown)
