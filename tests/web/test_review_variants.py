"""Families of variants in the review app: one decision for a whole strip, and one to take back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import Locator, expect

from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.review.catalogue import Catalogue
from inksift.curation.store.workspace import Workspace
from tests.web.looking import Tab, in_force, served
from tests.web.related import relate
from tests.web.test_report_accessible import COLOURS
from tests.web.test_review_accessible import assert_accessible

KEPT, REJECTED = ("outcome", "kept"), ("outcome", "rejected")


@pytest.fixture
def families(reviewable: Workspace) -> list[list[str]]:
    """A strip of four and a pair, of which all stay."""
    return relate(reviewable, 4, 2)


@pytest.fixture
def strips(families: list[list[str]], tab: Tab) -> Tab:
    """A tab at them."""
    tab.go("/variants")
    return tab


def strip(tab: Tab, number: int = 0) -> Locator:
    return tab.page.locator(f"#family-{number}")


def heading(tab: Tab, number: int = 0) -> str:
    return strip(tab, number).locator("h2").inner_text()


def test_all_are_kept_as_one_and_taken_back_as_one(strips: Tab, reviewable: Workspace) -> None:
    strip(strips).get_by_role("button", name="Keep all 4").click()
    strips.told("Kept all: 4 pictures")
    assert in_force(reviewable) == [KEPT] * 4
    expect(strip(strips).get_by_text("kept by ana")).to_have_count(4)
    strips.press("u")
    strips.told("Taken back: “Kept all: 4 pictures”")
    assert in_force(reviewable) == []
    expect(strip(strips).get_by_text("kept by ana")).to_have_count(0)


def test_one_only_is_kept_and_the_strip_given_back(
    strips: Tab, reviewable: Workspace, families: list[list[str]]
) -> None:
    one = families[0][2]
    button = strip(strips).get_by_role("button", name=f"Keep only {one}")
    button.click()
    strips.told(f"Kept {one} only: 4 pictures")
    assert sorted(in_force(reviewable)) == [KEPT, *[REJECTED] * 3]
    expect(strip(strips).locator("h2")).to_contain_text("1 kept, 3 rejected")
    expect(button).to_be_focused()
    strip(strips).get_by_role("button", name="Keep all 4").click()
    strips.told("Kept all: 4 pictures")
    strip(strips).get_by_role("button", name="Back to what the machine says").click()
    strips.told("Taken back: “what was said of 4 variants”")
    assert in_force(reviewable) == [], "the decisions before the last one as well"
    expect(strip(strips).locator("h2")).to_be_focused()
    strips.press("u")
    strips.told("Taken back: “Undo of what was said of 4 variants”")
    assert in_force(reviewable) == [KEPT] * 4


def test_a_strip_is_decided_on_by_keys(strips: Tab, reviewable: Workspace) -> None:
    strips.press("a")
    strips.told("No strip is chosen")
    strips.press("j", "j", "k", "f")
    strips.told("Go to a picture of the strip first")
    strips.press("a")
    strips.told("Kept all: 4 pictures")
    strips.press("Tab", "Tab", "Tab", "Tab", "f")
    strips.told("only: 4 pictures")
    assert sorted(in_force(reviewable)) == [KEPT, *[REJECTED] * 3]


def test_who_was_quicker_is_asked_about_before_a_strip_is_decided(
    strips: Tab, reviewable: Workspace, families: list[list[str]]
) -> None:
    state = Catalogue(reviewable, Ledger.of(reviewable)).state()
    image_id = state.run.image_id(state.run.file_at[families[0][1]])
    Ledger.of(reviewable).record([Decision(image_id, "outcome", "rejected")], "ben")
    strip(strips).get_by_role("button", name="Keep all 4").click()
    strips.page.get_by_role("button", name="Keep theirs").click()
    strips.told(f"Kept all: 3 pictures. Left as others decided: {families[0][1]}")
    expect(strip(strips).locator("h2")).to_contain_text("3 kept, 1 rejected")
    strips.complaints.clear()  # the answer 409 is one


@pytest.mark.parametrize(("scheme", "options"), [("light", None), ("dark", COLOURS)])
def test_everybody_can_use_it(
    chrome: Chrome, families: list[list[str]], reviewable: Workspace, scheme: Any, options: Any
) -> None:
    context = chrome.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    with served(reviewable) as access:
        tab = Tab(context.new_page(), access)
        tab.go("/variants")
        strip(tab).get_by_role("button", name="Keep all 4").click()
        tab.told("Kept all: 4 pictures")
        assert_accessible(tab, f"{scheme} variants", options)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert tab.complaints == []
    context.close()
