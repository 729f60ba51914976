"""The report says what was decided, shows a bounded number of pictures, and leaves out what no stage found."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError

from curation.evaluation import HELD_OUT, TRUSTED, EvaluationParams, f1_report
from curation.report.f1_page import build_f1_page
from curation.report.page import Findings, ReportParams, build_report
from curation.report.templating import printable
from curation.rgb import Rgb
from curation.signals.base import Limits
from curation.tables import DECISIONS, IMAGES

ROW = {"label": "c", "outcome": "kept", "stage": "", "reason": "", "duplicate_of": "", "p_photo": 0.5}
ROW |= {"medium": "photo", "explanation": "", "decided_by": "machine"}
PHOTO = {"outcome": "rejected", "stage": "verdicts", "reason": "photo", "explanation": "three objects"}
COPY = {"outcome": "rejected", "stage": "duplicates", "reason": "duplicate", "duplicate_of": "000.png"}
BROKEN = {"outcome": "rejected", "stage": "images", "reason": "unreadable"}
FILE = {"path_bytes": b"", "size_bytes": 1, "mtime_ns": 1, "note": "", "format": "PNG", "mode": "RGB", "label": "c"}


def frames(changes: list[dict[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decisions, each row changed as asked, and images that fit them."""
    decisions = [ROW | {"path": f"{n:03d}.png", "image_id": f"{n:064d}"} | change for n, change in enumerate(changes)]
    images = []
    for row in decisions:
        fine = row["reason"] != "unreadable"
        state = {"readable": fine, "error": "" if fine else "truncated", "width": 80 * fine, "height": 60 * fine}
        images.append(FILE | state | {"path": row["path"], "image_id": row["image_id"]})
    return DECISIONS.frame(decisions), IMAGES.frame(images)


def read(image_id: str) -> Rgb:
    return np.full((600, 800, 3), int(image_id) % 200, np.uint8)


def page(changes: list[dict[str, Any]], findings: Findings | None = None, **settings: Any) -> str:
    decisions, images = frames(changes)
    return build_report(decisions, images, read=read, params=ReportParams(**settings), findings=findings)


def thumbnails(html: str) -> list[bytes]:
    return [base64.b64decode(data) for data in re.findall(r"data:image/jpeg;base64,([^\"]+)", html)]


def test_counts_and_explanations_are_told() -> None:
    html = page([{}, {}, PHOTO, COPY, {"outcome": "review"}, BROKEN])
    assert "<title>inksift report: 2 of 6 files kept</title>" in html
    assert "three objects" in html
    assert "truncated" in html
    assert re.search(r'<td class="number">1</td><td class="number">16.7%</td>', html)


def test_a_duplicate_is_shown_beside_the_kept_copy() -> None:
    first, second = thumbnails(page([{}, COPY]))
    pixels = [np.asarray(Image.open(BytesIO(data)))[0, 0, 0] for data in (first, second)]
    np.testing.assert_allclose(pixels, [1, 0], atol=2)


def test_thumbnails_are_small_jpegs_of_the_size_asked_for() -> None:
    (data,) = thumbnails(page([PHOTO], thumbnail_px=64))
    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 48))


def test_ten_thousand_rejects_stay_small_and_are_counted() -> None:
    asked: list[str] = []

    def counting(image_id: str) -> Rgb:
        asked.append(image_id)
        return read(image_id)

    decisions, images = frames([PHOTO] * 10_000 + [BROKEN] * 10_000)
    params = ReportParams(thumbnails_per_reason=20, table_rows=50)
    html = build_report(decisions, images, read=counting, params=params)
    assert len(asked) == 20
    assert "and 9,980 more" in html
    assert "9,950 more are in decisions.csv" in html
    assert len(html) < 300_000


@pytest.mark.parametrize(
    "changes", [[], [BROKEN], [{}], [PHOTO]], ids=["no file", "all broken", "all kept", "none kept"]
)
def test_degenerate_runs_have_a_report(changes: list[dict[str, Any]]) -> None:
    html = page(changes)
    assert "nan" not in re.sub(r"base64,[^\"]+|sha256-[^']+", "", html).lower()
    assert html.rstrip().endswith("</html>")


def test_what_no_stage_found_is_left_out() -> None:
    html = page([{}])
    assert not any(f'id="{section}"' in html for section in ("signals", "clusters"))


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
    assert '<th scope="row">dbscan</th><td class="number">3</td><td class="number">0.250</td>' in html
    assert "The detector had no weights." in html


@pytest.mark.parametrize(
    ("test_set", "sentence"), [(TRUSTED, "so it is independent"), (HELD_OUT, "It is not independent")]
)
def test_f1_says_whether_the_test_set_is_independent(test_set: Any, sentence: str) -> None:
    rows = pd.DataFrame({"image_id": list("123"), "label": list("aab"), "predicted": list("aaa"), "confidence": 1.0})
    report = f1_report(rows, ["a", "c"], EvaluationParams(bootstrap_draws=0), test_set=test_set, seeds={})
    html = build_f1_page(report)
    assert sentence in html
    assert "undefined: no training picture" in html
    assert html.count('id="f1"') == 1


def test_f1_without_a_test_picture_has_a_page() -> None:
    rows = pd.DataFrame({name: pd.Series([], dtype="str") for name in ("image_id", "label", "predicted")})
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
