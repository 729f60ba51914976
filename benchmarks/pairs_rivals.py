"""The pairs stage of an old checkout beside this one, on the same pictures, each run in a process
of its own: from nothing, again, with 100 pictures added, and those 100 alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from pairs_folder import prepare

ADDED = 100
HERE = Path(__file__).parents[1]
RUNS = {
    "first run": ["--without", str(ADDED)],
    "second run": ["--without", str(ADDED)],
    "100 added": [],
    "100 alone": ["--only", str(ADDED)],
}
MEASURES = ("seconds", "cpu_seconds", "extra_mb")


def pairs_stage(data: Path, out: Path | None, old: Path, pictures: int) -> dict[str, Any]:
    """Prepare the pictures, run both checkouts run by run, and print a table. What is prepared
    stays in `out`, if that is given."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = out or Path(folder)
        prepare(data, prepared, pictures)
        rows = [_run(name, prepared, old, Path(folder)) for name in RUNS]
        lost = _lost(Path(folder))
    print(f"pairs of the old one that the new one lacks or calls otherwise: {lost or 'none'}")
    return {"runs": rows, "changed": lost}


def _run(name: str, prepared: Path, old: Path, folder: Path) -> dict[str, Any]:
    figures = {}
    for contender, checkout in (("old", old), ("new", HERE)):
        # Those alone know nothing of the others.
        workspace = folder / (f"{contender}-alone" if "alone" in name else contender)
        script = Path(__file__).with_name("pairs_stage.py")
        command = [sys.executable, script, prepared, workspace, *RUNS[name]]
        environment = os.environ | {"PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        figures[contender] = json.loads(done.stdout.splitlines()[-1])
    ratios = {measure: _ratio(figures, measure) for measure in MEASURES}
    for contender, row in figures.items():
        print(f"{name:12}{contender:5}" + ", ".join(f"{key} {value}" for key, value in row.items()))
    print(f"{name:12}old / new: " + ", ".join(f"{key} {value}" for key, value in ratios.items()))
    return {"run": name, **figures, "ratios": ratios}


def _ratio(figures: dict[str, Any], measure: str) -> float:
    old, new = (figures[contender][measure] for contender in ("old", "new"))
    return round(old / max(new, 0.1), 1)


def _lost(folder: Path) -> dict[str, int]:
    """Related pairs of the old checkout that are another relation now, by both."""
    old, new = (
        pd.read_csv(folder / contender / "pairs.csv").set_index(["first", "second"])["relation"]
        for contender in ("old", "new")
    )
    now = new.reindex(old.index).fillna("different")
    changes = (old + " -> " + now)[old != now].value_counts()
    return {str(change): int(count) for change, count in changes.items()}
