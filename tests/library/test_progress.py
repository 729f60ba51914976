"""How far a loop is: told to listeners, in a log where nobody watches, and for a whole run."""

from __future__ import annotations

import io
import logging
import sys
from unittest.mock import Mock

import pytest

from inksift.curation.base import progress
from inksift.curation.base.engine import in_batches
from inksift.curation.base.outlook import TYPICAL_MS, Outlook, Tally
from inksift.curation.base.progress import (
    Progress,
    Seldom,
    already_known,
    heard_by,
    progress_shown,
)
from inksift.curation.spread.engine import LOCAL, Batching
from inksift.curation.spread.on_ray import RayEngine
from inksift.curation.spread.params import EngineParams


class Clock:
    """Time that goes by when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress.time, "monotonic", made)
    monkeypatch.setattr(progress, "_line_is_due", Seldom(30, made))
    return made


class Ear:
    """Remembers what it hears."""

    def __init__(self) -> None:
        self.heard: list[Progress] = []

    def __call__(self, told: Progress) -> str:
        self.heard.append(told)
        return "a word beside"


def run(clock: Clock, items: int, *, size: int = 2, seconds: float = 1.0) -> Ear:
    """A loop whose batches take so many seconds."""
    ear = Ear()
    with heard_by(ear):
        for _ in in_batches(range(items), size, "features"):
            clock.now += seconds
    return ear


def test_a_loop_tells_what_there_is_to_do_and_then_every_batch(clock):
    with already_known(110):
        heard = run(clock, 5).heard
    assert [one.done for one in heard] == [0, 2, 4, 5]
    assert {(one.title, one.known, one.total) for one in heard} == {("features", 110, 5)}
    assert [one.seconds for one in heard] == [0, 1, 2, 3]
    assert heard[1].per_second == 2
    assert [one.left_s for one in heard] == [None, 1.5, 0.5, 0]


ALL_KNOWN = Progress("features", 118, 0, 0, 0.0)


def test_where_all_is_known_that_is_told_once(clock):
    with already_known(118):
        assert run(clock, 0).heard == [ALL_KNOWN]


def test_where_nothing_is_there_nothing_is_told(clock):
    assert run(clock, 0).heard == []


@pytest.mark.parametrize("engine", [LOCAL, RayEngine(EngineParams(kind="ray"), {})])
def test_every_engine_tells_once_that_all_is_known_and_loads_nothing(engine):
    ear = Ear()
    with already_known(118), heard_by(ear):
        task = Mock()
        assert not list(engine.map_batches(task, [], Batching(2), title="features"))
    assert ear.heard == [ALL_KNOWN]
    task.started.assert_not_called()


def test_what_is_known_is_not_known_of_a_loop_within_a_loop(clock):
    ear = Ear()
    with already_known(3), heard_by(ear):
        for _ in in_batches([1], 1, "outer"):
            list(in_batches([1], 1, "inner"))
    assert {one.title: one.known for one in ear.heard} == {"outer": 3, "inner": 0}


def test_nobody_is_told_outside(clock):
    assert len(run(clock, 2).heard) == 2
    list(in_batches([1], 1, "later"))


def lines(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == progress.log.name]


def test_where_nobody_watches_there_is_a_line_now_and_then(clock, caplog):
    caplog.set_level(logging.INFO)
    with already_known(100):
        run(clock, 10, size=1, seconds=12)
    assert lines(caplog) == [
        f"features: 110 in all: 100 known, 10 to measure; {done} done, 0.1 a second, "
        f"{left} left, a word beside"
        for done, left in ((3, "2 min"), (6, "less than a minute"), (9, "less than a minute"))
    ]


def test_a_short_loop_writes_no_line(clock, caplog):
    caplog.set_level(logging.INFO)
    run(clock, 10)
    assert not lines(caplog)


@pytest.mark.parametrize("shown", [True, False])
def test_where_somebody_said_what_to_show_there_is_no_line(clock, caplog, capsys, shown):
    caplog.set_level(logging.INFO)
    with progress_shown(shown):
        run(clock, 10, seconds=60)
    assert not lines(caplog)
    assert ("features" in capsys.readouterr().err) == shown


def test_a_terminal_shows_what_is_known_the_pace_and_what_is_left(clock, monkeypatch):
    terminal = io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress_shown(True), already_known(110):
        run(clock, 8)
    shown = terminal.getvalue()
    assert "features: 118 in all: 110 known, 8 to measure\n" in shown
    assert "8/8" in shown
    assert "a word beside" in shown


def test_loops_of_a_title_are_added_up():
    tally = Tally()
    for done in (0, 4):
        tally(Progress("objects", 1, done, 4, done / 2))
    for done in (0, 1, 2):
        tally(Progress("objects", 3, done, 6, done / 2))
    assert tally.by_title == {"objects": Progress("objects", 4, 6, 10, 3.0)}


def test_the_outlook_is_what_is_left_and_what_the_loops_that_follow_typically_cost():
    outlook = Outlook(["decode pictures", "objects"])
    assert outlook(Progress("decode pictures", 0, 0, 3000, 0.0)) == ""
    half = 1500 * TYPICAL_MS["decode pictures"] / 1000
    told = outlook(Progress("decode pictures", 0, 1500, 3000, half))
    expected = half + 3000 * TYPICAL_MS["objects"] / 1000
    assert told == f"in all about {progress.duration(expected)} left"
    slow = outlook(Progress("decode pictures", 0, 1500, 3000, 10 * half))
    assert slow == f"in all about {progress.duration(10 * expected)} left"
    outlook(Progress("objects", 0, 0, 3000, 0.0))
    last = outlook(Progress("objects", 0, 2900, 3000, 300))
    assert last == "in all about less than a minute left"


def test_the_outlook_counts_what_is_new_to_any_loop_and_none_that_was_passed_by():
    outlook = Outlook(["decode pictures", "features", "glance at pictures", "objects"])
    outlook(Progress("decode pictures", 3000, 0, 0, 0.0))
    outlook(Progress("features", 0, 0, 3000, 0.0))
    half = 1500 * TYPICAL_MS["features"] / 1000
    told = outlook(Progress("features", 0, 1500, 3000, half))
    later = 3000 * (TYPICAL_MS["glance at pictures"] + TYPICAL_MS["objects"]) / 1000
    assert told == f"in all about {progress.duration(half + later)} left"
    outlook(Progress("objects", 0, 0, 3000, 0.0))
    last = outlook(Progress("objects", 0, 2999, 3000, 300))
    assert last == "in all about less than a minute left"


def test_a_run_that_measures_nothing_has_no_outlook():
    outlook = Outlook(["decode pictures", "objects"])
    assert outlook(Progress("decode pictures", 118, 0, 0, 0.0)) == ""
    for done in (0, 1):
        assert outlook(Progress("compare pairs", 0, done, 2, 1.0)) == ""
