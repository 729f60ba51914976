"""What the sandbox costs: CPU time of a decode worker, beside an old checkout of inksift.

    python benchmarks/sandbox.py OLD [SOURCE] [--pictures 150] [--rounds 3]

OLD is a checkout, whose code runs with the packages of this interpreter. One worker of each build
gets the same pictures in turn, so that other work on the machine disturbs both alike, and the least
of the rounds counts. `start` is what a worker costs before its first picture: once for a run. The
layers that are in force here are printed too, and the last line is JSON. It takes a minute."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil

CHECKOUT = Path(__file__).resolve().parents[1]
SOURCE = CHECKOUT.parent / "shared" / "data" / "crawl" / "images"
SETTINGS = (10**9, 10**9, 640, 60, 2**31)
GOAL = 1.05
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def main() -> None:
    """Run both builds and print what they cost."""
    options = _options()
    if options.serve:
        _serve()
        return
    pictures = _chosen(Path(options.source), options.pictures)
    builds = {"old": Path(options.old).resolve(), "new": CHECKOUT}
    rounds = [_round(builds, pictures) for _ in range(options.rounds)]
    least = {
        name: {part: min(one[name][part] for one in rounds) for part in ("start", "each")}
        for name in builds
    }
    _report(least, len(pictures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", nargs="?", help="an old checkout")
    parser.add_argument("source", nargs="?", default=str(SOURCE))
    parser.add_argument("--pictures", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not (options.old or options.serve):
        parser.error("OLD is needed")
    return options


def _chosen(source: Path, number: int) -> list[Path]:
    files = sorted(file for file in source.rglob("*") if file.suffix.lower() in SUFFIXES)
    return files[:: max(1, len(files) // number)][:number]


def _round(builds: dict[str, Path], pictures: Sequence[Path]) -> dict[str, dict[str, float]]:
    """CPU milliseconds of a fresh worker of each build, to start and a picture."""
    with ExitStack() as stack:
        asked = {name: stack.enter_context(_started(path)) for name, path in builds.items()}
        start = {name: _told(process, "") for name, process in asked.items()}
        for index, picture in enumerate(pictures):
            for name in sorted(asked, reverse=bool(index % 2)):
                _told(asked[name], str(picture))
        end = {name: _told(process, "") for name, process in asked.items()}
    return {
        name: {"start": start[name], "each": (end[name] - start[name]) / len(pictures)}
        for name in builds
    }


@contextmanager
def _started(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve"],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process


def _told(process: subprocess.Popen[str], picture: str) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    print(picture, file=process.stdin, flush=True)
    return float(process.stdout.readline())


def _serve() -> None:
    """Decode the pictures that are named on standard input, and answer each line with the CPU
    milliseconds of the worker so far."""
    from inksift.curation.gather.gate.pool import Gate
    from inksift.curation.gather.gate.worker import Settings

    with Gate(Settings(*SETTINGS), workers=1) as gate:
        _decode(gate, Path(__file__))  # which is no picture, and starts the worker
        (worker,) = psutil.Process().children()
        for line in sys.stdin:
            if line.strip():
                _decode(gate, Path(line.rstrip("\n")))
            spent = worker.cpu_times()
            print(1000 * (spent.user + spent.system), flush=True)


def _decode(gate: Any, picture: Path) -> None:
    with picture.open("rb") as file:
        gate.decode(file.fileno(), sha256(picture.read_bytes()).hexdigest())


def _report(least: dict[str, dict[str, float]], pictures: int) -> None:
    from inksift.curation.gather.gate.pool import layers_in_force
    from inksift.curation.gather.gate.worker import Settings

    for layer in layers_in_force(Settings(*SETTINGS)):
        print(f"{layer.name:<20}{'in force' if layer.in_force else layer.why_not}")
    print(f"CPU ms of a worker, {pictures} pictures, load {os.getloadavg()[0]:.1f}")
    for part in ("start", "each"):
        old, new = (least[name][part] for name in ("old", "new"))
        print(f"{part:<8}{old:9.1f}{new:9.1f}{new / old:8.3f}")
    times = least["new"]["each"] / least["old"]["each"]
    print(f"{times:.3f} times the cost of a picture (goal: at most {GOAL})")
    print(json.dumps({"benchmark": "sandbox", "ms": least, "times": times}))


if __name__ == "__main__":
    main()
