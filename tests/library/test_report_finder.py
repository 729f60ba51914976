"""Every picture that did not simply stay is in the page: in its index, and as a tile in the page or
in a chunk."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

import numpy as np
import pytest

from inksift.curation.base.rgb import Rgb
from inksift.curation.report import finder, gallery
from inksift.curation.report.page import ReportParams, build_report
from tests.plots import blank_plots
from tests.reports import BROKEN, COPY, PHOTO, frames

UNSURE = {"outcome": "review", "stage": "verdicts", "reason": "unsure"}


def read(image_id: str) -> Rgb:
    return np.random.default_rng(int(image_id)).integers(0, 255, (150, 200, 3), np.uint8)


def page(changes: list[dict[str, Any]], **settings: Any) -> str:
    """A report without plots, which say nothing of what can be found."""
    with blank_plots():
        return whole_page(changes, **settings)


def whole_page(changes: list[dict[str, Any]], **settings: Any) -> str:
    decisions, images = frames(changes)
    return build_report(decisions, images, read=read, params=ReportParams(**settings))


def data_in(html: str) -> list[Any]:
    return [
        json.loads(text)
        for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html)
    ]


def cards_in(html: str) -> list[str]:
    """The tiles in the order of the index: those in the page, then those in the chunks."""
    first = re.findall(
        r"<li>\n<div class=\"pair\">.*?</li>", html.split('id="galleries"')[1], re.DOTALL
    )
    chunks = (gzip.decompress(base64.b64decode(chunk)) for chunk in data_in(html)[1:])
    return first + [card for chunk in chunks for card in json.loads(chunk)]


@pytest.fixture
def in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tiles of a kind in the page, three in a chunk."""
    monkeypatch.setattr(gallery, "FIRST", 2)
    monkeypatch.setattr(finder, "CHUNK", 3)


@pytest.mark.usefixtures("in_small_parts")
def test_every_picture_that_did_not_simply_stay_has_an_entry_and_its_tile() -> None:
    html = page([{}, *[PHOTO] * 9, *[UNSURE] * 4, COPY, BROKEN, {"decided_by": "human"}])
    index, cards = data_in(html)[0], cards_in(html)
    assert sorted(index["path"]) == [f"{n:03d}.png" for n in [*range(1, 15), 16]]
    assert len({len(index[column]) for column in ("reason", "class", "by", "p", "path")}) == 1
    assert [re.search(r"<bdi>(\d+\.png)</bdi>", card)[1] for card in cards] == index["path"]  # type: ignore[index]
    assert len(data_in(html)) == 1 + 3


@pytest.mark.usefixtures("in_small_parts")
def test_entries_say_why_who_and_how_likely() -> None:
    human = {"decided_by": "human", "label": "d", "p_photo": 0.123456}
    index = data_in(
        page([{}, PHOTO | {"p_photo": float("nan")}, UNSURE | {"p_photo": 0.7}, COPY, human])
    )[0]
    told = {
        path: (index["reasons"][why], index["classes"][label], index["deciders"][by], p)
        for path, why, label, by, p in zip(
            *(index[name] for name in ("path", "reason", "class", "by", "p")), strict=True
        )
    }
    assert told == {
        "001.png": ("rejected/verdicts/photo", "c", "machine", None),
        "002.png": ("review/verdicts/unsure", "c", "machine", 0.7),
        "003.png": ("rejected/duplicates/duplicate", "c", "machine", None),
        "004.png": ("kept//", "d", "human", 0.1235),
    }


def test_within_a_reason_the_likeliest_photographs_come_first_and_all_lists_agree() -> None:
    html = page([PHOTO | {"p_photo": n / 100} for n in range(100)])
    index = data_in(html)[0]
    assert index["path"] == [f"{n:03d}.png" for n in range(99, -1, -1)]
    assert len(cards_in(html)) == 100
    assert len(data_in(html)) == 2


def test_a_tile_says_its_outcome_and_reason() -> None:
    by_hand = {"outcome": "rejected", "stage": "human", "reason": "human", "decided_by": "human"}
    held = {"outcome": "review", "stage": "duplicates", "reason": "label_conflict"}
    html = page([{"decided_by": "human"}, by_hand, held, COPY])
    told = {
        re.findall(r"<bdi>(\d+)", card)[0]: re.sub(
            "<[^>]+>", "", re.findall(r'<p class="verdict">(.+)</p>', card)[0]
        )
        for card in cards_in(html)
    }
    assert told == {
        "000": "kept",
        "001": "rejected by a person",
        "002": "for review label conflict",
        "003": "rejected duplicate",
    }


def test_no_class_has_a_name_to_be_chosen_by() -> None:
    html = page([PHOTO | {"label": ""}, PHOTO | {"label": "b"}])
    assert data_in(html)[0]["classes"] == ["(no class)", "b"]
    assert '<option value="(no class)">(no class) (1)</option>' in html


def test_review_is_called_the_same_everywhere() -> None:
    html = re.sub(r"<(script|style).*?</\1>", "", page([UNSURE, PHOTO, {}]), flags=re.DOTALL)
    shown = re.findall(r">([^<>]*review[^<>]*)<", html, re.IGNORECASE)
    assert len(shown) > 5
    assert all("for review" in text.lower() for text in shown)


def test_the_same_run_gives_the_same_bytes() -> None:
    changes = [{}, *[PHOTO] * 70, UNSURE, COPY]
    assert whole_page(changes) == whole_page(changes)


@pytest.mark.parametrize(
    "text", ["</script>", "<!--<script>", "\u2028\u2029", "a\x00b", "&amp;'\"", "\u202e", "日本"]
)
def test_data_parses_back_equal(text: str) -> None:
    html = page([PHOTO | {"path": text, "label": text}])
    assert data_in(html)[0]["path"] == [text]
    (block,) = re.findall(r'id="index">(.*)</script>', html)
    assert block.isascii()
    assert not set("<>&'") & set(block)


def test_the_class_that_can_be_chosen_is_the_one_in_the_index() -> None:
    html = page([PHOTO | {"label": "a\nb\u202e"}, PHOTO | {"label": "<b>"}])
    index = data_in(html)[0]
    options = re.findall(
        r'<option value="([^"]+)">', html.split('name="class"')[1].split("</select>")[0]
    )
    assert options == [name.replace("<", "&lt;").replace(">", "&gt;") for name in index["classes"]]
    assert index["classes"] == ["<b>", "a\\nb\\u202e"]


def test_marks_of_an_ai_are_offered_where_there_are_some() -> None:
    decisions, images = frames([PHOTO, PHOTO, UNSURE, {}])
    images["ai_mark"] = ["c2pa", "", "comfyui", "novelai"]
    html = build_report(decisions, images, read=read, params=ReportParams())
    index = data_in(html)[0]
    told = dict(zip(index["path"], index["mark"], strict=True))
    assert {path: index["marks"][mark] for path, mark in told.items()} == {
        "000.png": "c2pa",
        "001.png": "",
        "002.png": "comfyui",
    }
    assert re.findall(r'<option value="(\w*)"[^>]*>', html.split('name="mark"')[1])[:4] == [
        "",
        "any",
        "c2pa",
        "comfyui",
    ]
    assert 'name="mark"' not in page([PHOTO])
