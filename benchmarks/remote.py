"""A whole run from one bucket into another, killed twice and with faults, beside the same run from
a folder: decisions that must be equal, and bytes read of the source.

    python benchmarks/remote.py ../shared/data/crawl/images --pictures 80 --seed 1 [--untrained]

Faults: of every ten reads one is answered by 500, one breaks off in the middle, one is a second
late. Kills are SIGKILL of the whole process group at a random moment of the run. `--other-machine`
takes the copy of the workspace away after each kill, as if another machine went on; `--untrained`
ends with the decisions, as `inksift judge` does."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd
from object_server import Server

SOURCE, WORKSPACE = "crawl", "results"
KILLS = 2
FAULTS = ("error", "", "", "cut", "", "", "slow", "", "", "")
TRAINED = ("run", "--set", "classifier.max_epochs=2", "--set", "classifier.image_side_px=64")
UNTRAINED = ("judge",)

BEATS = """
import sys
from inksift.curation.base import beats
beats.BEAT_S = 2
from inksift.pipelines.cli import main
sys.exit(main())
"""
"""The command line, which shares what it measured every two seconds: a run of minutes would hardly
do so once."""


class Figures(NamedTuple):
    """What came of it: the exit codes of both runs that ended, whether they decided the same on so
    many files, and bytes read of the source for each byte that it has."""

    exits: tuple[int, int]
    equal: bool
    files: int
    read_share: float


def main() -> None:
    arguments = _arguments()
    figures = measure(
        arguments.pictures_in,
        arguments.pictures,
        seed=arguments.seed,
        other_machine=arguments.other_machine,
        command=UNTRAINED if arguments.untrained else TRAINED,
    )
    print(f"exit codes from a folder and, after {KILLS} kills, from a bucket: {figures.exits}")
    print(f"decisions equal: {figures.equal}, of {figures.files} files")
    print(f"bytes read / bytes of the source: {figures.read_share:.3f}")


def measure(
    pictures_in: Path,
    count: int,
    *,
    seed: int,
    other_machine: bool = False,
    command: Sequence[str] = UNTRAINED,
) -> Figures:
    """A run from a folder, and one from a bucket that is killed."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        crawl = _some_of(pictures_in, count, here / "crawl")
        size = sum(file.stat().st_size for file in crawl.rglob("*") if file.is_file())
        began = time.monotonic()
        run = Runs(command, here)
        local = run.started(str(crawl), str(here / "local")).wait()
        took = time.monotonic() - began
        server = Server()
        _fill(server, crawl)
        for _ in range(KILLS):
            _kill(run.remote(server), server, rng.uniform(0.1, 0.7) * took)
            if other_machine:
                shutil.rmtree(here / "cache")
        last = run.remote(server).wait()
        latest = server.client().get_object(Bucket=WORKSPACE, Key="ws/latest/decisions.csv")
        ours = pd.read_csv(latest["Body"])
        theirs = pd.read_csv(here / "local" / "decisions.csv")
        share = server.faulty.read[SOURCE] / size
        server.stop()
    return Figures((local, last), ours.equals(theirs), len(theirs), share)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures_in", type=Path, help="a folder of class_name/picture.jpg")
    parser.add_argument("--pictures", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--other-machine", action="store_true")
    parser.add_argument("--untrained", action="store_true")
    return parser.parse_args()


def _some_of(source: Path, count: int, target: Path) -> Path:
    """Every n-th picture, so that all classes are there."""
    files = sorted(file for file in source.rglob("*") if file.is_file())
    for file in files[:: max(1, len(files) // count)][:count]:
        place = target / file.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)
    return target


def _fill(server: Server, crawl: Path) -> None:
    client = server.client()
    for bucket in (SOURCE, WORKSPACE):
        client.create_bucket(Bucket=bucket)
    for file in crawl.rglob("*"):
        if file.is_file():
            key = f"all/{file.relative_to(crawl).as_posix()}"
            client.put_object(Bucket=SOURCE, Key=key, Body=file.read_bytes())
    server.forget()
    server.faulty.every = list(FAULTS) * 10_000


def _kill(run: subprocess.Popen[bytes], server: Server, after: float) -> None:
    try:
        run.wait(after)
        print(f"ended before it was killed, exit {run.returncode}")
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        print(f"killed after {after:.0f} s; read so far: {server.faulty.read[SOURCE]} bytes")


class Runs(NamedTuple):
    """Runs of one command, by one user with a cache of their own."""

    command: Sequence[str]
    folder: Path

    def remote(self, server: Server) -> subprocess.Popen[bytes]:
        """One from bucket to bucket."""
        return self.started(f"s3://{SOURCE}/all", f"s3://{WORKSPACE}/ws", server.environment)

    def started(
        self, source: str, workspace: str, environment: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.Popen[bytes]:
        """One that was just started, in a process group of its own."""
        out = ["--out", str(self.folder / "out.csv")] if self.command == UNTRAINED else []
        cache = {"XDG_CACHE_HOME": str(self.folder / "cache")}
        name, *options = self.command
        return subprocess.Popen(
            [sys.executable, "-c", BEATS, name, source, "--workspace", workspace, *options, *out],
            env={**os.environ, **cache, **environment},
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )


if __name__ == "__main__":
    main()
