"""Batches of work: what an engine is given, what it gives back, and who is to blame when workers
die."""

from __future__ import annotations

import copy
import inspect
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from inksift.curation.base import engine as threads
from inksift.curation.base import errors
from inksift.curation.base.errors import EngineError, InksiftError, MissingError
from inksift.curation.people.ledger.entries import LedgerConflict
from inksift.curation.spread.engine import Batching, Finished, LocalEngine, Lost
from inksift.curation.spread.on_ray import RayEngine, deaths_allowed
from inksift.curation.spread.opened import demand_engine, opened_engine
from inksift.curation.spread.params import EngineParams
from inksift.curation.spread.portions import Portion, Portions
from inksift.curation.spread.worker import Worker, landmark
from inksift.curation.store.workspace import Workspace


class Doubling:
    """Doubles numbers, and counts how often it was started and ended."""

    def __init__(self) -> None:
        self.events: list[str] = []

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[int]], list[int]]]:
        self.events.append("started")
        yield lambda numbers: [2 * number for number in numbers]
        self.events.append("ended")


def test_the_local_engine_does_every_batch_in_order_and_starts_the_task_once() -> None:
    task = Doubling()
    ended = list(LocalEngine().map_batches(task, range(5), Batching(2), title="numbers"))
    assert ended == [
        Finished(range(2), [0, 2]),
        Finished(range(2, 4), [4, 6]),
        Finished(range(4, 5), [8]),
    ]
    assert task.events == ["started", "ended"]


def test_one_item_is_for_the_calling_thread_and_more_are_for_others() -> None:
    def thread_of(_: int) -> threading.Thread:
        return threading.current_thread()

    assert threads.per_item(thread_of, []) == []
    assert threads.per_item(thread_of, [1]) == [threading.current_thread()]
    assert threading.current_thread() not in threads.per_item(thread_of, [1, 2])


@pytest.mark.parametrize("retries", [0, 1, 10])
def test_one_deadly_item_of_a_large_batch_is_lost_before_the_cluster_is_to_blame(
    retries: int,
) -> None:
    portions, deaths = Portions(range(4096), 4096, retries=retries), 0
    lost: list[Lost[int]] = []
    while not lost:
        portion, deaths = portions.take(), deaths + 1
        assert 0 in portion.items  # so that nothing is done meanwhile
        lost = portions.died(portion, "killed")
    assert (lost[0].item, deaths < deaths_allowed(retries)) == (0, True)


def test_nothing_is_started_for_nothing() -> None:
    task = Doubling()
    assert not list(LocalEngine().map_batches(task, [], Batching(2), title="numbers"))
    assert not list(RayEngine(EngineParams(), {}).map_batches(task, [], Batching(2), title=""))
    assert task.events == []


@pytest.mark.parametrize(
    ("batching", "size"), [(Batching(64), 64), (Batching(64, 10**6), 16), (Batching(9, 10**9), 1)]
)
def test_a_batch_takes_no_more_memory_than_it_may(batching: Batching, size: int) -> None:
    assert batching.size(16) == size


def outcome(poison: set[int], *, size: int, retries: int) -> tuple[set[int], list[int], int]:
    """What was done, what was lost, and how many workers died, where a worker dies of `poison`."""
    portions, done, lost, deaths = Portions(range(20), size, retries=retries), set(), [], 0
    while portions:
        portion = portions.take()
        if poison & {*portion.items}:
            deaths += 1
            lost += [one.item for one in portions.died(portion, "died")]
        else:
            assert not done & {*portion.items}
            done |= {*portion.items}
    return done, lost, deaths


@pytest.mark.parametrize("poison", [set(), {0}, {19}, {7, 8}, {3, 12, 13}, {*range(20)}], ids=str)
@pytest.mark.parametrize("size", [1, 3, 8, 20])
@pytest.mark.parametrize("retries", [0, 1, 3])
def test_only_what_workers_die_of_is_lost(poison: set[int], size: int, retries: int) -> None:
    done, lost, _ = outcome(poison, size=size, retries=retries)
    assert sorted(lost) == sorted(poison)
    assert done == {*range(20)} - poison


def test_one_item_in_a_batch_of_eight_costs_six_workers() -> None:
    """Twice the batch, a half, a quarter, and twice the item."""
    assert outcome({5}, size=8, retries=1)[2] == 6


def test_a_machine_that_is_lost_once_costs_its_portion_once() -> None:
    portions = Portions(range(4), 4, retries=1)
    assert portions.died(portions.take(), "node lost") == []
    assert portions.take() == Portion(range(4), deaths=1)
    assert portions.repeated == 1
    assert not portions


def test_what_only_waited_is_not_suspected() -> None:
    portions = Portions(range(8), 4, retries=1)
    _, waiting = portions.take(), portions.take()
    portions.put_back(waiting)
    assert portions.take() == Portion(range(4, 8))


def test_a_worker_starts_a_task_once_and_ends_it_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "_cores", [])
    worker, first, second = Worker(1), Doubling(), Doubling()
    assert [worker.work(1, lambda: first, [1]), worker.work(1, lambda: first, [2])] == [[2], [4]]
    assert worker.work(2, lambda: second, [3]) == [6]
    assert (first.events, second.events) == (["started", "ended"], ["started"])
    assert threads.worker_count() == 1


def test_a_worker_demands_to_see_what_this_machine_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_cores", [])
    mark = Workspace(tmp_path / "work").mark
    seen = {str(path): landmark(path) for path in (tmp_path, mark)}
    Worker(1).ready(seen)
    for path in (mark, tmp_path / "gone"):
        with pytest.raises(EngineError, match="mount that folder on every machine"):
            Worker(1).ready({str(path): 5})


def test_an_engine_that_is_not_installed_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "ray", None)
    ray = EngineParams(kind="ray")
    demand_engine(EngineParams())
    with pytest.raises(MissingError, match=r"pip install 'inksift\[ray\]'"):
        demand_engine(ray)
    with (
        opened_engine(ray, dict) as engine,
        pytest.raises(MissingError, match=r"pip install 'inksift\[ray\]'"),
    ):
        list(engine.map_batches(Doubling(), [1], Batching(1), title="numbers"))


def test_the_engine_of_the_settings_is_opened() -> None:
    with opened_engine(EngineParams(batch_mb=16), dict) as engine:
        assert engine == LocalEngine(16)
        assert engine.told == {}


ERRORS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, InksiftError)
]


@pytest.mark.parametrize("kind", [*ERRORS, LedgerConflict], ids=lambda kind: kind.__name__)
def test_an_error_of_a_worker_arrives_whole(kind: type[InksiftError]) -> None:
    carried = {errors.CheckError: (None,), LedgerConflict: (["theirs"],)}
    error = kind("words", *carried.get(kind, ()))
    arrived = copy.copy(error)  # by what it would be pickled by
    assert (type(arrived), str(arrived), arrived.args) == (kind, "words", error.args)
    assert vars(arrived) == vars(error)


def test_a_lost_picture_that_nothing_can_stand_for_ends_the_stage(tmp_path: Path) -> None:
    class Losing(LocalEngine):
        def map_batches(self, task, items, batching, *, title):
            yield Lost(items[0], "the worker died")

    stored = Workspace(tmp_path / "work").measurements("toys", "1")
    with pytest.raises(EngineError, match="toys: one worker after another died on a: the worker"):
        stored.measure(["a"], None, batch=1, title="toys", engine=Losing())
