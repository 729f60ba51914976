"""The same promises on a real Ray cluster of three nodes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from inksift.curation.base.errors import EngineError, GateError
from inksift.curation.sample import SampleParams, draw_sample
from inksift.curation.spread.engine import Batching, Finished, Lost
from inksift.curation.spread.on_ray import RayEngine
from inksift.curation.spread.params import EngineParams
from tests.benchmark import load_benchmark

pytest.importorskip("ray", reason="inksift[ray] is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
DEADLY, REFUSED = 13, 31


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    with load_benchmark("engines").three_nodes() as cluster:
        yield cluster


@pytest.fixture
def engine(nodes: Any) -> Iterator[RayEngine]:
    with RayEngine(EngineParams(kind="ray", address=nodes.address), {}) as engine:
        yield engine


def toy() -> Any:
    """A task whose worker dies of one number, and which refuses another; made here, so that it
    reaches the cluster by value."""

    class Toy:
        @contextmanager
        def started(self) -> Iterator[Callable[[Sequence[int]], list[int]]]:
            yield self.work

        def work(self, numbers: Sequence[int]) -> list[int]:
            if 13 in numbers:
                os._exit(3)
            if 31 in numbers:
                raise GateError("no decoder")
            return [2 * number for number in numbers]

    return Toy()


def ended(engine: RayEngine, numbers: Sequence[int], batch: int = 4) -> list[Any]:
    return list(engine.map_batches(toy(), numbers, Batching(batch), title="numbers"))


def test_every_item_is_done_once(engine: RayEngine) -> None:
    found = ended(engine, range(13))
    assert all(one.answer == [2 * item for item in one.items] for one in found)
    assert sorted(item for one in found for item in one.items) == [*range(13)]
    assert engine.told["engine"].startswith("ray: ")


def test_only_the_item_that_workers_die_of_is_lost(engine: RayEngine) -> None:
    found = ended(engine, range(20), batch=8)
    assert [one.item for one in found if isinstance(one, Lost)] == [DEADLY]
    done = [item for one in found if isinstance(one, Finished) for item in one.items]
    assert sorted(done) == [number for number in range(20) if number != DEADLY]


def test_an_error_of_a_task_is_raised_here_and_the_engine_goes_on(engine: RayEngine) -> None:
    with pytest.raises(GateError, match="no decoder"):
        ended(engine, [1, REFUSED])
    assert sorted(one.answer[0] for one in ended(engine, [1, 2], batch=1)) == [2, 4]


def test_a_machine_that_does_not_see_the_folders_ends_the_run(nodes: Any) -> None:
    params = EngineParams(kind="ray", address=nodes.address)
    with (
        RayEngine(params, {"/no/such/folder": 0}) as blind,
        pytest.raises(EngineError, match="does not see /no/such/folder"),
    ):
        ended(blind, [1])


def test_decisions_are_the_same_whatever_nodes_are_lost(nodes: Any, tmp_path: Path) -> None:
    draw_sample(tmp_path / "sample", SampleParams(images=8, photo_share=0.5))
    figures = load_benchmark("engines").decided(nodes, tmp_path / "sample" / "images", tmp_path)
    assert figures["decisions on the cluster equal those here"]
    assert figures["decisions equal with a node killed in every stage"]
