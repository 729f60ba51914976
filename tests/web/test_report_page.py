"""The report with every text hostile: harmless to a parser by an allow-list, and silent in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, sync_playwright

from curation.dedup.apart import KEPT_APART
from curation.evaluation import HELD_OUT, EvaluationParams, f1_report
from curation.medium.votes import PARTS, VOTE_QUALITY, VOTES
from curation.report.f1_page import build_f1_page
from curation.report.findings import Findings
from curation.report.page import ReportParams, build_report
from curation.rgb import Rgb
from curation.signals.base import Limits
from curation.tables import DECISIONS, IMAGES, PAIR_SEARCH
from curation.verdicts.losses import LOSSES
from tests.frames import duplicates_of

CHROMIUM = Path("/usr/bin/chromium")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</style><script>alert(1)</script>",
    "]]><!--",
    "{{ 7*7 }}{% raw %}",
    "&lt;script&gt;&#x3c;",
    "a\u202egpj.exe",
    "line\nbreak\r\ttab\x1b[31m\x00",
    "\u2028\u2029",
    "<svg/onload=alert(1)>",
    '<meta http-equiv=refresh content="0;url=http://evil.example">',
    "`${alert(1)}`",
    "<base href=http://evil.example>",
    "x" * 250,
]
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "section", "footer", "nav", "h1", "h2",
    "h3", "p", "a", "ul", "li", "dl", "dt", "dd", "div", "span", "strong", "bdi", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "figure", "figcaption", "img", "svg", "rect", "details", "summary"
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "src", "alt", "role",
    "aria-label", "aria-hidden", "tabindex", "scope", "open", "viewbox", "preserveaspectratio", "x", "y",
    "width", "height"
}  # fmt: skip
ONE = {"path_bytes": b"", "size_bytes": 1, "mtime_ns": 1, "note": "", "format": "PNG", "mode": "RGB"}


class Harmless(HTMLParser):
    """Collects what is not on the allow-list."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ELEMENTS:
            self.complaints.append(f"<{tag}>")
        if tag not in {"meta", "img"}:
            self.open.append(tag)
        self.complaints += [f"{tag}.{name}={value}" for name, value in attrs if not _allowed(tag, name, value)]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"</{tag}>")


def _allowed(tag: str, name: str, value: str | None) -> bool:
    if name == "src":
        return bool(re.fullmatch(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+", value or ""))
    if name == "href":
        return bool(re.fullmatch(r"#[a-z0-9]+", value or ""))
    return name in ATTRIBUTES


def read(image_id: str) -> Rgb:
    return np.full((90, 60, 3), int(image_id) % 256, np.uint8)


def decided(turn: int, text: str, first: str) -> dict[str, object]:
    outcome, stage, reason = [
        ("kept", "", ""),
        ("rejected", text, text),
        ("rejected", "duplicates", "duplicate"),
        ("review", "duplicates", "label_conflict"),
        ("rejected", "images", "unreadable"),
    ][turn]
    rest = {"duplicate_of": first if turn == 2 else "", "p_photo": 0.5, "medium": "photo", "decided_by": "machine"}
    return {"outcome": outcome, "stage": stage, "reason": reason, "explanation": text, **rest}


def hostile_frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """By turns kept, a photo, a duplicate of the first, for review, unreadable."""
    images, decisions = [], []
    for number, text in enumerate(HOSTILE * 3):
        turn = number % 5
        known = {"path": f"{number}{text}", "image_id": f"{number:064d}", "label": text}
        state = {"readable": turn != 4, "error": text if turn == 4 else "", "width": 60, "height": 90}
        images.append(ONE | known | state)
        decisions.append(known | decided(turn, text, f"0{HOSTILE[0]}"))
    return DECISIONS.frame(decisions), IMAGES.frame(images)


def hostile_votes(images: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Votes on every picture, voters and classes with hostile names."""
    row = {"photos": 1, "illustrations": 1, "measured_on": HOSTILE[0], "auroc": 0.9, "low": 0.8, "high": 1.0}
    loss = {"pictures": 9, "rejected": 6, "share": 2 / 3, "low": 0.35, "high": 0.88}
    parts = {part: (-1) ** number * 0.3 * number for number, part in enumerate(PARTS)}
    rows = [{"image_id": image_id, "log_odds": sum(parts.values())} | parts for image_id in images["image_id"]]
    voters = [row | {"voter": text, "weight": float(number % 2)} for number, text in enumerate(HOSTILE)]
    return {
        "votes": VOTES.frame(rows),
        "quality": VOTE_QUALITY.frame(voters),
        "losses": LOSSES.frame([loss | {"label": text} for text in HOSTILE]),
    }


def hostile_copies(decisions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Copies as decided, and every file related to the first by a hostile transform."""
    readable = decisions[decisions["reason"] != "unreadable"]
    first, *others = readable["path"]
    places = readable[["path", "duplicate_of"]].assign(group=range(len(readable)), kept_because=HOSTILE[1])
    row = {"path": first, "relation": "variant", "distance": 1, "similarity": 0.9, "transform": HOSTILE[0]}
    return {
        "duplicates": duplicates_of(*places.to_dict("records")),
        "apart": KEPT_APART.frame([row | {"other_path": path} for path in others]),
        "search": PAIR_SEARCH.frame([{"compared": 9, "flat": 1, "crowded": 1}]),
    }


@pytest.fixture(scope="module")
def hostile() -> str:
    """A report with every optional part, in which every text is hostile."""
    decisions, images = hostile_frames()
    findings = Findings(
        **hostile_copies(decisions),
        signals=pd.DataFrame({"image_id": images["image_id"], HOSTILE[0]: 0.5}),
        limits={HOSTILE[0]: Limits(low=0.1)},
        comparison=pd.DataFrame({HOSTILE[1]: HOSTILE[:2], HOSTILE[0]: [1.0, 2.0]}),
        notes=HOSTILE,
        reject_cut=1.0,
        keep_cut=-1.0,
        **hostile_votes(images),
    )
    return build_report(decisions, images, read=read, params=ReportParams(), findings=findings)


@pytest.fixture(scope="module")
def hostile_f1() -> str:
    """An F1 page in which every text is hostile."""
    rows = pd.DataFrame({"image_id": HOSTILE, "label": HOSTILE, "predicted": HOSTILE[::-1], "confidence": 1.0})
    report = f1_report(rows, HOSTILE, EvaluationParams(bootstrap_draws=10), test_set=HELD_OUT, seeds={})
    names = ("learning_rate", "train_loss", "validation_loss", "validation_macro_f1")
    curves = pd.DataFrame({"epoch": range(5)} | dict.fromkeys(names, np.linspace(0.1, 1, 5)))
    return build_f1_page(report, curves)


@pytest.mark.parametrize("page", ["hostile", "hostile_f1"])
def test_only_harmless_elements_and_attributes(page: str, request: pytest.FixtureRequest) -> None:
    hostile = request.getfixturevalue(page)
    parser = Harmless()
    parser.feed(hostile)
    assert parser.complaints == []
    assert parser.open == []


def test_every_attribute_is_quoted_and_no_control_character_is_left(hostile: str) -> None:
    assert not re.search(r"<\w[^>]*=[^\"'\s>]+(\s|>)", re.sub(r'"[^"]*"', '""', hostile))
    assert all(char.isprintable() or char == "\n" for char in hostile)
    assert "{{ 7*7 }}" in hostile
    assert "{% raw %}" in hostile


def test_the_policy_allows_the_one_style_and_nothing_else(hostile: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', hostile)
    style = re.search(r"<style>(.*?)</style>", hostile, re.DOTALL)
    assert policy
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    quiet = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    arguments = [*quiet.split(), "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=arguments)
        yield browser.new_page()
        browser.close()


def test_a_browser_shows_it_without_a_request_an_error_or_a_dialog(
    hostile: str, browser_page: Page, tmp_path: Path
) -> None:
    place = tmp_path / "report.html"
    place.write_text(hostile, encoding="utf-8")
    events: list[str] = []
    browser_page.on("request", lambda request: events.append(request.url[:60]))
    browser_page.on("console", lambda message: events.append(message.text))
    browser_page.on("pageerror", lambda error: events.append(str(error)))
    browser_page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    browser_page.goto(place.as_uri())
    browser_page.wait_for_load_state("networkidle")
    assert [event for event in events if not event.startswith("data:image/")] == [place.as_uri()[:60]]
    shown = browser_page.evaluate("[...document.images].map(image => image.complete && image.naturalWidth > 0)")
    assert len(shown) > 30
    assert all(shown)


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_it_fits_the_window(hostile: str, browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 800})
    browser_page.set_content(hostile)
    assert browser_page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "1152px"
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_bar_stands_out_from_its_ground(hostile: str, browser_page: Page, scheme: Any) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.set_content(hostile)
    fills = browser_page.evaluate(
        "['.votes .kept', '.votes .rejected', '.votes .room', '.share .whisker']"
        ".map(name => getComputedStyle(document.querySelector(name)).fill)"
    )
    assert len(set(fills)) == 4


def test_votes_read_as_text_and_bars_are_left_out_for_a_screen_reader(hostile: str, browser_page: Page) -> None:
    browser_page.set_content(hostile)
    votes = browser_page.get_by_role("list", name="plus for a photograph, minus for an illustration").first
    assert votes.get_by_role("listitem").count() == 6
    assert "near pictures of this folder\n" in votes.inner_text()
    assert browser_page.locator(".votes svg:not([aria-hidden=true]), .share:not([aria-hidden=true])").count() == 0
