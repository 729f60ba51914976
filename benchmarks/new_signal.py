"""What a new signal costs on a finished run, beside measuring everything again.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/new_signal.py [--pictures 1000]
    [--old OLD/.venv/bin/python] [SOURCE ...]

Copies the code, judges the pictures on an empty workspace, adds `warmth`, the example of the
documentation, to the copy and judges again. Counted are the rows that the second command stored:
files decoded, pictures embedded, pairs compared, pictures counted, signals measured. Seconds are of
the whole command; those of the first are what a full re-measure takes. With --old an old checkout,
which measures everything again, goes through the same. The last line is JSON."""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

CHECKOUT = Path(__file__).parents[1]
SHARED = CHECKOUT.parent / "shared"
SOURCES = (SHARED / "data" / "crawl" / "images", SHARED / "data" / "labelled")
PACKAGES = ("inksift", "curation", "assets", "pipelines")
STAGES = {
    "pixels": "decoded",
    "embeddings": "embedded",
    "pairs": "compared",
    "object_counts": "counted",
    "signals": "measured",
}


def main() -> None:
    """Run the builds and print the table and one line of JSON."""
    options = _options()
    builds = {"new": (Path(sys.executable), CHECKOUT)}
    if options.old:
        old = Path(options.old).absolute()
        builds["old"] = (old, old.parents[2])
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        _copy([Path(source) for source in options.sources], pictures, options.pictures)
        results = {
            name: _measured(python, checkout, pictures, Path(folder) / name)
            for name, (python, checkout) in builds.items()
        }
    _report(results, options.pictures)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="*", default=list(map(str, SOURCES)))
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--old", help="the interpreter of an old checkout's virtual environment")
    return parser.parse_args()


def _copy(sources: Sequence[Path], target: Path, number: int) -> None:
    """Pictures of the sources, each with its own bytes, in two classes."""
    suffixes = (".jpg", ".png")
    files = {
        file.read_bytes(): file
        for source in sources
        for file in sorted(source.rglob("*"))
        if file.suffix in suffixes
    }
    if len(files) < number:
        sys.exit(f"the sources hold {len(files)} different pictures, expected {number}")
    for index, file in enumerate(random.Random(0).sample(list(files.values()), number)):
        copy = target / f"class{index % 2}" / f"{index}{file.suffix}"
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def _measured(python: Path, checkout: Path, pictures: Path, work: Path) -> dict[str, Any]:
    """Seconds of the first run and of the one with a new signal, and the rows stored by each."""
    code, workspace = work / "code", work / "workspace"
    for package in filter(lambda name: (checkout / name).is_dir(), PACKAGES):
        shutil.copytree(checkout / package, code / package, symlinks=True)
    first = _judge(python, code, pictures, workspace)
    before = _rows(workspace)
    _add_warmth(code)
    second = _judge(python, code, pictures, workspace)
    after = _rows(workspace)
    return {
        "first_s": first,
        "first": before,
        "again_s": second,
        "again": {told: after[told] - before[told] for told in after},
    }


def _judge(python: Path, code: Path, pictures: Path, workspace: Path) -> float:
    weights = {"INKSIFT_WEIGHTS": str(SHARED / "weights")} | dict(os.environ)
    out = workspace.with_suffix(".csv")
    program = "inksift" if (code / "inksift").is_dir() else "pipelines.cli"  # of an older build
    command = [python, "-P", "-m", program, "judge", pictures, "--out", out]
    began = time.perf_counter()
    done = subprocess.run(
        [*map(str, command), "--workspace", str(workspace)],
        cwd=code,
        env=weights | {"PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{python} failed:\n{done.stderr[-3000:]}")
    return time.perf_counter() - began


def _rows(workspace: Path) -> dict[str, int]:
    """The rows that each stage has stored, of all versions."""
    return {
        told: sum(
            pq.read_metadata(part).num_rows
            for part in (workspace / "measurements" / stage).rglob("*.parquet")
        )
        for stage, told in STAGES.items()
    }


def _add_warmth(code: Path) -> None:
    """Follow the guide: a file, an import, and a place in the tuple."""
    guide = (CHECKOUT / "docs/how-to/new-signal.md").read_text(encoding="utf-8")
    signal, lines = re.findall(r"^```python\n(.*?)^```", guide, re.S | re.M)
    imported, opened, entry = (line for line in lines.splitlines() if line)
    (init,) = (code / "curation").rglob("signals/__init__.py")
    prefix = "inksift." if (code / "inksift").is_dir() else ""  # not in an older build
    module = prefix + ".".join(init.parent.relative_to(code).parts)
    signal, imported = (
        text.replace("inksift.curation.gather.signals", module) for text in (signal, imported)
    )
    (init.parent / "warmth.py").write_text(signal)
    told = init.read_text().replace(f"{opened}\n", f"{opened}\n{entry}\n")
    init.write_text(told.replace("\nSIGNALS", f"\n{imported}\n\nSIGNALS", 1))


def _report(results: dict[str, dict[str, Any]], pictures: int) -> None:
    print(f"{pictures} pictures, load {os.getloadavg()[0]:.1f}")
    print(f"{'':22}{'seconds':>9}" + "".join(f"{told:>10}" for told in STAGES.values()))
    for name, result in results.items():
        for run, words in (("first", "everything"), ("again", "with warmth added")):
            cells = "".join(f"{result[run][told]:10}" for told in STAGES.values())
            print(f"{name + ': ' + words:22}{result[run + '_s']:9.1f}{cells}")
    print(json.dumps({"benchmark": "new_signal", "pictures": pictures, "results": results}))


if __name__ == "__main__":
    main()
