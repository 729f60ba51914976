"""The README's recipe for a new signal, followed to the letter on a finished run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from click.testing import Result

from tests.graph.conftest import QUICK, settings

ROOT = Path(__file__).parents[2]
PACKAGES = ("curation", "assets", "pipelines")


def _recipe() -> tuple[str, str]:
    """The file of the signal, and the lines for `signals/__init__.py`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## A new signal\n", 1)[1].split("\n## ", 1)[0]
    file, lines = re.findall(r"^```python\n(.*?)^```", section, re.S | re.M)
    return file, lines


def _follow(checkout: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, checkout / package)
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
        [sys.executable, "-P", "-m", "pipelines.cli", *map(str, arguments)],
        env=environment | {"PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_recipe_adds_a_column_and_measures_nothing_else(
    finished: tuple[Path, Result], sample: Path, tmp_path: Path
) -> None:
    workspace = Path(shutil.copytree(finished[0], tmp_path / "workspace"))
    before = _parts(workspace)
    _follow(tmp_path / "checkout")
    arguments = ("run", sample / "images", "--workspace", workspace, "--test", sample / "test")
    _run(tmp_path / "checkout", *arguments, "--json", *settings(*QUICK))
    after = _parts(workspace)
    grown = {stage for stage in after if after[stage] != before.get(stage)}
    assert grown == {"signals"}
    new = [pd.read_parquet(part) for part in after["signals"] - before["signals"]]
    assert {tuple(rows.columns) for rows in new} == {("image_id", "warmth.1")}
    signals = pd.read_parquet(workspace / "tables/signals.parquet")
    assert set(signals["image_id"]) <= set(pd.concat(new)["image_id"])
    assert len(signals) > 20
    assert signals["warmth"].between(-1, 1).all()
    votes = pd.read_parquet(workspace / "tables/votes.parquet")
    assert (votes["warmth"] == 0).all()
