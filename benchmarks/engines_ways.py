"""The same work by different ways of using Ray: our engine, Ray Data, and Daft.

    python benchmarks/engines_ways.py [--source ../shared/data/crawl/images] [--pictures 200]
        [--ways engine,data,daft,engine,data,daft] [--daft-path DIR]

Every picture is decoded by a gate and embedded, in batches of 16, by one worker for each of two
cores; gate and network are loaded once a worker. Each way runs in a process of its own, on a Ray
that it starts; the ways take turns, and the same is done by this process alone for comparison.
Wall and CPU seconds count from a connected Ray to the last answer, CPU with all processes of the
cluster. Daft 0.7.26 needs pyarrow before 26: name with --daft-path a folder of
`pip install --target DIR daft==0.7.26 'pyarrow<26'`, which its process looks into first."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from inksift.curation.base.engine import per_item, worker_count
from inksift.curation.base.thumbnail_codec import unpack
from inksift.curation.evidence.features import FeatureParams, load_embedder
from inksift.curation.gather.gate.pool import Gate
from inksift.curation.gather.images import ImageParams
from inksift.curation.spread.engine import Batching, Engine, Finished, LocalEngine
from inksift.curation.spread.on_ray import RayEngine, import_ray
from inksift.curation.spread.params import EngineParams
from inksift.curation.store.files import file_digest
from inksift.curation.store.workspace import Workspace

CORES = 2
BATCH = 16
OBJECT_STORE_BYTES = 200 * 10**6


@dataclass(frozen=True)
class EmbeddingFiles:
    """Decodes and embeds files; answers with a digest of each vector."""

    workspace: Path

    @contextmanager
    def started(self) -> Iterator[Callable[[Sequence[str]], list[str]]]:
        embedder = load_embedder(Workspace(self.workspace), None, FeatureParams())
        with Gate(ImageParams().settings, workers=worker_count()) as gate:

            def decoded(path: str):
                with open(path, "rb") as file:
                    answer = gate.decode(file.fileno(), file_digest(Path(path)))
                return None if answer.error else unpack(answer.thumbnail)

            def embedded(paths: Sequence[str]) -> list[str]:
                pictures = [one for one in per_item(decoded, paths) if one is not None]
                return [hashlib.sha256(row.tobytes()).hexdigest() for row in embedder(pictures)]

            yield embedded


class Started:
    """The same as a class that is called, as Ray Data and Daft want it."""

    def __init__(self, workspace: Path) -> None:
        from inksift.curation.base.engine import use_cores

        use_cores(1)
        self._holding = EmbeddingFiles(workspace).started()
        self.work = self._holding.__enter__()

    def __call__(self, batch: dict) -> dict:
        return {"digest": self.work([str(path) for path in batch["path"]])}


def by(engine: Engine, paths: Sequence[str], workspace: Path) -> list[str]:
    digests: list[str] = []
    task = EmbeddingFiles(workspace)
    for ended in engine.map_batches(task, paths, Batching(BATCH), title="pictures"):
        assert isinstance(ended, Finished)
        digests += ended.answer
    return digests


def by_nothing(paths: Sequence[str], workspace: Path) -> list[str]:
    return by(LocalEngine(), paths, workspace)


def by_engine(paths: Sequence[str], workspace: Path) -> list[str]:
    with RayEngine(EngineParams(kind="ray"), {}) as engine:
        return by(engine, paths, workspace)


def by_data(paths: Sequence[str], workspace: Path) -> list[str]:
    import ray

    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = ray.data.from_items([{"path": path} for path in paths], override_num_blocks=CORES * 4)
    done = rows.map_batches(
        Started, fn_constructor_args=(workspace,), batch_size=BATCH, concurrency=CORES, num_cpus=1
    )
    return [row["digest"] for row in done.take_all()]


def by_daft(paths: Sequence[str], workspace: Path) -> list[str]:
    import daft

    @daft.cls(max_concurrency=CORES)
    class Embedder:
        def __init__(self) -> None:
            self.started = Started(workspace)

        @daft.method.batch(return_dtype=daft.DataType.string(), batch_size=BATCH)
        def embed(self, path):
            return self.started.work(path.to_pylist())

    daft.set_runner_ray(noop_if_initialized=True)
    rows = daft.from_pydict({"path": list(paths)}).into_partitions(CORES * 4)
    done = rows.select(Embedder().embed(daft.col("path")).alias("digest"))
    return [str(one) for one in done.to_pydict()["digest"]]


WAYS = {"here": by_nothing, "engine": by_engine, "data": by_data, "daft": by_daft}


def cpu_seconds() -> float:
    """Of this process and its descendants, with those that were waited for."""
    alive = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(sum(one.cpu_times()[:4]) for one in alive if one.is_running())


def measured(way: str, paths: Sequence[str], workspace: Path) -> dict[str, object]:
    """One way, in this process."""
    if way != "here":
        import_ray().init(
            address="local",
            num_cpus=CORES,
            object_store_memory=OBJECT_STORE_BYTES,
            include_dashboard=False,
            log_to_driver=False,
        )
    cpu, wall = cpu_seconds(), time.perf_counter()
    digests = WAYS[way](paths, workspace)
    wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    answer = hashlib.sha256(" ".join(sorted(digests)).encode()).hexdigest()[:12]
    return {"way": way, "wall_s": round(wall, 1), "cpu_s": round(cpu, 1), "answer": answer}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, default=Path("../shared/data/crawl/images"))
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--ways", default="here,engine,data,here,engine,data")
    parser.add_argument("--daft-path", default="")
    parser.add_argument("--workspace", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    files = sorted(str(path) for path in options.source.rglob("*") if path.is_file())
    paths = files[:: max(1, len(files) // options.pictures)][: options.pictures]
    if options.workspace:
        print(json.dumps(measured(options.ways, paths, options.workspace)))
        return
    with tempfile.TemporaryDirectory() as folder:
        load_embedder(Workspace(Path(folder) / "workspace"), None, FeatureParams())
        for way in options.ways.split(","):
            print(in_a_process(way, options, Path(folder) / "workspace"), flush=True)


def in_a_process(way: str, options: argparse.Namespace, workspace: Path) -> str:
    """What a fresh process says of one way; its last words where it failed."""
    command = [sys.executable, __file__, "--source", str(options.source), "--ways", way]
    command += ["--pictures", str(options.pictures), "--workspace", str(workspace)]
    first = options.daft_path if way == "daft" else ""
    found = os.pathsep.join(filter(None, [first, os.environ.get("PYTHONPATH", "")]))
    ended = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": found}, capture_output=True, text=True
    )
    said = (ended.stdout if ended.returncode == 0 else ended.stderr).strip().splitlines()
    return said[-1] if said else f"{way}: ended with {ended.returncode}"


if __name__ == "__main__":
    main()
