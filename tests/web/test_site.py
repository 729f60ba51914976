"""The site that `make docs` built asks no other machine for anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chrome

from tests.web.chromium import events_of

SITE = Path(__file__).parents[2] / "build" / "site"
FETCHED = re.compile(r"<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)=\"?((?:https?:)?//)")
LOOKED_AT = ("index.html", "reference/settings.html", "how-to/dagster.html")
NARROW = {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def site() -> Path:
    """The folder of the built site."""
    if not (SITE / "index.html").is_file():
        pytest.skip(f"no site at {SITE}: run `make docs`")
    return SITE


def test_no_page_names_anything_to_fetch_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        assert FETCHED.search(page.read_text(encoding="utf-8")) is None, page.name


@pytest.mark.parametrize("address", LOOKED_AT)
def test_a_page_opens_from_disk_and_fits_a_phone(chrome: Chrome, site: Path, address: str) -> None:
    page = chrome.new_page(viewport=NARROW)
    asked = events_of(page)
    page.goto((site / address).as_uri())
    page.wait_for_load_state("networkidle")
    assert page.locator("h1").count() == 1
    assert [event for event in asked if re.match(r"(https?|wss?|ftp):", event)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
