"""The filter over the pictures of the report, in a browser, from disk: by mouse, by keyboard, by
address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DECISIONS, IMAGES
from inksift.curation.report.beside import Shelf
from inksift.curation.report.page import ReportParams, build_report
from tests.web.chromium import events_of

PHOTO = {"outcome": "rejected", "stage": "verdicts", "reason": "photo"}
UNSURE = {"outcome": "review", "stage": "verdicts", "reason": "unsure"}
COPY = {
    "outcome": "rejected",
    "stage": "duplicates",
    "reason": "duplicate",
    "duplicate_of": "kept/000.png",
}
BY_HAND = {
    "decided_by": "human",
    "explanation": "kept by ana on 2026-11-20 10:00 UTC; the machine: unsure 0.50",
}
STAYED = {
    "outcome": "kept",
    "stage": "",
    "reason": "",
    "duplicate_of": "",
    "medium": "unsure",
    "decided_by": "machine",
}
FILE = {
    "path_bytes": b"",
    "size_bytes": 1,
    "mtime_ns": 1,
    "readable": True,
    "error": "",
    "note": "",
    "mode": "RGB",
    "ai_mark": "",
}
FILE |= {"format": "PNG", "width": 40, "height": 30}


def page_of(photos: int, unsure: int = 5, shelf: Shelf | None = None) -> str:
    """One file that stays, so many photographs in two classes, their probability falling, then the
    other kinds; what is not in the page itself goes on the shelf."""
    kinds = [("kept", STAYED)] + [(("cat", "dog")[number % 2], PHOTO) for number in range(photos)]
    kinds += [("fox", UNSURE)] * unsure + [("kept", COPY)] * 10 + [("owl", BY_HAND)] * 3
    rows = [
        {"explanation": "because", "p_photo": 1 - number / len(kinds)}
        | STAYED
        | {"path": f"{label}/{number:03d}.png", "image_id": f"{number:064d}", "label": label}
        | kind
        for number, (label, kind) in enumerate(kinds)
    ]
    images = IMAGES.frame(
        [
            FILE
            | {name: row[name] for name in ("path", "image_id", "label")}
            | {"ai_mark": "comfyui" if row["label"] == "fox" else ""}
            for row in rows
        ]
    )
    params = ReportParams(one_file=0)
    return build_report(DECISIONS.frame(rows), images, read=read, params=params, shelf=shelf)


def read(image_id: str) -> Rgb:
    return np.random.default_rng(int(image_id)).integers(0, 255, (30, 40, 3), np.uint8)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """150 photographs, 5 for review, 10 copies, 3 kept by a person: 168 pictures, 90 of them in
    chunks."""
    place = tmp_path_factory.mktemp("report") / "report.html"
    place.write_text(page_of(150), encoding="utf-8")
    return place


@pytest.fixture
def page(chrome: Browser, report: Path) -> Iterator[Page]:
    page = chrome.new_page()
    events = events_of(page)
    page.goto(report.as_uri())
    expect(page.locator("#found")).to_have_text("168 of 168 pictures, page 1 of 3")
    yield page
    page.close()
    assert not [event for event in events if not event.startswith(report.as_uri())]


def paths(page: Page) -> list[str]:
    return page.locator("#tiles > li > .path").all_inner_texts()


def control(page: Page, name: str) -> Any:
    return page.locator(f"#finder [name={name}]")


def reason(page: Page, key: str) -> Any:
    return page.locator(f"#finder [value='{key}']")


def found(page: Page, text: str) -> None:
    """Wait until the filter says so."""
    expect(page.locator("#found")).to_have_text(text)


def test_the_first_page_holds_sixty_and_the_galleries_are_gone(page: Page) -> None:
    shown = paths(page)
    assert len(shown) == 60
    assert shown[:7] == [
        *(f"fox/{number}.png" for number in range(151, 156)),
        "cat/001.png",
        "dog/002.png",
    ]
    assert page.locator("#galleries").count() == 0


def test_pages_turn_to_tiles_that_travelled_in_chunks_and_every_picture_is_seen_once(
    page: Page,
) -> None:
    seen = paths(page)
    for number in (2, 3):
        page.get_by_role("button", name="Next").click()
        found(page, f"168 of 168 pictures, page {number} of 3")
        seen += paths(page)
        assert all(
            page.evaluate("[...document.images].map(one => one.complete && one.naturalWidth > 0)")
        )
    assert len(seen) == len(set(seen)) == 168
    page.get_by_role("button", name="Next").press("Enter")
    found(page, "168 of 168 pictures, page 3 of 3")
    expect(page.get_by_role("button", name="Next")).to_have_attribute("aria-disabled", "true")


def test_reasons_add_up(page: Page) -> None:
    reason(page, "review/verdicts/unsure").check()
    found(page, "5 of 168 pictures")
    reason(page, "rejected/duplicates/duplicate").check()
    found(page, "15 of 168 pictures")
    assert [path.split("/")[0] for path in paths(page)] == ["fox"] * 5 + ["kept"] * 10


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("text", "DOG/15", "1 of 168 pictures"),
        ("text", "nowhere", "No picture fits these filters."),
        ("class", "dog", "75 of 168 pictures, page 1 of 2"),
        ("by", "human", "3 of 168 pictures"),
        ("mark", "any", "5 of 168 pictures"),
        ("mark", "comfyui", "5 of 168 pictures"),
        ("from", "0.5", "84 of 168 pictures, page 1 of 2"),
        ("to", "0.05", "3 of 168 pictures"),
    ],
)
def test_each_control_narrows(page: Page, name: str, value: str, text: str) -> None:
    if name in ("class", "by", "mark"):
        control(page, name).select_option(value)
    else:
        control(page, name).fill(value)
    found(page, text)


def test_a_copy_has_no_probability_of_its_own_to_be_found_by(page: Page) -> None:
    reason(page, "rejected/duplicates/duplicate").check()
    control(page, "from").fill("0")
    found(page, "No picture fits these filters.")


def test_the_address_keeps_the_filter(page: Page, chrome: Browser) -> None:
    reason(page, "rejected/verdicts/photo").check()
    control(page, "class").select_option("cat")
    control(page, "text").fill("png")
    control(page, "to").fill("0.9")
    found(page, "67 of 168 pictures, page 1 of 2")
    page.get_by_role("button", name="Next").click()
    found(page, "67 of 168 pictures, page 2 of 2")
    expect(page).to_have_url(re.compile("page=2$"))
    other = chrome.new_page()
    other.goto(page.url)
    found(other, "67 of 168 pictures, page 2 of 2")
    assert paths(other) == paths(page)
    assert control(other, "to").input_value() == "0.9"
    expect(other.locator("#pictures h2")).to_be_in_viewport()
    other.close()


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (
            "#pictures?class=nobody&why=none/of/them&by=ghost&page=no",
            "168 of 168 pictures, page 1 of 3",
        ),
        ("#pictures?page=99", "168 of 168 pictures, page 3 of 3"),
        ("#pictures?page=1.5", "168 of 168 pictures, page 1 of 3"),
        ("#pictures?page=2.9", "168 of 168 pictures, page 2 of 3"),
        ("#pictures?page=-1", "168 of 168 pictures, page 1 of 3"),
        ("#pictures?by=human", "3 of 168 pictures"),
        ("#classes", "168 of 168 pictures, page 1 of 3"),
    ],
)
def test_an_address_that_fits_nothing_here_does_no_harm(
    page: Page, address: str, text: str
) -> None:
    page.evaluate("address => { location.hash = address; }", address)
    found(page, text)


def test_a_half_page_still_shows_every_picture_of_a_page(page: Page) -> None:
    page.evaluate("location.hash = '#pictures?page=1.5'")
    expect(page).to_have_url(re.compile("page=1.5$"))
    assert len(paths(page)) == 60


@pytest.mark.parametrize("address", ["", "#pictures"])
def test_an_address_without_a_filter_takes_the_filter_back(
    page: Page, report: Path, address: str
) -> None:
    page.goto(report.as_uri() + address)
    page.get_by_role("link", name="copies of a file that stays").click()
    found(page, "10 of 168 pictures")
    page.go_back()
    found(page, "168 of 168 pictures, page 1 of 3")
    assert page.locator("#chips > li").count() == 0
    assert not reason(page, "rejected/duplicates/duplicate").is_checked()
    page.go_forward()
    found(page, "10 of 168 pictures")


def test_the_way_to_another_section_leaves_the_filter_as_it_is(page: Page) -> None:
    reason(page, "review/verdicts/unsure").check()
    found(page, "5 of 168 pictures")
    page.get_by_role("link", name="Classes").click()
    expect(page).to_have_url(re.compile("#classes$"))
    found(page, "5 of 168 pictures")


def test_what_is_still_being_typed_does_not_undo_the_way_back(page: Page) -> None:
    page.get_by_role("link", name="copies of a file that stays").click()
    found(page, "10 of 168 pictures")
    control(page, "text").fill("nowhere")
    page.evaluate("location.hash = '#pictures?by=human'")
    found(page, "3 of 168 pictures")
    page.wait_for_timeout(400)
    found(page, "3 of 168 pictures")


def test_a_first_probability_above_the_last_is_named(page: Page) -> None:
    control(page, "from").fill("0.9")
    control(page, "to").fill("0.1")
    found(page, "No probability is from 0.9 to 0.1: the first is larger.")
    control(page, "to").fill("1")
    expect(page.locator("#found")).to_contain_text("of 168 pictures")


def test_on_paper_there_are_no_controls_and_the_page_says_what_is_missing(page: Page) -> None:
    page.emulate_media(media="print")
    reason(page, "rejected/verdicts/photo").evaluate("box => box.click()")
    found(page, "150 of 168 pictures, page 1 of 3")
    for gone in ("nav", "#finder .filters", "#clear", "#turn"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.get_by_text("Only this page of the pictures is printed.")).to_be_visible()
    page.evaluate("location.hash = '#pictures?by=human'")
    found(page, "3 of 168 pictures")
    expect(page.get_by_text("Only this page of the pictures is printed.")).to_be_hidden()
    page.emulate_media(media="screen")
    expect(page.locator("#finder .filters")).to_be_visible()


def test_chips_take_filters_back_and_focus_stays_where_it_can_be_seen(page: Page) -> None:
    control(page, "by").select_option("human")
    control(page, "text").fill("owl")
    chips = page.locator("#chips button")
    expect(chips).to_have_text(["path contains owl", "decided by a person"])
    page.get_by_role("button", name="Remove the filter path contains owl").click()
    expect(chips).to_have_text(["decided by a person"])
    expect(control(page, "text")).to_be_focused()
    page.get_by_role("button", name="Clear all filters").click()
    found(page, "168 of 168 pictures, page 1 of 3")
    assert page.url.endswith("#pictures")
    assert page.evaluate("document.activeElement.name") == "why"


def test_the_keyboard_alone_filters_and_turns_pages(page: Page) -> None:
    reason(page, "rejected/verdicts/photo").focus()
    page.keyboard.press("Space")
    found(page, "150 of 168 pictures, page 1 of 3")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "next":
            break
    page.keyboard.press("Enter")
    found(page, "150 of 168 pictures, page 2 of 3")
    page.keyboard.press("Enter")
    found(page, "150 of 168 pictures, page 3 of 3")
    expect(page.get_by_role("status")).to_have_text("150 of 168 pictures, page 3 of 3")


def test_the_flow_leads_to_its_pictures(page: Page) -> None:
    page.get_by_role("list", name="Where the files went").get_by_role(
        "link", name="copies of a file"
    ).click()
    found(page, "10 of 168 pictures")
    expect(reason(page, "rejected/duplicates/duplicate")).to_be_checked()


def test_without_scripts_the_first_of_each_reason_stand_in_the_page(
    chrome: Browser, report: Path
) -> None:
    with chrome.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        expect(page.locator("#finder")).to_be_hidden()
        expect(page.locator("#galleries .tiles > li:visible")).to_have_count(60 + 5 + 10 + 3)
        expect(page.get_by_text("and 90 more, listed in decisions.csv")).to_be_visible()


def test_a_browser_that_cannot_unpack_shows_the_same(chrome: Browser, report: Path) -> None:
    page = chrome.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(report.as_uri())
    expect(page.locator("#finder")).to_be_hidden()
    expect(page.locator("#galleries .tiles > li:visible")).to_have_count(60 + 5 + 10 + 3)
    page.close()
