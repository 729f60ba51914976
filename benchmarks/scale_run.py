"""One phase of `scale.py` on what `scale_planted.py` planted, with the code that PYTHONPATH names:
runs the job `curate`, and prints a line of JSON of what every step cost.

    PYTHONPATH=CHECKOUT python benchmarks/scale_run.py OUT NAME "first run"
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from process_cost import memory_mb

SECONDS_BETWEEN_LOOKS = 0.02
SETTINGS = ("object_counts.download=false", "verdicts.accept_removals=true")


class Look(NamedTuple):
    """This process at a moment."""

    time_s: float
    cpu_s: float
    memory_mb: float


class Watch(threading.Thread):
    """Looks at this process all the while."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.looks = [look()]

    def run(self) -> None:
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self.looks.append(look())

    def between(self, start_s: float, end_s: float) -> dict[str, float]:
        """What went on from one moment to another, in seconds since 1970."""
        looks = self.looks.copy()
        times = np.array([one.time_s for one in looks])
        cpu = np.interp([start_s, end_s], times, [one.cpu_s for one in looks])
        first, last = np.searchsorted(times, [start_s, end_s])
        seen = looks[max(first - 1, 0) : last + 1]
        return {
            "cpu_s": round(float(cpu[1] - cpu[0]), 2),
            "wall_s": round(end_s - start_s, 2),
            "peak_mb": round(max(one.memory_mb for one in seen)),
        }


def look() -> Look:
    spent = os.times()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Look(time.time(), sum(spent[:4]), memory)


def main() -> None:
    out, name, phase = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    place = out / name
    source, workspace = place / "images", place / "workspace"
    if phase == "100 alone":
        source, workspace = place / "new", _emptied(place / "alone", workspace)
    if phase == "100 new":
        shutil.copytree(place / "new", source, dirs_exist_ok=True)
    print(json.dumps(run(source, workspace)))


def _emptied(workspace: Path, other: Path) -> Path:
    """A new workspace that has the exported networks of another."""
    shutil.rmtree(workspace, ignore_errors=True)
    from inksift.curation.store.workspace import Workspace

    shutil.copytree(other / "models", Workspace(workspace).models)
    return workspace


def run(source: Path, workspace: Path) -> dict[str, Any]:
    """The job, and what it cost."""
    watch = Watch()
    watch.start()
    began = time.time()
    from inksift.pipelines.chain import run_given
    from inksift.pipelines.given import Given

    given = Given(workspace, source=source, assignments=SETTINGS)
    heard = run_given("curate", given, quiet=True)
    watch.looks.append(look())
    whole = watch.between(began, time.time()) | {"peak_mb": round(memory_mb("VmHWM"))}
    return {
        "all": whole,
        "steps": {step: watch.between(*times) for step, times in _steps(heard.project).items()},
        "digest": _decided(workspace),
    }


def _steps(project: Any) -> dict[str, tuple[float, float]]:
    """When every step of the last run began and ended, in order."""
    from inksift.pipelines.instance import instance_in_terminal

    with instance_in_terminal(project) as instance:
        run_id = instance.get_runs(limit=1)[0].run_id
        stats = instance.get_run_step_stats(run_id)
    done = [one for one in stats if one.end_time]
    in_order = sorted(done, key=lambda one: one.start_time)
    return {one.step_key: (one.start_time, one.end_time) for one in in_order}


def _decided(workspace: Path) -> str:
    """The digest of the decisions, equal where two checkouts decided the same."""
    from inksift.curation.store.files import file_digest

    return file_digest(workspace / "decisions.csv")[:16]


if __name__ == "__main__":
    main()
