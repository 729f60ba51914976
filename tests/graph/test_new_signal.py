"""The documented recipe for a new signal, followed to the letter on a finished run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from inksift.curation.gather.folder.known_files import KNOWN_FILES
from tests.graph.conftest import JUDGE

ROOT = Path(__file__).parents[2]
PACKAGES = ("inksift", "curation", "assets", "pipelines")


def _recipe() -> tuple[str, str]:
    """The file of the signal, and the lines for `signals/__init__.py`."""
    text = (ROOT / "docs/how-to/new-signal.md").read_text(encoding="utf-8")
    file, lines = re.findall(r"^```python\n(.*?)^```", text, re.S | re.M)
    return file, lines


def _follow(checkout: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, checkout / package, symlinks=True)
    file, lines = _recipe()
    place = re.match(r"# (\S+)\n", file)
    assert place
    (checkout / place[1]).write_text(file)
    init = checkout / "curation/gather/signals/__init__.py"
    imported, opened, entry = (line for line in lines.splitlines() if line)
    told = init.read_text()
    assert f"{opened}\n" in told
    told = told.replace(f"{opened}\n", f"{opened}\n{entry}\n")
    init.write_text(told.replace("\nSIGNALS", f"\n{imported}\n\nSIGNALS", 1))


def _parts(workspace: Path) -> dict[str, set[str]]:
    """The stored parts of every stage."""
    stages = (workspace / "measurements").iterdir()
    return {stage.name: {str(part) for part in stage.rglob("*.parquet")} for stage in stages}


def _run(checkout: Path, *arguments: Any) -> str:
    environment = {name: value for name, value in os.environ.items() if "INKSIFT" not in name}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "inksift", *map(str, arguments)],
        env=environment | {"PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_recipe_adds_a_column_and_measures_nothing_else(
    judged: Path, sample: Path, tmp_path: Path
) -> None:
    before = _parts(judged)
    _follow(tmp_path / "checkout")
    arguments = ("judge", sample / "images", "--workspace", judged, "--out", tmp_path / "out.csv")
    _run(tmp_path / "checkout", *arguments, *JUDGE)
    after = _parts(judged)
    assert {"pixels", "thumbnails", "embeddings", "pairs"} <= set(before)
    changed = {stage for stage in after if after[stage] != before.get(stage)}
    assert changed - {KNOWN_FILES.name} == {"signals"}  # files are known once they have settled
    (new,) = after["signals"] - before["signals"]
    measured = pd.read_parquet(new)
    signals = pd.read_parquet(judged / "tables/signals.parquet")
    votes = pd.read_parquet(judged / "tables/votes.parquet")
    assert list(measured.columns) == ["image_id", "warmth.1"]
    assert len(measured) == len(signals) > 20
    assert signals["warmth"].between(-1, 1).all()
    assert (votes["warmth"] == 0).all()
