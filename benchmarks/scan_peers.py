"""Hash-and-quality scan of a folder: inksift's `gather` beside imagededup, cleanvision and fastdup,
each in a fresh process, one after the other.

    python -m venv PEER && PEER/bin/pip install imagededup cleanvision
    python -m venv FAST && FAST/bin/pip install fastdup
    python benchmarks/scan_peers.py --peer-python PEER/bin/python --peer-python FAST/bin/python
    [--pictures N] [SOURCE ...]

imagededup hashes (PHash), cleanvision looks for all its issues, fastdup computes its features and
statistics. inksift does on an empty workspace what every run does first: digests of files and
pixels, decoding in sandboxed workers, eight hashes, six signals, a thumbnail, all stored. Loading
is outside the clock; CPU seconds include children. Wall times of a busy machine are noise: compare
CPU seconds there, and run it again on a quiet one. A peer that none of the interpreters can import
is left out; they need versions of libraries that exclude each other."""

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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "shared" / "data"
SOURCES = (DATA / "crawl" / "images", DATA / "labelled")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
GOALS = {"imagededup": 1.0, "cleanvision": 3.0, "fastdup": 2.0}

Scan = Callable[[Path, Path], int]


def main() -> None:
    """Run the contenders and print the table and one line of JSON."""
    options = _options()
    if options.contender:
        return _contend(options.contender, Path(options.sources[0]), Path(options.out))
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        count = _copy([Path(source) for source in options.sources], pictures, options.pictures)
        results = {"inksift": _measured("inksift", [sys.executable], pictures)}
        for name in GOALS:
            results[name] = _measured(name, options.peer_python, pictures)
    _report(results, count)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", default=list(map(str, SOURCES)))
    parser.add_argument("--pictures", type=int, default=10**9, help="at most so many, drawn")
    parser.add_argument("--peer-python", action="append", default=[])
    parser.add_argument("--contender", choices=["inksift", *GOALS], help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    return parser.parse_args()


def _copy(sources: Sequence[Path], target: Path, most: int) -> int:
    """Copies of the pictures below the sources, so that all read from the same warm cache."""
    found = [(source, file) for source in sources for file in sorted(source.rglob("*"))]
    pictures = [(source, file) for source, file in found if file.suffix.lower() in SUFFIXES]
    chosen = random.Random(0).sample(pictures, min(most, len(pictures)))
    for source, file in chosen:
        copy = target / source.name / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
    return len(chosen)


def _measured(name: str, interpreters: Sequence[str], pictures: Path) -> dict[str, Any]:
    """What a contender took under the first interpreter that can run it, or why none can."""
    errors = ["no --peer-python given"]
    for python in interpreters:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "result.json"
            command = [python, __file__, "--contender", name, "--out", str(out), str(pictures)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if out.exists():
                return dict(json.loads(out.read_text()))
            errors.append(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "failed")
    return {"error": errors[-1]}


def _contend(name: str, pictures: Path, out: Path) -> None:
    scan = {
        "inksift": _inksift,
        "imagededup": _imagededup,
        "cleanvision": _cleanvision,
        "fastdup": _fastdup,
    }[name]()
    began, used = time.perf_counter(), sum(os.times()[:4])
    done = scan(pictures, out.parent)
    told = {"wall": time.perf_counter() - began, "cpu": sum(os.times()[:4]) - used, "done": done}
    out.write_text(json.dumps(told))


def _inksift() -> Scan:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from inksift.curation.gather.images import ImageParams, find_images
    from inksift.curation.store.workspace import Workspace

    def scan(pictures: Path, work: Path) -> int:
        return len(find_images(pictures, Workspace(work / "workspace"), ImageParams()).images)

    return scan


def _imagededup() -> Scan:
    from dedup_peers import declare_operators

    declare_operators()
    from imagededup.methods import PHash

    hasher = PHash(verbose=False)
    return lambda pictures, _: len(hasher.encode_images(image_dir=pictures, recursive=True))


def _cleanvision() -> Scan:
    from cleanvision import Imagelab

    def scan(pictures: Path, _: Path) -> int:
        lab = Imagelab(data_path=str(pictures))
        lab.find_issues(verbose=False)
        return len(lab.issues)

    return scan


def _fastdup() -> Scan:
    import fastdup

    def scan(pictures: Path, work: Path) -> int:
        search = fastdup.create(work_dir=str(work / "fastdup"), input_dir=str(pictures))
        search.run(verbose=False, print_summary=False)
        return len(search.annotations())

    return scan


def _report(results: dict[str, dict[str, Any]], count: int) -> None:
    print(f"{count} files, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':12}{'wall s':>9}{'CPU s':>9}{'files/s':>9}  inksift is faster by (wall; CPU)")
    ours = results["inksift"]
    for name, result in results.items():
        if "error" in result:
            print(f"{name:12} cannot run: {result['error']}")
            continue
        goal = f"goal {GOALS[name]}" if name in GOALS else ""
        print(
            f"{name:12}{result['wall']:9.1f}{result['cpu']:9.1f}{count / result['wall']:9.1f}  "
            f"{result['wall'] / ours['wall']:.2f}; {result['cpu'] / ours['cpu']:.2f}  {goal} "
            f"({result['done']} done)"
        )
    print(json.dumps({"benchmark": "scan_peers", "files": count, "results": results}))


if __name__ == "__main__":
    main()
