"""Copies beside what was kept, variants that both stay, and pictures in several classes."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inksift.curation.base.tables import KEPT_APART, PAIR_SEARCH
from inksift.curation.report.findings import Findings
from tests.frames import duplicates_of
from tests.reports import COPY, PHOTO, REVIEW, page, thumbnails

pytestmark = pytest.mark.usefixtures("without_plots")


def test_a_duplicate_is_shown_beside_the_kept_copy() -> None:
    first, second = thumbnails(page([{}, COPY]))
    pixels = [np.asarray(Image.open(BytesIO(data)))[0, 0, 0] for data in (first, second)]
    np.testing.assert_allclose(pixels, [1, 0], atol=2)


def known(places: list[dict[str, Any]], *apart: dict[str, Any], **counts: int) -> Findings:
    """What the search for copies hands over, of pictures that `frames` makes."""
    usual = {"relation": "variant", "distance": 5, "similarity": 0.914, "transform": "recoloured"}
    usual |= {"places": "", "other_places": ""}
    search = {"compared": 12, "flat": 0, "crowded": 0} | counts
    return Findings(
        duplicates=duplicates_of(
            *({"path": f"{n:03d}.png", **place} for n, place in enumerate(places))
        ),
        apart=KEPT_APART.frame([usual | row for row in apart]),
        search=PAIR_SEARCH.frame([search]),
    )


def test_a_duplicate_says_why_the_other_stays_and_how_many_bits_differ() -> None:
    copy = COPY | {"explanation": "a copy of 000.png: mirrored (similarity 0.98)"}
    places = [
        {"group": 0, "kept_because": "largest of 3 copies (80 x 60)"},
        {"group": 0, "duplicate_of": "000.png", "distance": 3},
        {"group": 0, "duplicate_of": "000.png", "relation": "exact", "distance": 0},
    ]
    html = page([{}, copy, COPY], known(places))
    assert html.count("kept: <bdi>000.png</bdi>, largest of 3 copies (80 x 60)</p>") == 2
    assert "a copy of 000.png: mirrored (similarity 0.98)" in html
    assert html.count("of 64 hash bits differ") == 1
    assert "3 of 64 hash bits differ" in html


def test_an_untrusted_hash_has_no_bits() -> None:
    places = [{"group": 0}, {"group": 0, "duplicate_of": "000.png", "distance": -1}]
    assert "hash bits" not in page([{}, COPY], known(places))


def test_variants_that_both_stay_are_shown_side_by_side() -> None:
    rows = [
        {"path": "000.png", "other_path": "001.png"},
        {"path": "001.png", "other_path": "002.png", "distance": -1},
    ]
    html = page([{}, REVIEW, PHOTO], known([{"group": n} for n in range(3)], *rows))
    assert html.count("variant: recoloured") == 1
    assert "similarity 0.91, 5 of 64 hash bits differ" in html
    section = html.split('id="copies"')[1].split("</section>")[0]
    assert [
        np.asarray(Image.open(BytesIO(data)))[0, 0, 0] for data in thumbnails(section)
    ] == pytest.approx([0, 1], abs=2)


def test_a_picture_in_several_classes_lists_its_files_in_a_chapter_of_its_own() -> None:
    conflict = {
        "outcome": "review",
        "stage": "duplicates",
        "reason": "label_conflict",
        "explanation": "filed under c and d",
    }
    copies = [COPY | {"label": "d"}] * 10
    places = [{"group": 0}] + [{"group": 0, "duplicate_of": "000.png"}] * 10
    html = page([conflict, *copies], known(places))
    section = html.split('id="copies"')[1].split("</section>")[0]
    assert "filed under c and d" in section
    assert '<bdi>000.png</bdi> <span class="label"><bdi>c</bdi></span>' in section
    assert '<bdi>007.png</bdi> <span class="label"><bdi>d</bdi></span>' in section
    assert "and 3 more files" in section
    assert "For review: copies filed under several classes" in html.split('id="pictures"')[1]


def test_most_tiles_of_the_chapter_are_bounded_and_the_rest_counted() -> None:
    conflict = {"outcome": "review", "stage": "duplicates", "reason": "label_conflict"}
    rows = [{"path": "000.png", "other_path": f"{n:03d}.png"} for n in range(1, 64)]
    html = page([conflict] * 64, known([{"group": n} for n in range(64)], *rows))
    section = html.split('id="copies"')[1].split("</section>")[0]
    assert len(thumbnails(section)) == 60 + 2 * 60
    assert "and 4 more, listed in decisions.csv as label_conflict" in section
    assert "and 3 more</p>" in section


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"flat": 3}, "3 pictures are too flat to compare: of them only the same bytes"),
        ({"crowded": 1200}, "1,200 pictures look like so many others"),
        ({"compared": 4321}, "4,321 pairs of pictures were compared"),
    ],
)
def test_the_chapter_says_how_the_search_went(counts: dict[str, int], words: str) -> None:
    html = page([{}], known([{"group": 0}], **counts))
    assert words in html
    assert "No picture waits" in html
    assert "No two related pictures" in html
    assert ("too flat" in html) == ("flat" in counts)
    assert ("so many others" in html) == ("crowded" in counts)
