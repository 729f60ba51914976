"""A report whose pictures lie in files beside it, in a browser, from disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.reports import DictShelf
from tests.web.chromium import events_of
from tests.web.hostile import hostile_report
from tests.web.test_report_finder import page_of

DATA = "report-data"
MOST_INTERACTIVE_MS = 2000
MOST_MB = 2


def written(folder: Path, html: str, shelf: DictShelf) -> Path:
    """The page, and what it loads, in a folder."""
    (folder / DATA).mkdir()
    for name, data in shelf.files.items():
        (folder / DATA / f"{name}.js").write_bytes(data)
    place = folder / "report.html"
    place.write_text(html, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """168 pictures, 90 of them beside the page."""
    shelf = DictShelf()
    html = page_of(150, shelf=shelf)
    return written(tmp_path_factory.mktemp("beside"), html, shelf)


@pytest.fixture
def page(chrome: Browser, report: Path) -> Iterator[Page]:
    page = chrome.new_page()
    events = events_of(page)
    page.goto(report.as_uri())
    found(page, "168 of 168 pictures, page 1 of 3")
    yield page
    page.close()
    # nothing but the page and the files beside it is asked for, and nothing is complained of
    assert not [event for event in events if not event.startswith(report.parent.as_uri())]


def found(page: Page, text: str) -> None:
    expect(page.locator("#found")).to_have_text(text)


def paths(page: Page) -> list[str]:
    return page.locator("#tiles > li > .path").all_inner_texts()


def test_every_picture_is_seen_once_with_its_thumbnail(page: Page) -> None:
    seen = paths(page)
    for number in (2, 3):
        page.get_by_role("button", name="Next").press("Enter")
        found(page, f"168 of 168 pictures, page {number} of 3")
        seen += paths(page)
        page.wait_for_function(
            "[...document.images].every(one => one.complete && one.naturalWidth > 0)"
        )
    assert len(seen) == len(set(seen)) == 168


def test_the_filter_reaches_pictures_beside_the_page(page: Page) -> None:
    page.locator("#finder [name=text]").fill("dog/15")
    found(page, "1 of 168 pictures")
    assert paths(page) == ["dog/150.png"]
    page.locator("#finder [name=text]").fill("")
    page.locator("#finder [value='rejected/duplicates/duplicate']").check()
    found(page, "10 of 168 pictures")


def test_a_page_without_its_files_says_so_and_shows_the_first(
    chrome: Browser, report: Path, tmp_path: Path
) -> None:
    alone = Path(shutil.copy(report, tmp_path))
    page = chrome.new_page()
    page.goto(alone.as_uri())
    expect(page.get_by_text("not beside this page")).to_be_visible()
    expect(page.locator("#galleries .tiles > li:visible")).to_have_count(60 + 5 + 10 + 3)
    page.close()


def test_hostile_texts_are_harmless_there_too(chrome: Browser, tmp_path: Path) -> None:
    shelf = DictShelf()
    place = written(tmp_path, hostile_report(shelf), shelf)
    page = chrome.new_page()
    events = events_of(page)
    page.goto(place.as_uri())
    expect(page.locator("#found")).to_contain_text("pictures")
    assert page.locator("#tiles > li").count() > 30
    assert not [event for event in events if not event.startswith(tmp_path.as_uri())]
    page.close()


@pytest.mark.slow
def test_ten_thousand_pictures_are_ready_in_two_seconds(chrome: Browser, tmp_path: Path) -> None:
    shelf = DictShelf()
    place = written(tmp_path, page_of(10_000, unsure=1000, shelf=shelf), shelf)
    assert place.stat().st_size < MOST_MB * 1e6
    page = chrome.new_page()
    page.goto(place.as_uri())
    found(page, "11,013 of 11,013 pictures, page 1 of 184")
    ready = page.evaluate("performance.getEntriesByName('pictures ready')[0].startTime")
    assert ready < MOST_INTERACTIVE_MS
    page.locator("#finder [name=text]").fill("99")
    expect(page.locator("#found")).not_to_contain_text("11,013 of 11,013")
    assert all("99" in path for path in paths(page))
    page.close()
