"""A step says how far it is, seldom, and in the end how fast it was."""

from __future__ import annotations

import dagster as dg

from inksift.assets.shared.watched import Observations, with_pace
from inksift.curation.base.outlook import Tally
from inksift.curation.base.progress import Progress


def observed(moments: list[tuple[float, int]], total: int = 100) -> list[int]:
    """What is observed of a loop that is so far at these seconds."""
    now, seen = 0.0, []
    observations = Observations(lambda told: seen.append(told["done"]), lambda: now)
    for now, done in moments:
        observations(Progress("features", 10, done, total, now))
    return seen


def test_an_observation_comes_every_ten_seconds_at_most():
    assert observed([(second, second) for second in range(0, 41)]) == [10, 20, 30, 40]


def test_and_every_twentieth_of_a_loop_at_most():
    hours = [(3600.0 * part, part) for part in range(1001)]
    assert 15 <= len(observed(hours, total=1000)) <= 20


def test_a_short_loop_is_not_observed():
    assert not observed([(0, 0), (1, 50), (2, 100)])


def test_the_result_that_says_what_was_measured_says_how_fast():
    pace = Tally()
    for told in (
        Progress("read files", 0, 0, 118, 0.0), Progress("read files", 0, 118, 118, 1.0),
        Progress("decode pictures", 110, 0, 8, 0.0), Progress("decode pictures", 110, 8, 8, 4.0),
    ):  # fmt: skip
        pace(told)
    result = dg.MaterializeResult(metadata={"measured": 8})
    told = with_pace(result, pace).metadata
    assert (told["measured"], told["cached"]) == (8, 110)
    assert (told["seconds"], told["items_per_second"]) == (5.0, 2.0)
    assert [row.data["doing"] for row in told["loops"].records] == ["read files", "decode pictures"]


def test_where_all_is_known_so_many_are_cached_however_long_files_were_read():
    pace = Tally()
    pace(Progress("read files", 0, 0, 118, 0.0))
    pace(Progress("read files", 0, 118, 118, 1.0))
    pace(Progress("decode pictures", 118, 0, 0, 0.0))
    told = with_pace(dg.MaterializeResult(metadata={"measured": 0}), pace).metadata
    assert (told["measured"], told["cached"]) == (0, 118)


def test_that_all_is_known_is_observed_as_done():
    seen, times = [], iter([0.0, 20.0, 20.0])
    Observations(seen.append, lambda: next(times))(Progress("features", 118, 0, 0, 0.0))
    assert [(told["plan"], told["progress"]) for told in seen] == [("all 118 known", 1.0)]


def test_other_results_stay_as_they_are():
    pace = Tally()
    pace(Progress("read files", 0, 0, 118, 0.0))
    beside = dg.MaterializeResult(metadata={"kept": 8})
    assert with_pace(beside, pace) is beside
    assert with_pace(dg.MaterializeResult(metadata={"measured": 8}), Tally()).metadata == {
        "measured": 8
    }
