"""Variants in the report: what changed is outlined, and large families are strips."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from inksift.curation.base.tables import FAMILIES, KEPT_APART, PAIR_SEARCH
from inksift.curation.drawing.outlines import Outline, outlines
from inksift.curation.report.families import family_of, sides
from inksift.curation.report.findings import Findings
from tests.frames import duplicates_of
from tests.reports import PHOTO, page, thumbnails

VARIANT = {"outcome": "rejected", "stage": "duplicates", "reason": "variant"}
TIE = {"relation": "variant", "distance": 5, "similarity": 0.9, "transform": ""}


def tie(one: int, other: int, places: str = "", other_places: str = "") -> dict[str, object]:
    """A row of KEPT_APART."""
    ends = {"path": f"{one:03d}.png", "other_path": f"{other:03d}.png"}
    return TIE | ends | {"places": places, "other_places": other_places}


def chapter(
    changes: list[dict[str, Any]], *ties: dict[str, object], families: list[list[int]] | None = None
) -> str:
    """The chapter on copies of a page on pictures 000.png, 001.png ..., the first of each family
    the best."""
    rows = [
        {"path": f"{n:03d}.png", "family": number, "rank": rank, "rule": "keep"}
        for number, members in enumerate(families or [])
        for rank, n in enumerate(members)
    ]
    findings = Findings(
        duplicates=duplicates_of(
            *({"path": f"{n:03d}.png", "group": n} for n in range(len(changes)))
        ),
        apart=KEPT_APART.frame(list(ties)),
        families=FAMILIES.frame(rows),
        search=PAIR_SEARCH.frame([{"compared": 9, "flat": 0, "crowded": 0}]),
    )
    return page(changes, findings).split('id="copies"')[1].split('id="pictures"')[0]


def test_a_box_lies_around_its_place_and_within_the_picture() -> None:
    assert outlines("") == []
    assert outlines("100 200 300 400; 0 0 1000 1000") == [
        Outline(92, 192, 216, 216),
        Outline(0, 0, 1000, 1000),
    ]


@pytest.mark.parametrize("place", ["500 500 500 500", "0 0 1 1", "999 999 1000 1000"])
def test_a_tiny_place_has_a_box_that_is_seen(place: str) -> None:
    [box] = outlines(place)
    left, top, right, bottom = map(int, place.split())
    assert box.left <= left <= right <= box.left + box.width <= 1000
    assert box.top <= top <= bottom <= box.top + box.height <= 1000
    assert min(box.width, box.height) >= 25


def test_a_pair_is_shown_with_its_changes_outlined_in_both() -> None:
    html = chapter([{}, {}], tie(0, 1, "100 200 300 400", "0 0 500 500; 600 600 700 700"))
    first, second = re.findall(r'<span class="outlined">.*?</span>', html)
    assert 'alt="000.png, changed: 1 place"' in first
    assert 'alt="001.png, changed: 2 places"' in second
    assert first.count('<rect class="over" x="92.0" y="192.0" width="216.0" height="216.0">') == 1
    assert (second.count('"under"'), second.count('"over"')) == (2, 2)
    assert "<p>changed: 1 place</p>" in html


def test_a_pair_of_which_nobody_knows_what_changed_has_no_box() -> None:
    html = chapter([{}, {}], tie(0, 1))
    assert html.count('<span class="outlined">') == 2
    assert "<rect" not in html
    assert "changed:" not in html


def test_a_pair_shows_which_of_them_went_as_a_variant() -> None:
    html = chapter([{}, VARIANT | {"duplicate_of": "000.png"}, PHOTO], tie(0, 1), tie(0, 2))
    assert len(thumbnails(html)) == 2
    assert html.count('<span class="chip rejected">rejected</span>') == 1


def test_three_variants_are_a_strip_in_the_order_of_paths_and_no_pairs() -> None:
    ties = [tie(2, 0, "1 1 2 2", "3 3 4 4"), tie(2, 1), tie(0, 1, "5 5 6 6", "7 7 8 8")]
    html = chapter([{}, VARIANT, {}, {}, {}], *ties, tie(3, 4), families=[[2, 0, 1], [3, 4]])
    strip, pairs = html.split("<h3>Variants kept apart</h3>")
    assert re.findall(r'alt="(\d+)', strip) == ["000", "001", "002"]
    assert re.findall(r'alt="(\d+)', pairs) == ["003", "004"]
    assert "3 variants: 2 kept, 1 rejected" in strip
    assert strip.count('"reason">the best<') == 1
    assert re.findall(r"changed: 1 place, against (.*?)</p>", strip) == [
        "the best",
        "the one before",
    ]


def test_a_family_of_which_nothing_stays_is_not_shown() -> None:
    html = chapter([PHOTO] * 3, tie(0, 1), tie(1, 2), families=[[0, 1, 2]])
    assert thumbnails(html) == []


def test_a_long_strip_is_bounded_and_the_rest_counted() -> None:
    html = chapter([{}] * 50, families=[list(range(50))])
    assert len(thumbnails(html)) == 36
    assert "50 variants: 50 kept" in html
    assert "and 14 more" in html


def test_no_more_strips_than_a_page_holds() -> None:
    families = [[3 * n, 3 * n + 1, 3 * n + 2] for n in range(25)]
    html = chapter([{}] * 75, families=families)
    assert html.count('class="scroll strip"') == 24
    assert "and 1 smaller families" in html


def test_names_are_told_within_the_folder_of_the_family() -> None:
    paths = ["cat/walk/01.png", "cat/walk/02.png", "cat/run/01.png"]
    rows = [
        {"path": path, "rank": rank, "image_id": path, "outcome": "kept", "reason": ""}
        for rank, path in enumerate(paths)
    ]
    family = family_of(4, pd.DataFrame(rows), sides(KEPT_APART.frame([])), str.upper, most=2)
    assert (family.folder, family.size, family.more) == ("cat/", 3, 1)
    assert [variant.name for variant in family.variants] == ["walk/01.png", "walk/02.png"]
    assert family.variants[0].thumbnail == "CAT/WALK/01.PNG"
