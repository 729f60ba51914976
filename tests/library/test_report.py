"""The report says what was decided, shows a bounded number of pictures, and leaves out what no
stage found."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError

from inksift.curation.drawing.templating import printable
from inksift.curation.gather.signals.base import Limits
from inksift.curation.report.f1_page import build_f1_page
from inksift.curation.report.findings import Findings
from inksift.curation.report.page import ReportParams, build_report
from inksift.curation.training.evaluation import HELD_OUT, TRUSTED, EvaluationParams, f1_report
from tests.reports import (
    BROKEN,
    COPY,
    PHOTO,
    REVIEW,
    frames,
    judged,
    page,
    read,
    removal_rates,
    thumbnails,
    voted,
)


def test_counts_and_explanations_are_told() -> None:
    html = page([{}, {}, PHOTO, COPY, {"outcome": "review"}, BROKEN])
    assert "<title>inksift report: 2 of 6 files kept</title>" in html
    assert "three objects" in html
    assert "truncated" in html
    assert re.search(r'<td class="number">1</td><td class="number">16.7%</td>', html)


def test_thumbnails_are_small_jpegs_of_the_size_asked_for() -> None:
    (data,) = thumbnails(page([PHOTO], thumbnail_px=64))
    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 48))


def test_tables_of_a_large_run_are_cut_and_the_rest_is_counted() -> None:
    findings = judged(voted(200), removal_rates=removal_rates(*[5] * 10_000))
    html = page([PHOTO] * 200 + [BROKEN] * 10_000, findings, table_rows=50)
    assert "and 140 more, listed in decisions.csv" in html
    assert "9,950 lighter classes are not shown" in html
    assert "9,950 more are in decisions.csv" in html


def test_errors_are_explained_once_each_with_their_count() -> None:
    decisions, images = frames([BROKEN] * 5)
    images["error"] = ["empty", "broken:OSError", "empty", "empty", "unheard_of"]
    html = build_report(decisions, images, read=read, params=ReportParams())
    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th><td class="number">(\d)</td><td>([^<]+)</td></tr>', html
    )
    assert [(error, count) for error, count, _ in rows] == [
        ("empty", "3"),
        ("broken:OSError", "1"),
        ("unheard_of", "1"),
    ]
    assert rows[0][2] == "The file holds no bytes."
    assert "damaged or incomplete" in rows[1][2]
    assert rows[2][2] == "\u2013"


@pytest.mark.parametrize(
    "changes", [[], [BROKEN], [{}], [PHOTO]], ids=["no file", "all broken", "all kept", "none kept"]
)
def test_degenerate_runs_have_a_report(changes: list[dict[str, Any]]) -> None:
    html = page(changes)
    assert "nan" not in re.sub(r"base64,[^\"]+|sha256-[^']+", "", html).lower()
    assert html.rstrip().endswith("</html>")


def test_what_no_stage_found_is_left_out() -> None:
    html = page([{}])
    assert not any(
        f'id="{section}"' in html for section in ("signals", "clusters", "copies", "photographs")
    )


def test_signals_and_clusters_are_shown_where_they_ran() -> None:
    signals = pd.DataFrame({"image_id": [f"{0:064d}", "9" * 64], "edges": [0.1, 0.2]})
    comparison = pd.DataFrame({"method": ["dbscan"], "clusters": [3], "share_of_noise": [0.25]})
    findings = Findings(
        signals=signals,
        limits={"edges": Limits(high=0.2)},
        comparison=comparison,
        notes=["The detector had no weights."],
    )
    html = page([{}], findings)
    assert "<figcaption>edges</figcaption>" in html
    assert (
        '<th scope="row">dbscan</th><td class="number">3</td><td class="number">0.250</td>' in html
    )
    assert "The detector had no weights." in html


@pytest.mark.parametrize(
    ("test_set", "sentence"),
    [(TRUSTED, "so it is independent"), (HELD_OUT, "It is not independent")],
)
def test_f1_says_whether_the_test_set_is_independent(test_set: Any, sentence: str) -> None:
    rows = pd.DataFrame(
        {"image_id": list("123"), "label": list("aab"), "predicted": list("aaa"), "confidence": 1.0}
    )
    report = f1_report(
        rows, ["a", "c"], EvaluationParams(bootstrap_draws=0), test_set=test_set, seeds={}
    )
    html = build_f1_page(report)
    assert sentence in html
    assert "undefined: no training picture" in html
    assert html.count('id="f1"') == 1


def test_f1_without_a_test_picture_has_a_page() -> None:
    rows = pd.DataFrame(
        {name: pd.Series([], dtype="str") for name in ("image_id", "label", "predicted")}
    )
    report = f1_report(rows, ["a"], EvaluationParams(), test_set=HELD_OUT, seeds={})
    assert "Macro F1 <strong>\u2013</strong>" in build_f1_page(report)


def test_settings_are_bounded() -> None:
    with pytest.raises(ValidationError):
        ReportParams(thumbnail_px=1)


@pytest.mark.parametrize("text", ["a\u202eb", "a\nb", "\x00", "\ud800", "\u2028"])
def test_text_that_cannot_be_seen_is_written_out(text: str) -> None:
    shown = printable(text)
    assert isinstance(shown, str)
    assert shown.isprintable()
    assert "\\" in shown


def test_the_order_is_claimed_within_a_reason_only() -> None:
    html = page([PHOTO], judged(voted(1)))
    assert "Within each reason the likeliest photographs come first." in html


def test_pictures_for_review_are_shown_and_the_likeliest_photographs_come_first() -> None:
    html = page([REVIEW | {"p_photo": 0.3}, REVIEW | {"p_photo": 0.7}, PHOTO | {"p_photo": 0.9}])
    assert re.findall(r"<bdi>(\d+).png</bdi>", html) == ["001", "000", "002"]
    assert "nothing that stands out decides" in html
