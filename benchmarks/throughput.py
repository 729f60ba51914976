"""Images per second of the per-image work, beside a notebook that does the same work on the same
files.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/throughput.py [--pictures 300] [--seed 0]
    [SOURCE]

Three contenders, each in a fresh process, one after the other: the notebook with the threads that
its libraries set (ultralytics gives torch one thread less than there are cores), the notebook with
a torch thread per core, and inksift on an empty workspace. Loading and exporting networks is
outside the clock and printed as `setup`. CPU seconds include children; memory is the largest sum of
resident sizes over the process tree, sampled, with shared pages counted twice."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

SOURCE = Path(__file__).parents[2] / "shared" / "data" / "crawl" / "images"
CORES = len(os.sched_getaffinity(0))
CONTENDERS = {"notebook": max(1, CORES - 1), "notebook, all cores": CORES, "inksift": 0}
SAMPLE_EVERY_S = 0.05
COSINES = 100
CLOSE_BITS = 4


def main() -> None:
    """Run the contenders and print the table, the checks, and one line of JSON."""
    options = _options()
    if options.contender:
        return _contend(options.contender, Path(options.source), Path(options.out))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _pick(Path(options.source), work / "pictures", options.pictures, options.seed)
        results = {name: _measured(name, work) for name in CONTENDERS}
    _report(results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", nargs="?", default=str(SOURCE))
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--contender", choices=list(CONTENDERS), help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    return parser.parse_args()


def _pick(source: Path, target: Path, number: int, seed: int) -> None:
    files = sorted(file for file in source.rglob("*") if file.is_file())
    for file in random.Random(seed).sample(files, min(number, len(files))):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _measured(name: str, work: Path) -> dict[str, Any]:
    out = work / "result.json"
    load = os.getloadavg()[0]
    command = [
        sys.executable,
        __file__,
        str(work / "pictures"),
        "--contender",
        name,
        "--out",
        str(out),
    ]
    environment = os.environ | {"XDG_CACHE_HOME": str(work / "cache")}
    peak = 0
    with subprocess.Popen(command, env=environment) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(SAMPLE_EVERY_S)
    if process.returncode:
        sys.exit(f"{name} failed with exit code {process.returncode}")
    return json.loads(out.read_text()) | {"peak_mb": peak / 2**20, "load_before": load}


def _memory(pid: int) -> int:
    total = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def _contend(name: str, pictures: Path, out: Path) -> None:
    run = _inksift if name == "inksift" else lambda folder: _notebook(folder, CONTENDERS[name])
    out.write_text(json.dumps(run(pictures)))


class Clock:
    """Wall and CPU seconds (children that have ended included) of one stage after another."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    def time(self, stage: str, function: Callable[[], Any]) -> Any:
        """The function's result, its cost entered under `stage`."""
        wall, cpu = time.perf_counter(), sum(os.times()[:4])
        result = function()
        self.wall[stage] = time.perf_counter() - wall
        self.cpu[stage] = sum(os.times()[:4]) - cpu
        return result


def _notebook(folder: Path, threads: int) -> dict[str, Any]:
    import notebook
    import torch

    clock = Clock()
    steps = clock.time("setup", notebook.steps)
    torch.set_num_threads(threads)
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    for step in steps.values():
        step(files[0])
    done = {
        name: clock.time(name, lambda step=step: [step(file) for file in files])
        for name, step in steps.items()
    }
    names = [str(file.relative_to(folder)) for file in files]
    return {
        "wall": clock.wall,
        "cpu": clock.cpu,
        "hash": dict(zip(names, done["hash"], strict=True)),
        "objects": dict(zip(names, [count for count, _ in done["objects"]], strict=True)),
        "inputs": dict(zip(names, [list(shape) for _, shape in done["objects"]], strict=True)),
    }


def _inksift(folder: Path) -> dict[str, Any]:
    from inksift.curation.evidence.features import FeatureParams, embed, load_embedder
    from inksift.curation.evidence.objects import ObjectParams, count_objects, load_detector
    from inksift.curation.gather.imagehashes import imagehash_of
    from inksift.curation.gather.images import ImageParams, find_images
    from inksift.curation.store.thumbnails import Thumbnails
    from inksift.curation.store.workspace import Workspace

    clock, objects, features = (
        Clock(),
        ObjectParams(required=True, download=False),
        FeatureParams(download=False),
    )
    workspace = Workspace(Path(tempfile.mkdtemp(dir=folder.parent)) / "work")
    detector, embedder = clock.time(
        "setup",
        lambda: (load_detector(workspace, None, objects), load_embedder(workspace, None, features)),
    )
    found = clock.time(
        "hash, filters, thumbnail", lambda: find_images(folder, workspace, ImageParams())
    )
    read, ids = Thumbnails(workspace, found.thumbnails), found.thumbnails["image_id"].tolist()
    counted = clock.time(
        "objects",
        lambda: count_objects(ids, read, detector=detector, workspace=workspace, params=objects),
    )
    embedded = clock.time(
        "features",
        lambda: embed(ids, read, embedder=embedder, workspace=workspace, params=features),
    )
    rows = found.images.merge(found.hashes, on="image_id").merge(counted.frame, on="image_id")
    return {
        "wall": clock.wall,
        "cpu": clock.cpu,
        "hash": {
            path: int(str(imagehash_of(read(image_id))), 16)
            for path, image_id in zip(rows["path"], rows["image_id"], strict=True)
        },
        "objects": dict(zip(rows["path"], rows["objects"].tolist(), strict=True)),
        "inputs": {
            path: _input_shape(read(image_id))
            for path, image_id in zip(rows["path"], rows["image_id"], strict=True)
        },
        "cosine": _least_cosine(embedded.frame.head(COSINES), read),
    }


def _input_shape(picture: np.ndarray) -> list[int]:
    from inksift.curation.evidence.models.yolo import letterbox

    return list(letterbox(picture, 640).picture.shape[:2])


def _least_cosine(embedded: Any, read: Callable[[str], np.ndarray]) -> float:
    """The least agreement of a stored vector with torch on the same pixels."""
    from inksift.curation.evidence.features import DEFAULT_EMBEDDER
    from inksift.curation.evidence.models.efficientnet import (
        VARIANTS,
        build_embedder,
        shrink_to_square,
    )
    from inksift.curation.evidence.models.inference import Eager
    from inksift.curation.evidence.models.weights import find_weights

    name = DEFAULT_EMBEDDER
    eager = Eager(build_embedder(name, find_weights(name)), "cpu")
    cosines = []
    for image_id, vector in zip(embedded["image_id"], embedded["vector"], strict=True):
        ours = vector.astype(np.float64)
        theirs = eager(shrink_to_square(read(image_id), VARIANTS[name].side_px))[: len(ours)]
        cosines.append(float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)))
    return min(cosines)


def _report(results: dict[str, dict[str, Any]]) -> None:
    notebook, ours = results["notebook"], results["inksift"]
    files = len(notebook["hash"])
    columns = "".join(
        f"{title:>9}" for title in ("images/s", "wall s", "CPU s", "setup s", "peak MB", "load")
    )
    print(f"\n{'':20}{columns}  stages: images/s (CPU per image)")
    for name, result in results.items():
        cpu = result["cpu"]
        stages = ", ".join(
            f"{stage} {files / seconds:.1f} ({cpu[stage] / files * 1000:.0f} ms)"
            for stage, seconds in _stages(result["wall"]).items()
        )
        print(
            f"{name:20}{files / _total(result['wall']):9.1f}"
            f"{_total(result['wall']):9.1f}{_total(result['cpu']):9.1f}"
            f"{result['wall']['setup']:9.1f}{result['peak_mb']:9.0f}{result['load_before']:9.1f}  "
            f"{stages}"
        )
    summary = _summary(results, files)
    print(
        f"\nthe same work: detector input {_share(notebook['inputs'], ours['inputs']):.1%} of "
        "shapes equal, "
        f"hashes {summary['hashes_close']:.1%} within {CLOSE_BITS} bits (ours of the thumbnail), "
        f"counts {summary['counts_equal']:.1%} equal, "
        f"least cosine to torch {summary['least_cosine']:.6f}"
    )
    print(
        f"faster by {summary['speedup']:.2f} (goal 3), than all cores by "
        f"{summary['speedup_all_cores']:.2f} (goal 2), "
        f"with {summary['cpu_share']:.2f} of the CPU seconds (goal 0.6)"
    )
    print(json.dumps(summary))


def _summary(results: dict[str, dict[str, Any]], files: int) -> dict[str, Any]:
    notebook, all_cores, ours = (results[name] for name in CONTENDERS)
    return {
        "benchmark": "throughput",
        "pictures": files,
        "cores": CORES,
        "images_per_s": round(files / _total(ours["wall"]), 2),
        "speedup": round(_total(notebook["wall"]) / _total(ours["wall"]), 2),
        "speedup_all_cores": round(_total(all_cores["wall"]) / _total(ours["wall"]), 2),
        "cpu_share": round(_total(ours["cpu"]) / _total(notebook["cpu"]), 3),
        "peak_mb": round(ours["peak_mb"]),
        "hashes_close": _close(notebook["hash"], ours["hash"]),
        "counts_equal": _share(notebook["objects"], ours["objects"]),
        "least_cosine": ours["cosine"],
    }


def _stages(seconds: dict[str, float]) -> dict[str, float]:
    return {stage: spent for stage, spent in seconds.items() if stage != "setup"}


def _total(seconds: dict[str, float]) -> float:
    return sum(_stages(seconds).values())


def _close(theirs: dict[str, int], ours: dict[str, int]) -> float:
    bits = [(ours[path] ^ value).bit_count() for path, value in theirs.items() if path in ours]
    return sum(far <= CLOSE_BITS for far in bits) / len(theirs)


def _share(theirs: dict[str, Any], ours: dict[str, Any]) -> float:
    return sum(ours.get(path) == value for path, value in theirs.items()) / len(theirs)


if __name__ == "__main__":
    main()
