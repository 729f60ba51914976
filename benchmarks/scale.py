"""What a run costs as the folder grows: CPU seconds, wall seconds and peak memory of every step, of
a first run, of one with nothing new, and of one with 100 new pictures, by this checkout and by an
old one.

    python benchmarks/scale.py [3000 12000 ...] [--old CHECKOUT] [--out DIR]
    python benchmarks/scale.py 200000 --phases "first run" "nothing new"

What is planted: the files are PNG files of a hundred bytes, all different, which no run decodes, as
a workspace is laid beside them in which everything is measured already: pixels, thumbnails,
signals, embeddings, glances and what pairs turned out to be, of some hundred drawn pictures with
each number shaken, under the versions that the checkout itself gives them. Of 20 pictures two are a
copy or a variant of the one before; object counts are left out. So a first run here is all but
decoding and networks, and the nearest embeddings are searched for. The 100 new ones are drawn, and
nothing of them is measured: "100 alone" is what they cost by themselves. The job is `curate`, which
trains nothing.

Every phase runs in a process of its own, the checkouts one after the other. CPU seconds are those
of the process and of its children, memory is its resident size. Exponents are of CPU seconds
between two sizes, of steps that take a second. Prints tables and a line of JSON. Needs Linux."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
PHASES = ("first run", "nothing new", "100 new", "100 alone")
AFTER_A_RUN = {"nothing new", "100 new"}
"""Phases that are none where no run was before."""
DECIDED = "decisions.csv"
WORTH_AN_EXPONENT_S = 1.0

Figures = dict[tuple[str, int, str], dict[str, Any]]
"""What a phase cost, by checkout, pictures and phase."""


def main() -> None:
    options = _options()
    checkouts = _checkouts(options)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(options.sizes, checkouts, options.phases, options.out or Path(folder))
    for phase in options.phases:
        _show(figures, phase, options.sizes)
    told = [{"checkout": key[0], "pictures": key[1], "phase": key[2]} for key in figures]
    rows = [key | row for key, row in zip(told, figures.values(), strict=True)]
    print(json.dumps({"benchmark": "scale", "load": os.getloadavg()[0], "runs": rows}))


def measure(sizes: list[int], checkouts: dict[str, Path], phases: list[str], out: Path) -> Figures:
    """Every phase of every size by every checkout, which take turns."""
    figures: Figures = {}
    for size in sizes:
        for name, checkout in checkouts.items():
            _script(checkout, "scale_planted.py", out, f"{name}-{size}", str(size))
        for phase in phases:
            for name, checkout in checkouts.items():
                last = _script(checkout, "scale_run.py", out, f"{name}-{size}", phase)
                figures[name, size, phase] = json.loads(last)
    return figures


def _script(checkout: Path, script: str, out: Path, *arguments: str) -> str:
    """The last line that a script of ours prints with the code of a checkout."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "INKSIFT_WEIGHTS": ""}
    place = Path(__file__).with_name(script)
    command = [sys.executable, str(place), str(out), *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def _show(figures: Figures, phase: str, sizes: list[int]) -> None:
    names = list(dict.fromkeys(name for name, _, _ in figures))
    for name in names:
        runs = {size: figures[name, size, phase] for size in sizes}
        print(f"\n{phase}, {name} checkout: CPU s / wall s / peak MB")
        steps = dict.fromkeys(step for run in runs.values() for step in run["steps"])
        for step in ("all", *steps):
            rows = {size: run["steps"].get(step, {}) for size, run in runs.items()}
            rows = {size: run["all"] for size, run in runs.items()} if step == "all" else rows
            cells = "".join(f"{_cell(row):>24}" for row in rows.values())
            print(f"{step:18}{cells}   {_exponents(rows)}")


def _cell(row: dict[str, float]) -> str:
    return f"{row['cpu_s']:.1f} / {row['wall_s']:.1f} / {row['peak_mb']:.0f}" if row else ""


def _exponents(rows: dict[int, dict[str, float]]) -> str:
    """The growth of CPU seconds between every two sizes."""
    told = []
    for (size, row), (larger, more) in pairwise(rows.items()):
        if row and more and more["cpu_s"] > WORTH_AN_EXPONENT_S:
            growth = math.log(more["cpu_s"] / max(row["cpu_s"], 0.05)) / math.log(larger / size)
            told.append(f"{growth:.2f}")
    return " ".join(told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[3000, 12_000], help="pictures")
    parser.add_argument("--old", type=Path, help="compare with this checkout")
    parser.add_argument("--phases", nargs="+", default=list(PHASES), choices=PHASES)
    parser.add_argument("--out", type=Path, help="keep what is planted here, and use it again")
    options = parser.parse_args()
    options.phases = [phase for phase in PHASES if phase in options.phases]
    lacking = AFTER_A_RUN.intersection(options.phases) and _not_run(options)
    if lacking and "first run" not in options.phases:
        parser.error(f'add "first run" to --phases: there was none of {", ".join(lacking)}')
    return options


def _checkouts(options: argparse.Namespace) -> dict[str, Path]:
    return {"new": HERE} | ({"old": options.old.absolute()} if options.old else {})


def _not_run(options: argparse.Namespace) -> list[str]:
    """The planted folders that no run has judged yet."""
    names = [f"{name}-{size}" for size in options.sizes for name in _checkouts(options)]
    if options.out is None:
        return names
    return [name for name in names if not (options.out / name / "workspace" / DECIDED).exists()]


if __name__ == "__main__":
    main()
