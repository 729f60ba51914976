"""The report says what was decided, shows a bounded number of pictures, and leaves out what no stage found."""

from __future__ import annotations

import base64
import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError

from curation.dedup.apart import KEPT_APART
from curation.errors import StoreError
from curation.evaluation import HELD_OUT, TRUSTED, EvaluationParams, f1_report
from curation.ledger.entries import HUMAN_DECISIONS
from curation.medium.votes import PARTS, VOTE_QUALITY, VOTES
from curation.report.ballots import ballots
from curation.report.f1_page import build_f1_page
from curation.report.findings import Findings, published_cuts
from curation.report.page import ReportParams, build_report
from curation.report.photographs import outcome_per_picture
from curation.report.templating import printable
from curation.rgb import Rgb
from curation.signals.base import Limits
from curation.store.workspace import Workspace
from curation.tables import DECISIONS, IMAGES, PAIR_SEARCH
from curation.verdicts.losses import LOSSES
from tests.frames import duplicates_of

ROW = {"label": "c", "outcome": "kept", "stage": "", "reason": "", "duplicate_of": "", "p_photo": 0.5}
ROW |= {"medium": "photo", "explanation": "", "decided_by": "machine"}
PHOTO = {"outcome": "rejected", "stage": "verdicts", "reason": "photo", "explanation": "three objects"}
COPY = {"outcome": "rejected", "stage": "duplicates", "reason": "duplicate", "duplicate_of": "000.png"}
BROKEN = {"outcome": "rejected", "stage": "images", "reason": "unreadable"}
REVIEW = {
    "outcome": "review",
    "stage": "verdicts",
    "reason": "unsure",
    "medium": "unsure",
    "explanation": "unsure 0.50: no single vote decides",
}
VOTER = {"voter": "content", "auroc": 0.98, "low": 0.97, "high": 0.99, "photos": 1200, "illustrations": 1500}
VOTER |= {"measured_on": "shipped calibration set", "weight": 2.5}
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


def voted(numbers: int, **parts: float) -> pd.DataFrame:
    """VOTES of the first pictures of `frames`, all alike."""
    votes = dict.fromkeys(PARTS, 0.0) | parts
    rows = [{"image_id": f"{n:064d}", "log_odds": sum(votes.values())} | votes for n in range(numbers)]
    return VOTES.frame(rows)


def judged(votes: pd.DataFrame, **changes: Any) -> Findings:
    """What a recipe that votes hands over."""
    return Findings(**{"votes": votes, "quality": VOTE_QUALITY.frame([VOTER]), "losses": LOSSES.frame([])} | changes)


def losses(*rejected_of_ten: int) -> pd.DataFrame:
    """Classes c0, c1 ... of ten pictures each."""
    rows = [
        {"label": f"c{n}", "pictures": 10, "rejected": count, "share": count / 10, "low": 0.0, "high": 1.0}
        for n, count in enumerate(rejected_of_ten)
    ]
    return LOSSES.frame(rows)


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


def known(places: list[dict[str, Any]], *apart: dict[str, Any], **counts: int) -> Findings:
    """What the search for copies hands over, of pictures that `frames` makes."""
    usual = {"relation": "variant", "distance": 5, "similarity": 0.914, "transform": "recoloured"}
    search = {"compared": 12, "flat": 0, "crowded": 0} | counts
    return Findings(
        duplicates=duplicates_of(*({"path": f"{n:03d}.png", **place} for n, place in enumerate(places))),
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
    rows = [{"path": "000.png", "other_path": "001.png"}, {"path": "001.png", "other_path": "002.png", "distance": -1}]
    html = page([{}, REVIEW, PHOTO], known([{"group": n} for n in range(3)], *rows))
    assert html.count("variant: recoloured") == 1
    assert "similarity 0.91, 5 of 64 hash bits differ" in html
    section = html.split('id="copies"')[1].split("</section>")[0]
    assert [np.asarray(Image.open(BytesIO(data)))[0, 0, 0] for data in thumbnails(section)] == pytest.approx(
        [0, 1], abs=2
    )


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


def test_thumbnails_are_small_jpegs_of_the_size_asked_for() -> None:
    (data,) = thumbnails(page([PHOTO], thumbnail_px=64))
    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (64, 48))


def test_tables_of_a_large_run_are_cut_and_the_rest_is_counted() -> None:
    findings = judged(voted(200), losses=losses(*[5] * 10_000))
    html = page([PHOTO] * 200 + [BROKEN] * 10_000, findings, table_rows=50)
    assert "and 140 more, listed in decisions.csv" in html
    assert "9,950 lighter classes are not shown" in html
    assert "9,950 more are in decisions.csv" in html


def test_errors_are_explained_once_each_with_their_count() -> None:
    decisions, images = frames([BROKEN] * 5)
    images["error"] = ["empty", "broken:OSError", "empty", "empty", "unheard_of"]
    html = build_report(decisions, images, read=read, params=ReportParams())
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="number">(\d)</td><td>([^<]+)</td></tr>', html)
    assert [(error, count) for error, count, _ in rows] == [
        ("empty", "3"),
        ("broken:OSError", "1"),
        ("unheard_of", "1"),
    ]
    assert rows[0][2] == "The file holds no bytes."
    assert "damaged or incomplete" in rows[1][2]
    assert rows[2][2] == "\u2013"


def said(number: int, action: str, value: str, *, day: int = 1, note: str = "", who: str = "ana") -> dict[str, object]:
    """What a person decided on a picture of `frames`."""
    at = f"2026-05-{day:02d}T09:30:00.000000+00:00"
    return {"image_id": f"{number:064d}", "action": action, "value": value, "who": who, "at": at, "note": note}


def heard(*people: dict[str, object], places: list[dict[str, Any]], seen: str = "seen") -> Findings:
    """What a run hands over that heard these decisions; of every file the machine said that it has `seen` it."""
    rows = [ROW | {"path": f"{n:03d}.png", "image_id": f"{n:064d}", "explanation": seen} for n, _ in enumerate(places)]
    named = [
        {"path": row["path"], "image_id": row["image_id"]} | place for row, place in zip(rows, places, strict=True)
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
        "People decided on 4 files: 1 kept or rejected, 1 called illustration or photograph, 1 given a class, "
        "1 chosen among copies, 2 told apart from another picture."
    ) in chapter(html)
    day = "on 2026-05-{:02d} 09:30 UTC".format
    assert list(tiles_in(chapter(html)).items()) == [
        ("004.png", [f"no copy of ffffffffffff\u2026 by ana {day(6)}", f"no copy of 003.png by ana {day(5)}"]),
        ("003.png", [f"chosen among its copies by ana {day(4)}"]),
        ("002.png", [f"called an illustration by bob {day(3)}", f"class cat by ana {day(2)}"]),
        ("001.png", [f"kept by ana {day(1)} (lovely)"]),
    ]


def test_what_people_said_stands_beside_what_the_machine_alone_says() -> None:
    kept = {"decided_by": "human", "explanation": "kept by ana on 2026-05-01 09:30 UTC; the machine: photo 0.97"}
    section = chapter(page([kept], heard(said(0, "outcome", "kept"), places=alone(1), seen="photo 0.97")))
    assert "<p>the machine: photo 0.97</p>" in section
    assert section.count("kept by ana") == 1


def test_a_decision_on_a_copy_is_told_on_the_kept_one_and_the_latest_holds() -> None:
    people = [said(0, "label", "cat"), said(1, "label", "dog", day=2), said(1, "copy", "keep")]
    places = [{"group": 0}, {"group": 0, "duplicate_of": "000.png"}]
    section = chapter(page([{}, COPY], heard(*people, places=places)))
    told = {path: [line.split(" by ")[0] for line in lines] for path, lines in tiles_in(section).items()}
    assert told == {"000.png": ["class dog"], "001.png": ["chosen among its copies"]}


def test_outcomes_of_people_are_a_filter_away() -> None:
    by_hand = {"decided_by": "human"}
    html = page([by_hand, by_hand, {}], heard(said(0, "outcome", "kept"), said(1, "outcome", "kept"), places=alone(3)))
    assert '<a href="#pictures" data-filter="by=human">2 outcomes are theirs</a>' in chapter(html)
    assert "data-filter" not in chapter(page([{}], heard(said(0, "label", "cat"), places=alone(1))))


def test_most_tiles_of_what_people_decided_are_bounded_and_the_rest_counted() -> None:
    findings = heard(*(said(n, "label", "cat") for n in range(64)), places=alone(64))
    html = chapter(page([{}] * 64, findings))
    assert len(tiles_in(html)) == 60
    assert "and 4 more; <code>inksift ledger history</code> lists every decision" in html
    none = chapter(page([{"decided_by": "human"}] * 64, findings, pictures=0))
    assert tiles_in(none) == {}
    assert '<p class="more">64; <code>' in none
    assert "data-filter" not in none


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


@pytest.mark.parametrize(
    "changes", [[], [BROKEN], [{}], [PHOTO]], ids=["no file", "all broken", "all kept", "none kept"]
)
def test_degenerate_runs_have_a_report(changes: list[dict[str, Any]]) -> None:
    html = page(changes)
    assert "nan" not in re.sub(r"base64,[^\"]+|sha256-[^']+", "", html).lower()
    assert html.rstrip().endswith("</html>")


def test_what_no_stage_found_is_left_out() -> None:
    html = page([{}])
    assert not any(f'id="{section}"' in html for section in ("signals", "clusters", "copies", "photographs"))


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


def test_the_order_is_claimed_within_a_reason_only() -> None:
    html = page([PHOTO], judged(voted(1)))
    assert "Within each reason the likeliest photographs come first." in html


def test_pictures_for_review_are_shown_and_the_likeliest_photographs_come_first() -> None:
    html = page([REVIEW | {"p_photo": 0.3}, REVIEW | {"p_photo": 0.7}, PHOTO | {"p_photo": 0.9}])
    assert re.findall(r"<bdi>(\d+).png</bdi>", html) == ["001", "000", "002"]
    assert "no single vote decides" in html


@pytest.mark.parametrize(
    ("p_photo", "words"), [(0.97, "0.97"), (0.9999, "above 0.99"), (0.0001, "below 0.01"), (0.995, "above 0.99")]
)
def test_a_probability_is_never_rounded_to_certainty(p_photo: float, words: str) -> None:
    assert f"probability of a photograph: <strong>{words}</strong>" in page([PHOTO | {"p_photo": p_photo}])


def test_a_copy_shows_no_votes_and_no_probability_of_its_own() -> None:
    same = {"image_id": f"{0:064d}", "p_photo": 0.2}
    html = page([same, COPY | same], judged(voted(1, content=-2.0)))
    assert "probability of a photograph:" not in html
    assert "log-odds, their sum" not in html


def test_a_ballot_shows_the_four_largest_votes_and_the_sum_of_the_others() -> None:
    votes = voted(1, base=-0.1, content=3.0, noise=0.5, edges=-0.4, neighbours=-1.5, prior=-2.0)
    ballot = ballots(votes, {f"{0:064d}"})[f"{0:064d}"]
    assert [bar.name for bar in ballot.bars] == [
        "what it shows (EfficientNet)",
        "share of photographs in this folder",
        "near pictures of this folder",
        "noise",
        "others",
    ]
    assert [(bar.start, bar.width) for bar in ballot.bars[:3]] == [(50, 50), (16.7, 33.3), (25, 25)]
    assert sum(bar.value for bar in ballot.bars) == pytest.approx(ballot.log_odds)


def test_silent_parts_have_no_bar() -> None:
    ballot = ballots(voted(1, content=3.0), {f"{0:064d}"})[f"{0:064d}"]
    assert [bar.name for bar in ballot.bars] == ["what it shows (EfficientNet)"]
    assert ballots(voted(1), {f"{0:064d}"})[f"{0:064d}"].bars == []


def test_bars_are_to_one_scale_over_all_pictures() -> None:
    votes = pd.concat([voted(1, noise=4.0), voted(2, noise=-1.0).iloc[1:]])
    widths = [ballot.bars[0].width for ballot in ballots(votes, set(votes["image_id"])).values()]
    assert widths == [50, 12.5]


def test_a_rejected_picture_carries_its_votes_as_text() -> None:
    html = page([PHOTO], judged(voted(1, content=2.5, flat_area=-0.25)))
    assert '<span>what it shows (EfficientNet)</span> <span class="number">+2.50</span>' in html
    assert '<span>flat area</span> <span class="number">\u22120.25</span>' in html
    assert '<span>log-odds, their sum</span> <span class="number">+2.25</span>' in html


def test_the_chapter_tells_the_share_of_photographs_and_the_cut_points() -> None:
    votes = voted(2, prior=float(np.log(0.12 / 0.88)))
    html = page([{}, PHOTO], judged(votes, reject_cut=1.25, keep_cut=-3.0))
    assert "About <strong>12%</strong> of this folder" in html
    assert (
        "kept: 1 with a median of -2.0; rejected: 1 with a median of -2.0; kept below -3.0; rejected from 1.2" in html
    )


def test_a_picture_counts_with_the_outcome_of_its_kept_copy() -> None:
    decisions, _ = frames([COPY | {"duplicate_of": "001.png"}, {}])
    decisions["image_id"] = "same"
    assert outcome_per_picture(decisions).loc["same", "outcome"] == "kept"


def test_a_recipe_that_does_not_vote_says_so() -> None:
    html = page([PHOTO], judged(VOTES.frame([]), quality=VOTE_QUALITY.frame([]), losses=losses(1)))
    assert "the recipe answers by rules" in html
    assert "Signals earn their vote" not in html
    assert "What every class lost" in html


def test_without_the_folders_help_no_share_is_claimed() -> None:
    assert "are estimated to be photographs" in page([PHOTO], judged(voted(1, prior=-2.0)))
    assert "are estimated to be photographs" not in page([PHOTO], judged(voted(1, prior=0.0)))


def test_voters_are_listed_by_weight_and_those_at_chance_have_no_vote() -> None:
    chance = VOTER | {"voter": "objects", "auroc": float("nan"), "low": 0.0, "high": 1.0, "weight": 0.0}
    against = VOTER | {"voter": "flat_area", "auroc": 0.1, "weight": -3.0, "measured_on": "audited sample"}
    html = page([PHOTO], judged(voted(1), quality=VOTE_QUALITY.frame([chance, VOTER, against])))
    rows = re.findall(r'<tr( class="silent")?><th scope="row">([^<]+)</th><td class="number">([^<]+)</td>', html)
    assert rows[-3:] == [
        ("", "flat area", "\u22123.00"),
        ("", "what it shows (EfficientNet)", "+2.50"),
        (' class="silent"', "YOLO object count", "no vote"),
    ]
    assert "audited sample: 1,200 photographs, 1,500 illustrations" in html


def test_losses_start_with_the_heaviest_and_more_than_half_stands_out() -> None:
    html = page([PHOTO], judged(voted(1), losses=losses(1, 5, 9)))
    assert re.findall(r'<tr( class="heavy")?><th scope="row">(c\d)', html) == [
        (' class="heavy"', "c2"),
        ("", "c1"),
        ("", "c0"),
    ]
    assert html.count("more than half</span>") == 1
    assert "1 class lost more than half of its pictures" in html
    assert '<td class="number">9 of 10</td>' in html


@pytest.mark.parametrize(
    ("share", "reject", "keep", "expected"),
    [(0.5, 2.0, -1.0, (2.0, -1.0)), (0.1, 1.0, -1.0, (0.0, -3.197)), (0.9, 1.0, -1.0, (3.197, 0.0))],
)
def test_cut_points_include_the_share_of_photographs_and_keep_to_their_side_of_even_odds(
    tmp_path: Path, share: float, reject: float, keep: float, expected: tuple[float, float]
) -> None:
    workspace = Workspace(tmp_path)
    workspace.publish(
        "medium.json", json.dumps({"reject_cut": reject, "keep_cut": keep, "photo_share": share}).encode()
    )
    assert published_cuts(workspace) == pytest.approx(expected, abs=1e-3)


def test_a_recipe_without_cut_points_has_none(tmp_path: Path) -> None:
    assert published_cuts(Workspace(tmp_path)) is None


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"photo_share": "x", "reject_cut": 1, "keep_cut": 0}'])
def test_damaged_cut_points_name_the_file(tmp_path: Path, content: bytes) -> None:
    workspace = Workspace(tmp_path)
    workspace.publish("medium.json", content)
    with pytest.raises(StoreError, match=r"medium.json cannot be used .* run `inksift run` again"):
        published_cuts(workspace)
