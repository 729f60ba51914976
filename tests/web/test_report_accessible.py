"""The rules of axe-core on every page, with every optional chapter, in light and dark and on a
phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.hostile import (
    MadeOnce,
    hostile_ablation,
    hostile_audit,
    hostile_diff,
    hostile_f1,
    hostile_leaderboard,
    hostile_report,
)

PAGES = {
    "report": hostile_report,
    "f1": hostile_f1,
    "ablation": hostile_ablation,
    "leaderboard": hostile_leaderboard,
    "audit": hostile_audit,
    "diff": hostile_diff,
}

COLOURS = {"runOnly": ["color-contrast"]}
"""The one rule that a dark page can break where a light one keeps it."""

ONLY_WRONG = {"resultTypes": ["violations"]}
"""All rules run, and what breaks them is told: telling the rest took longer than finding it."""


def checked_by_axe(page: Page, options: Any = None) -> AxeResults:
    """What axe-core finds wrong with a page by all rules or those of `options`."""
    return Axe().run(page, options={**ONLY_WRONG, **(options or {})})


def complaints(chrome: Browser, html: str, options: Any = None, **settings: Any) -> list[str]:
    """What `checked_by_axe` finds wrong with a page: the rule and the element."""
    with chrome.new_context(**settings) as context:
        page = context.new_page()
        page.set_content(html)
        if page.locator("#finder").count():
            page.locator("#finder [name=text]").fill("a")
            expect(page.locator("#chips > li")).to_have_count(1)
        violations = checked_by_axe(page, options).response["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in violations for node in one["nodes"]]


@pytest.mark.parametrize(("scheme", "options"), [("light", None), ("dark", COLOURS)])
@pytest.mark.parametrize("make", PAGES.values(), ids=PAGES)
def test_nothing_stands_in_the_way_of_a_reader(
    chrome: Browser, hostile_page: MadeOnce, make: Callable[[], str], scheme: Any, options: Any
) -> None:
    assert complaints(chrome, hostile_page(make), options, color_scheme=scheme) == []


@pytest.mark.parametrize("make", [hostile_report, hostile_f1, hostile_diff])
def test_nor_on_a_phone(chrome: Browser, hostile_page: MadeOnce, make: Callable[[], str]) -> None:
    page = hostile_page(make)
    assert complaints(chrome, page, viewport={"width": 390, "height": 844}) == []


def test_the_rules_find_what_is_wrong(chrome: Browser) -> None:
    assert any(found.startswith("image-alt") for found in complaints(chrome, "<img src='data:,'>"))
    faint = "<p style='color: #ddd; background: #fff'>faint</p>"
    assert [found.split(":")[0] for found in complaints(chrome, faint, COLOURS)] == [
        "color-contrast"
    ]
