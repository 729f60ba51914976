"""What another engine costs and survives: a Ray cluster of three nodes on this machine beside this
process.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/engines.py
        [--source ../shared/data/crawl/images] [--pictures 75] [--only decisions,overhead]

- decisions: `inksift judge` here and on the cluster, where a node is killed in the middle of
  decoding, of embedding, of counting objects and of comparing: are the decisions the same, and how
  many batches were done again?
- overhead: what a batch costs beside its work, and by that the share of the time that 64 workers
  would work. That share is a model, no measurement: here are two cores.

Which way of using Ray is quickest is asked by `benchmarks/engines_ways.py`. Takes about ten minutes
on two idle cores; needs inksift[ray]."""

from __future__ import annotations

import argparse
import json
import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from PIL import Image

from inksift.curation.spread.engine import Batching, Engine, Finished
from inksift.curation.spread.on_ray import PORTIONS_A_WORKER, RayEngine, import_ray
from inksift.curation.spread.params import EngineParams
from inksift.pipelines import resources
from inksift.pipelines.chain import run_given
from inksift.pipelines.given import engine_named, from_environment

NODES = 3
OBJECT_STORE_BYTES = 200 * 10**6
STAGES = {
    "decode pictures": "decode",
    "features": "embed",
    "compare pairs": "compare",
    "objects": "detect",
}
"""What is done when a node is killed, by the title of the work."""
MODELLED_WORKERS, MODELLED_PICTURES = (8, 64, 256), (100_000, 1_000_000)
"""For how many the model is asked."""
MODELLED_BATCH, PICTURE_S = 64, 0.362
"""Pictures of a batch, and what one takes on one core: decoding, embedding and counting objects, by
`benchmarks/detector.py`."""


class Nodes:
    """A Ray cluster of three nodes with one core each, all on this machine."""

    def __init__(self) -> None:
        import_ray()
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 1, "object_store_memory": OBJECT_STORE_BYTES}
        self._cluster = Cluster(
            initialize_head=True, head_node_args={**head, "include_dashboard": False}
        )
        self._others = [self._node() for _ in range(NODES - 1)]
        self.address = self._cluster.address

    def kill_one(self) -> None:
        """Kill a node that is not the head, and start another in its place."""
        self._cluster.remove_node(self._others.pop(0), allow_graceful=False)
        self._others.append(self._node())

    def stop(self) -> None:
        """End all of them."""
        import_ray().shutdown()
        self._cluster.shutdown()

    def _node(self) -> Any:
        return self._cluster.add_node(num_cpus=1, object_store_memory=OBJECT_STORE_BYTES)


@contextmanager
def three_nodes() -> Iterator[Nodes]:
    nodes = Nodes()
    try:
        yield nodes
    finally:
        nodes.stop()


class Killing:
    """An engine that kills a node in the middle of every stage, and counts what that cost."""

    def __init__(self, engine: RayEngine, nodes: Nodes) -> None:
        self._engine, self._nodes = engine, nodes
        self.batches: dict[str, int] = {}
        self.repeated: dict[str, int] = {}

    @property
    def told(self) -> Any:
        return self._engine.told

    def map_batches(
        self, task: Any, items: Sequence[Any], batching: Batching, *, title: str
    ) -> Iterator[Any]:
        """As the engine; the node goes when a quarter of the items is done."""
        done, killed, before = 0, False, self._engine.repeated
        for ended in self._engine.map_batches(task, items, batching, title=title):
            yield ended
            self.batches[title] = self.batches.get(title, 0) + 1
            done += len(ended.items) if isinstance(ended, Finished) else 1
            if title in STAGES and not killed and done >= len(items) / 4:
                killed = True
                self._nodes.kill_one()
        self.repeated[title] = self._engine.repeated - before


def judged(source: Path, workspace: Path, address: str = "") -> pd.DataFrame:
    """The decisions of a run here, or on the cluster at this address."""
    given = from_environment()._replace(
        workspace=workspace, source=source, engine=engine_named("", address)
    )
    run_given("curate", given, quiet=True)
    return pd.read_parquet(workspace / "decisions.parquet")


def decisions(source: Path, folder: Path) -> dict[str, Any]:
    """What runs decide here, on a cluster, and on one that loses nodes."""
    with three_nodes() as nodes:
        return decided(nodes, source, folder)


def decided(nodes: Nodes, source: Path, folder: Path) -> dict[str, Any]:
    """A run here, one on the cluster, and one on a cluster that loses a node in every stage."""
    here, figures = judged(source, folder / "here"), {}
    quiet = judged(source, folder / "cluster", nodes.address)
    killers: list[Killing] = []
    with _killing(nodes, killers):
        torn = judged(source, folder / "killed", nodes.address)
    figures["decisions on the cluster equal those here"] = here.equals(quiet)
    figures["decisions equal with a node killed in every stage"] = here.equals(torn)
    for title, stage in STAGES.items():
        batches, repeated = killers[0].batches.get(title, 0), killers[0].repeated.get(title, 0)
        figures[f"{stage}: batches done, and handed out again"] = f"{batches}, {repeated}"
    return figures


@contextmanager
def _killing(nodes: Nodes, killers: list[Killing]) -> Iterator[None]:
    """Within, runs work on engines that kill nodes."""
    usual = resources.opened_engine

    @contextmanager
    def opened(params: EngineParams, landmarks: Callable[[], Any]) -> Iterator[Engine]:
        with usual(params, landmarks) as engine:
            assert isinstance(engine, RayEngine)
            killers.append(Killing(engine, nodes))
            yield killers[-1]

    resources.opened_engine = opened
    try:
        yield
    finally:
        resources.opened_engine = usual


class Nothing:
    """A task that does nothing."""

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[int]], int]]:
        yield len


class ClusterCosts(NamedTuple):
    """What the cluster costs beside the work: CPU of this process for a batch, which it serves one
    after another, and the wait for the first workers."""

    batch_ms: float
    start_s: float


def overhead(source: Path, folder: Path) -> dict[str, Any]:
    """What a batch costs this process, which serves all workers, and what follows for many."""
    batches = 500
    with (
        three_nodes() as nodes,
        RayEngine(EngineParams(kind="ray", address=nodes.address), {}) as (engine),
    ):
        began = time.perf_counter()
        list(engine.map_batches(Nothing(), range(30), Batching(1), title="warm"))
        start = time.perf_counter() - began
        cpu, wall = time.process_time(), time.perf_counter()
        list(engine.map_batches(Nothing(), range(batches), Batching(1), title="nothing"))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    costs = ClusterCosts(cpu / batches * 1000, start)
    figures = {
        "this process, CPU ms a batch": round(costs.batch_ms, 2),
        "an empty batch, wall ms": round(wall / batches * 1000, 2),
        "connected and first workers ready, s": round(start, 1),
    }
    for pictures in MODELLED_PICTURES:
        for workers in MODELLED_WORKERS:
            share = round(efficiency(costs, pictures, workers), 3)
            figures[f"model: {pictures} pictures, {workers} workers, efficiency"] = share
    return figures


def efficiency(costs: ClusterCosts, pictures: int, workers: int) -> float:
    """The share of the time in which workers work, by a model.

    This process serves one batch after another; each worker has the next one waiting, so it stands
    still only where this process cannot serve all in the time of a batch. At the end a worker waits
    for half a batch in the mean, and at the beginning for the first to start."""
    portion = min(MODELLED_BATCH, math.ceil(pictures / (workers * PORTIONS_A_WORKER)))
    batch_s, serving_s = portion * PICTURE_S, workers * costs.batch_ms / 1000
    batches = pictures / (workers * portion)
    took = costs.start_s + batches * max(batch_s, serving_s) + batch_s / 2
    return batches * batch_s / took


PARTS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "decisions": decisions,
    "overhead": overhead,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, default=Path("../shared/data/crawl/images"))
    parser.add_argument("--pictures", type=int, default=75)
    parser.add_argument("--only", default=",".join(PARTS))
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = some_of(options.source, Path(folder) / "source", options.pictures)
        for name in options.only.split(","):
            figures |= PARTS[name](source, Path(folder))
    for name, value in figures.items():
        print(f"{name:<62}{value}")
    print(json.dumps({"benchmark": "engines", **figures}))


def some_of(source: Path, target: Path, pictures: int) -> Path:
    """A copy of every n-th picture of a folder, and beside each one saved anew, so that there are
    pairs to compare."""
    files = sorted(path for path in source.rglob("*") if path.is_file())
    for path in files[:: max(1, len(files) // pictures)][:pictures]:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
        with suppress(OSError), Image.open(path) as picture:
            picture.convert("RGB").save(place.with_name(f"{place.stem}-again.jpg"), quality=60)
    return target


if __name__ == "__main__":
    main()
