"""The pages with every text hostile: harmless to a parser by an allow-list, and silent in a
browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from inksift.curation.report.f1_page import build_f1_page
from inksift.curation.training.evaluation import HELD_OUT, EvaluationParams, f1_report
from tests.web.chromium import events_of
from tests.web.hostile import (
    HOSTILE,
    MadeOnce,
    hostile_ablation,
    hostile_audit,
    hostile_diff,
    hostile_f1,
    hostile_frames,
    hostile_leaderboard,
    hostile_report,
)

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer",
    "nav", "article", "h1",
    "h2", "h3", "h4", "p", "a", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "bdi",
    "table", "caption",
    "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "img", "svg", "rect",
    "path", "details", "code",
    "summary", "fieldset", "legend", "label", "input", "select", "option", "button", "script"
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "alt", "role",
    "aria-label", "aria-hidden", "aria-current",
    "aria-disabled", "tabindex", "scope", "open", "hidden", "viewbox", "preserveaspectratio",
    "x", "y", "width",
    "height", "value", "min", "max", "step", "placeholder", "autocomplete",
    "data-chip", "data-filter"
}  # fmt: skip
VALUES = {
    "src": r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+",
    "href": r"(report|f1_report)\.html|#[a-z0-9]+(\?[a-z]+=[A-Za-z0-9%._~/+-]+)?",
    "type": r"application/json|checkbox|search|number|button",
    "d": r"[MHVQZ0-9. -]+",
}
VOID = {"meta", "img", "input"}
IN_THE_DOCUMENT = """() => [...document.querySelectorAll("*")].flatMap((element) =>
    [...element.attributes].map(({name, value}) => [element.localName, name.toLowerCase(), value])
        .concat([[element.localName, "class", ""]]))"""


class Harmless(HTMLParser):
    """Collects what is not on the allow-list."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.open: list[str] = []
        self.programs = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.complaints += complaints(tag, attrs)
        self.programs += tag == "script" and "type" not in dict(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"</{tag}>")


def complaints(tag: str, attrs: list[tuple[str, str | None]]) -> list[str]:
    """What of an element is not on the allow-list."""
    wrong = [f"{tag}.{name}={value}" for name, value in attrs if not allowed(name, value or "")]
    return wrong if tag in ELEMENTS else [f"<{tag}>", *wrong]


def allowed(name: str, value: str) -> bool:
    return bool(re.fullmatch(VALUES[name], value)) if name in VALUES else name in ATTRIBUTES


def judged(html: str) -> Harmless:
    parser = Harmless()
    parser.feed(html)
    parser.close()
    return parser


def data_in(html: str) -> list[Any]:
    """What the data blocks of a page hold: the index, then the chunks."""
    return [
        json.loads(text)
        for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html)
    ]


def cards_in(html: str) -> list[str]:
    """The tiles in the chunks of a page."""
    packed = (gzip.decompress(base64.b64decode(chunk)) for chunk in data_in(html)[1:])
    return [card for chunk in packed for card in json.loads(chunk)]


@pytest.fixture(scope="module")
def hostile(hostile_page: MadeOnce) -> str:
    return hostile_page(hostile_report)


@pytest.fixture(scope="module")
def browser_page(chrome: Browser) -> Page:
    return chrome.new_page()


@pytest.mark.parametrize(
    ("make", "programs"),
    [
        (hostile_report, 1),
        (hostile_f1, 0),
        (hostile_ablation, 0),
        (hostile_leaderboard, 0),
        (hostile_audit, 0),
        (hostile_diff, 0),
    ],
)
def test_only_harmless_elements_and_attributes(
    hostile_page: MadeOnce, make: Any, programs: int
) -> None:
    parser = judged(hostile_page(make))
    assert parser.complaints == []
    assert parser.open == []
    assert parser.programs == programs


def test_tiles_in_chunks_are_as_harmless(hostile: str) -> None:
    cards = cards_in(hostile)
    assert len(cards) > 15
    for card in cards:
        parser = judged(card)
        assert (parser.complaints, parser.open, parser.programs) == ([], [], 0)
        assert all(char.isprintable() or char == "\n" for char in card)


def test_the_allow_list_finds_what_is_harmful() -> None:
    for text in (
        "<script>x</script>",
        "<img onerror='x'>",
        '<a href="javascript:x">',
        "<iframe></iframe>",
        "<p>",
        "</p>",
    ):
        parser = judged(text)
        assert parser.complaints or parser.open or parser.programs, text


def test_data_parses_back_to_the_very_text(hostile: str) -> None:
    decisions, _ = hostile_frames()
    shown = decisions[(decisions["outcome"] != "kept") & (decisions["reason"] != "unreadable")]
    index = data_in(hostile)[0]
    assert sorted(index["path"]) == sorted(shown["path"])
    assert any("\x00" in path for path in index["path"])
    assert any("\u2028" in path for path in index["path"])
    assert any("</script>" in path for path in index["path"])
    assert all(
        text.isascii() and "<" not in text
        for text in re.findall(r'json"[^>]*>(.*)</script>', hostile)
    )


def test_every_attribute_is_quoted_and_no_control_character_is_left(hostile: str) -> None:
    marked_up = re.sub(r"(<script[^>]*>).*?</script>", r"\1", hostile, flags=re.DOTALL)
    assert not re.search(r"<\w[^>]*=[^\"'\s>]+(\s|>)", re.sub(r'"[^"]*"', '""', marked_up))
    assert all(char.isprintable() or char == "\n" for char in hostile)
    assert "{{ 7*7 }}" in hostile
    assert "{% raw %}" in hostile


@pytest.mark.parametrize(
    "make",
    [
        hostile_report,
        hostile_f1,
        hostile_ablation,
        hostile_leaderboard,
        hostile_audit,
        hostile_diff,
    ],
)
def test_the_policy_allows_the_one_style_and_the_one_script_and_nothing_else(
    hostile_page: MadeOnce, make: Any
) -> None:
    html = hostile_page(make)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    assert policy[1].split("; ") == [
        "default-src 'none'",
        "img-src data:",
        *(f"style-src 'sha256-{digest}'" for digest in digests("style", html)),
        *(f"script-src 'sha256-{digest}'" for digest in digests("script", html)),
        "base-uri 'none'",
        "form-action 'none'",
    ]


def digests(tag: str, html: str) -> list[str]:
    texts = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]


def test_a_browser_shows_all_of_it_without_a_request_an_error_or_a_dialog(
    hostile: str, browser_page: Page, tmp_path: Path
) -> None:
    place = tmp_path / "report.html"
    place.write_text(hostile, encoding="utf-8")
    events = events_of(browser_page)
    browser_page.goto(place.as_uri())
    browser_page.wait_for_load_state("networkidle")
    assert browser_page.locator("#tiles > li").count() == len(data_in(hostile)[0]["path"])
    for text in HOSTILE[:3]:
        find(browser_page, "text", text, chips=[f"path contains {text}"])
    find(browser_page, "text", "", chips=[])
    find(browser_page, "class", HOSTILE[1], chips=[f"class {HOSTILE[1]}"])
    find(browser_page, "class", "", chips=[])
    assert events == [place.as_uri()]
    shown = browser_page.evaluate(
        "[...document.images].map(image => image.complete && image.naturalWidth > 0)"
    )
    assert len(shown) > 30
    assert all(shown)
    found = [
        complaints(tag, [(name, value)])
        for tag, name, value in browser_page.evaluate(IN_THE_DOCUMENT)
    ]
    assert len(found) > 1000
    assert [complaint for some in found for complaint in some] == []


def find(page: Page, name: str, value: str, *, chips: list[str]) -> None:
    """Set one control of the filter, and wait until these filters have their say."""
    control = page.locator(f"#finder [name={name}]")
    if name == "class":
        control.select_option(value)
    else:
        control.fill(value)
    expect(page.locator("#chips > li")).to_have_text(chips)


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_it_fits_the_window(hostile: str, browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.set_content(hostile)
    browser_page.wait_for_selector("#tiles > li")
    assert (
        browser_page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth")
        == "1152px"
    )
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_wide_table_shows_on_a_phone_that_it_goes_on(hostile: str, browser_page: Page) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.set_content(hostile)
    table = browser_page.get_by_role("region", name="Voters")
    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
    assert darker_edges(table) == (False, True)
    table.evaluate("box => box.scrollTo(40, 0)")
    assert darker_edges(table) == (True, True)
    table.evaluate("box => box.scrollTo(box.scrollWidth, 0)")
    assert darker_edges(table) == (True, False)


def test_a_table_that_fits_shows_no_more(hostile: str, browser_page: Page) -> None:
    browser_page.set_viewport_size({"width": 1280, "height": 800})
    browser_page.set_content(hostile)
    table = browser_page.get_by_role("region", name="Voters")
    assert not table.evaluate("box => box.scrollWidth > box.clientWidth")
    assert darker_edges(table) == (False, False)


@cache
def table_of(rows: int) -> str:
    """An F1 page whose table has this many rows."""
    frame = pd.DataFrame({"image_id": [f"{row}" for row in range(rows)], "confidence": 1.0})
    frame["label"] = frame["predicted"] = frame["image_id"]
    return build_f1_page(
        f1_report(frame, ["0"], EvaluationParams(bootstrap_draws=0), test_set=HELD_OUT, seeds={})
    )


@pytest.mark.parametrize(("rows", "scrolls"), [(20, False), (60, True)])
def test_only_a_long_table_scrolls_down(browser_page: Page, rows: int, scrolls: bool) -> None:
    browser_page.set_viewport_size({"width": 1280, "height": 800})
    browser_page.set_content(table_of(rows))
    table = browser_page.get_by_role("region", name="Scores per class")
    assert table.evaluate("box => box.scrollHeight > box.clientHeight") is scrolls


def test_a_wide_plot_keeps_its_size_on_a_phone_and_is_reached_by_the_keyboard(
    browser_page: Page,
) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 800})
    browser_page.set_content(table_of(9))
    box = browser_page.get_by_role("region", name="Plot: F1 per class")
    assert box.locator("img").evaluate("image => image.clientWidth") > 640
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 390
    box.focus()
    expect(box).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_plot_has_the_ground_of_its_card(browser_page: Page, scheme: Any) -> None:
    browser_page.set_viewport_size({"width": 1280, "height": 800})
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_content(table_of(9))
    figure = browser_page.locator(".plot").first
    inside = figure.locator("img").bounding_box()
    outside = figure.bounding_box()
    assert inside
    assert outside
    with Image.open(BytesIO(figure.screenshot())) as picture:
        shown = picture.convert("RGB")
        drawn = shown.getpixel(
            (round(inside["x"] - outside["x"]) + 2, round(inside["y"] - outside["y"]) + 2)
        )
        assert drawn == shown.getpixel((5, 5))


def darker_edges(box: Locator) -> tuple[bool, bool]:
    """Whether the white ground of a box is darkened at its left and at its right edge."""
    box.page.emulate_media(color_scheme="light")
    with Image.open(BytesIO(box.screenshot())) as picture:
        line = picture.convert("L").crop((0, 10, picture.width, 11))
        return line.getpixel((3, 0)) < 235, line.getpixel((picture.width - 4, 0)) < 235  # type: ignore[operator]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_bar_stands_out_from_its_ground(
    hostile: str, browser_page: Page, scheme: Any
) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_content(hostile)
    fills = browser_page.evaluate(
        "['.votes .kept', '.votes .rejected', '.votes .room', '.share .whisker', '.flow .review']"
        ".map(name => getComputedStyle(document.querySelector(name)).fill)"
    )
    assert len(set(fills)) == 5


def test_votes_read_as_text_and_bars_are_left_out_for_a_screen_reader(
    hostile: str, browser_page: Page
) -> None:
    browser_page.set_content(hostile)
    votes = browser_page.get_by_role(
        "list", name="plus for a photograph, minus for an illustration"
    ).first
    assert votes.get_by_role("listitem").count() == 6
    assert "near pictures of this folder\n" in votes.inner_text()
    silent = (
        ".votes svg:not([aria-hidden=true]), .share:not([aria-hidden=true]), .flow "
        "svg:not([aria-hidden=true])"
    )
    assert browser_page.locator(silent).count() == 0
