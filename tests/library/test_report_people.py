"""The chapter on what people decided: every kind is counted, the latest holds, and it stands beside
the machine."""

from __future__ import annotations

import re
from typing import Any

import pytest

from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.report.findings import Findings
from tests.frames import duplicates_of
from tests.reports import COPY, PHOTO, ROW, page

pytestmark = pytest.mark.usefixtures("without_plots")


def said(
    number: int, action: str, value: str, *, day: int = 1, note: str = "", who: str = "ana"
) -> dict[str, object]:
    """What a person decided on a picture of `frames`."""
    at = f"2026-05-{day:02d}T09:30:00.000000+00:00"
    return {
        "image_id": f"{number:064d}",
        "action": action,
        "value": value,
        "who": who,
        "at": at,
        "note": note,
    }


def heard(*people: dict[str, object], places: list[dict[str, Any]], seen: str = "seen") -> Findings:
    """What a run hands over that heard these decisions; of every file the machine said that it has
    `seen` it."""
    rows = [
        ROW | {"path": f"{n:03d}.png", "image_id": f"{n:064d}", "explanation": seen}
        for n, _ in enumerate(places)
    ]
    named = [
        {"path": row["path"], "image_id": row["image_id"]} | place
        for row, place in zip(rows, places, strict=True)
    ]
    human = HUMAN_DECISIONS.frame(list(people))
    return Findings(duplicates=duplicates_of(*named), human=human, machine=DECISIONS.frame(rows))


def alone(count: int) -> list[dict[str, Any]]:
    """The places of so many pictures without copies."""
    return [{"group": n} for n in range(count)]


def chapter(html: str) -> str:
    """What people decided, each tile on lines of its own."""
    return html.split('id="people"')[1].split("</section>")[0]


def tiles_in(section: str) -> dict[str, list[str]]:
    """What people said, by the path of the tile that tells it, in order."""
    tiles = section.split('<div class="pair">')[1:]
    return {
        re.findall(r'class="path"><bdi>([^<]+)<', tile)[0]: re.findall(
            "<li>([^<]+)</li>", tile.split('class="said"')[1]
        )
        for tile in tiles
    }


def test_every_kind_of_decision_is_counted_and_shown_signed() -> None:
    people = [
        said(1, "outcome", "kept", note="lovely"),
        said(2, "label", "cat", day=2),
        said(2, "medium", "illustration", day=3, who="bob"),
        said(3, "copy", "keep", day=4),
        said(4, "different", f"{3:064d}", day=5),
        said(4, "different", "f" * 64, day=6),
    ]
    html = page([{}] * 6, heard(*people, places=alone(6)))
    assert '<a href="#people">people decided on 4 of them</a>' in html
    assert (
        "People decided on 4 files: 1 kept or rejected, 1 called illustration or photograph, 1 "
        "given a class, "
        "1 chosen among copies, 2 told apart from another picture."
    ) in chapter(html)
    day = "on 2026-05-{:02d} 09:30 UTC".format
    assert list(tiles_in(chapter(html)).items()) == [
        (
            "004.png",
            [
                f"not a copy of ffffffffffff\u2026 by ana {day(6)}",
                f"not a copy of 003.png by ana {day(5)}",
            ],
        ),
        ("003.png", [f"chosen among its copies by ana {day(4)}"]),
        ("002.png", [f"called an illustration by bob {day(3)}", f"class cat by ana {day(2)}"]),
        ("001.png", [f"kept by ana {day(1)} (lovely)"]),
    ]


def test_what_people_said_stands_beside_what_the_machine_alone_says() -> None:
    kept = {
        "decided_by": "human",
        "explanation": "kept by ana on 2026-05-01 09:30 UTC; the machine: photo 0.97",
    }
    section = chapter(
        page([kept], heard(said(0, "outcome", "kept"), places=alone(1), seen="photo 0.97"))
    )
    assert "<p>the machine: photo 0.97</p>" in section
    assert section.count("kept by ana") == 1


def test_a_decision_on_a_copy_is_told_on_the_kept_one_and_the_latest_holds() -> None:
    people = [said(0, "label", "cat"), said(1, "label", "dog", day=2), said(1, "copy", "keep")]
    places = [{"group": 0}, {"group": 0, "duplicate_of": "000.png"}]
    section = chapter(page([{}, COPY], heard(*people, places=places)))
    told = {
        path: [line.split(" by ")[0] for line in lines] for path, lines in tiles_in(section).items()
    }
    assert told == {"000.png": ["class dog"], "001.png": ["chosen among its copies"]}


def test_outcomes_of_people_are_a_filter_away() -> None:
    by_hand = {"decided_by": "human"}
    html = page(
        [by_hand, by_hand, {}],
        heard(said(0, "outcome", "kept"), said(1, "outcome", "kept"), places=alone(3)),
    )
    assert '<a href="#pictures" data-filter="by=human">2 outcomes are theirs</a>' in chapter(html)
    assert "data-filter" not in chapter(page([{}], heard(said(0, "label", "cat"), places=alone(1))))


def test_most_tiles_of_what_people_decided_are_bounded_and_the_rest_counted() -> None:
    findings = heard(*(said(n, "label", "cat") for n in range(64)), places=alone(64))
    html = chapter(page([{}] * 64, findings))
    assert len(tiles_in(html)) == 60
    assert "and 4 more; <code>inksift ledger history</code> lists every decision" in html


@pytest.mark.parametrize(
    "findings",
    [Findings(), heard(places=alone(2)), heard(said(7, "outcome", "kept"), places=alone(2))],
    ids=["not handed over", "nobody decided", "on a picture elsewhere"],
)
def test_without_a_decision_by_people_there_is_no_such_chapter(findings: Findings) -> None:
    html = page([{}, PHOTO], findings)
    assert 'id="people"' not in html
    assert "#people" not in html
    assert "decided on" not in html
