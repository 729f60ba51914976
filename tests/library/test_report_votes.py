"""How pictures were voted on: probabilities, ballots, voters, removal_rates and the thresholds."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.errors import StoreError
from inksift.curation.report.ballots import Ballot, Ballots
from inksift.curation.report.findings import published_thresholds
from inksift.curation.report.photographs import outcome_per_picture
from inksift.curation.store.workspace import Workspace
from inksift.curation.verdict.audit.targets import TARGETS
from inksift.curation.verdict.medium.queue import QUEUE
from inksift.curation.verdict.medium.votes import PARTS, VOTE_QUALITY, VOTES
from tests.reports import COPY, PHOTO, VOTER, frames, judged, page, removal_rates, voted


def ballots_of(votes: pd.DataFrame) -> dict[str, Ballot]:
    """Those of all pictures that were voted on."""
    return Ballots(votes).of(votes["image_id"])


@pytest.mark.parametrize(
    ("p_photo", "words"),
    [(0.97, "0.97"), (0.9999, "above 0.99"), (0.0001, "below 0.01"), (0.995, "above 0.99")],
)
def test_a_probability_is_never_rounded_to_certainty(p_photo: float, words: str) -> None:
    assert f"probability of a photograph: <strong>{words}</strong>" in page(
        [PHOTO | {"p_photo": p_photo}]
    )


def test_a_copy_shows_no_votes_and_no_probability_of_its_own() -> None:
    same = {"image_id": f"{0:064d}", "p_photo": 0.2}
    html = page([same, COPY | same], judged(voted(1, content=-2.0)))
    assert "probability of a photograph:" not in html
    assert "log-odds, their sum" not in html


def test_a_ballot_shows_the_four_largest_votes_and_the_sum_of_the_others() -> None:
    votes = voted(1, base=-0.1, content=3.0, noise=0.5, edges=-0.4, neighbours=-1.5, prior=-2.0)
    ballot = ballots_of(votes)[f"{0:064d}"]
    assert [bar.name for bar in ballot.bars] == [
        "what it shows",
        "share of photographs in this folder",
        "near pictures of this folder",
        "noise",
        "others",
    ]
    assert [(bar.start, bar.width) for bar in ballot.bars[:3]] == [(50, 50), (16.7, 33.3), (25, 25)]
    assert sum(bar.value for bar in ballot.bars) == pytest.approx(ballot.log_odds)


def test_silent_parts_have_no_bar() -> None:
    ballot = ballots_of(voted(1, content=3.0))[f"{0:064d}"]
    assert [bar.name for bar in ballot.bars] == ["what it shows"]
    assert ballots_of(voted(1))[f"{0:064d}"].bars == []


def test_bars_are_to_one_scale_over_all_pictures() -> None:
    votes = pd.concat([voted(1, noise=4.0), voted(2, noise=-1.0).iloc[1:]])
    widths = [ballot.bars[0].width for ballot in ballots_of(votes).values()]
    assert widths == [50, 12.5]


def test_a_bar_of_many_others_ends_where_its_room_does() -> None:
    every = dict.fromkeys(PARTS, 1.0)
    bar = ballots_of(voted(1, **every))[f"{0:064d}"].bars[-1]
    assert (bar.name, bar.value, bar.width) == ("others", len(PARTS) - 4, 50)


def test_a_rejected_picture_carries_its_votes_as_text() -> None:
    html = page([PHOTO], judged(voted(1, content=2.5, flat_area=-0.25)))
    assert '<span>what it shows</span> <span class="number">+2.50</span>' in html
    assert '<span>flat area</span> <span class="number">\u22120.25</span>' in html
    assert '<span>log-odds, their sum</span> <span class="number">+2.25</span>' in html


def test_the_chapter_tells_the_share_of_photographs_and_the_cut_points() -> None:
    votes = voted(2, prior=float(np.log(0.12 / 0.88)))
    html = page([{}, PHOTO], judged(votes, reject_threshold=1.25, keep_threshold=-3.0))
    assert "About <strong>12%</strong> of this folder" in html
    assert (
        "kept: 1 with a median of -2.0; rejected: 1 with a median of -2.0; kept below -3.0; "
        "rejected from 1.2" in html
    )


def test_a_picture_counts_with_the_outcome_of_its_kept_copy() -> None:
    decisions, _ = frames([COPY | {"duplicate_of": "001.png"}, {}])
    decisions["image_id"] = "same"
    assert outcome_per_picture(decisions).loc["same", "outcome"] == "kept"


def test_a_recipe_that_does_not_vote_says_so() -> None:
    html = page(
        [PHOTO],
        judged(VOTES.frame([]), quality=VOTE_QUALITY.frame([]), removal_rates=removal_rates(1)),
    )
    assert "the recipe answers by rules" in html
    assert "Signals earn their vote" not in html
    assert "What every class lost" in html


def test_without_the_folders_help_no_share_is_claimed() -> None:
    assert "are estimated to be photographs" in page([PHOTO], judged(voted(1, prior=-2.0)))
    assert "are estimated to be photographs" not in page([PHOTO], judged(voted(1, prior=0.0)))


def test_voters_are_listed_by_weight_and_those_at_chance_have_no_vote() -> None:
    chance = VOTER | {
        "voter": "objects",
        "auroc": float("nan"),
        "low": 0.0,
        "high": 1.0,
        "weight": 0.0,
    }
    against = VOTER | {
        "voter": "flat_area",
        "auroc": 0.1,
        "weight": -3.0,
        "measured_on": "audited sample",
    }
    html = page([PHOTO], judged(voted(1), quality=VOTE_QUALITY.frame([chance, VOTER, against])))
    rows = re.findall(
        r'<tr( class="silent")?><th scope="row">([^<]+)</th><td class="number">([^<]+)</td>', html
    )
    assert rows[-3:] == [
        ("", "flat area", "\u22123.00"),
        ("", "what it shows", "+2.50"),
        (' class="silent"', "object count", "no vote"),
    ]
    assert "audited sample: 1,200 photographs, 1,500 illustrations" in html


def test_losses_start_with_the_heaviest_and_more_than_half_stands_out() -> None:
    html = page([PHOTO], judged(voted(1), removal_rates=removal_rates(1, 5, 9)))
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
    [
        (0.5, 2.0, -1.0, (2.0, -1.0)),
        (0.1, 1.0, -1.0, (0.0, -3.197)),
        (0.9, 1.0, -1.0, (3.197, 0.0)),
    ],
)
def test_cut_points_include_the_share_of_photographs_and_keep_to_their_side_of_even_odds(
    tmp_path: Path, share: float, reject: float, keep: float, expected: tuple[float, float]
) -> None:
    workspace = Workspace(tmp_path)
    workspace.publish(
        "medium.json",
        json.dumps(
            {"reject_threshold": reject, "keep_threshold": keep, "photo_share": share}
        ).encode(),
    )
    assert published_thresholds(workspace) == pytest.approx(expected, abs=1e-3)


def test_a_recipe_without_cut_points_has_none(tmp_path: Path) -> None:
    assert published_thresholds(Workspace(tmp_path)) is None


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"{}", b'{"photo_share": "x", "reject_threshold": 1, "keep_threshold": 0}'],
)
def test_damaged_cut_points_name_the_file(tmp_path: Path, content: bytes) -> None:
    workspace = Workspace(tmp_path)
    workspace.publish("medium.json", content)
    with pytest.raises(StoreError, match=r"medium.json cannot be used .* run `inksift run` again"):
        published_thresholds(workspace)


def test_the_chapter_tells_what_was_promised_and_what_answers_bought() -> None:
    targets = TARGETS.frame(
        [
            {
                "error": "illustrations_rejected",
                "promised": 0.01,
                "value": 0.004,
                "low": 0.001,
                "high": 0.021,
                "estimated_by": "answers of people",
            }
        ]
    )
    queue = QUEUE.frame(
        [
            {"answers": answers, "unsure": unsure, "photo": 3, "illustration": 97 - unsure}
            for answers, unsure in ((0, 40), (10, 25), (20, 8))
        ]
    )
    html = page([PHOTO], judged(voted(1), targets=targets, queue=queue))
    assert "What was promised" in html
    assert "illustrations rejected as photographs" in html
    assert "People said of 20 pictures" in html
    assert re.findall(r'<td class="number">\u2212(\d+)</td>', html) == ["15", "17"]


def test_without_answers_nothing_is_said_to_have_been_bought() -> None:
    alone = QUEUE.frame([{"answers": 0, "unsure": 4, "photo": 0, "illustration": 5}])
    assert "What answers bought" not in page([PHOTO], judged(voted(1), queue=alone))
