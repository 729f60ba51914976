"""The whole of inksift on a real crawl: what it finds, what it costs, and what a second run, new
files and a kill cost.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/crawl.py [--crawl ../shared/data/crawl]

The crawl is a folder with `images/` and a `truth.csv` (path, kind, sha256). Everything runs in
fresh processes on a fresh workspace. Prints a table and a JSON line. Takes about five minutes on
two cores."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil
from PIL import Image

CLI = [sys.executable, "-m", "inksift"]
NEW_FILES = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--crawl", type=Path, default=Path("../shared/data/crawl"))
    crawl = parser.parse_args().crawl
    if not (crawl / "truth.csv").is_file():
        sys.exit(f"no truth.csv in {crawl}: name a folder with images/ and truth.csv")
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(crawl, Path(folder))
    for name, value in figures.items():
        print(f"{name:<46}{value}")
    print(json.dumps({"benchmark": "crawl", **figures}))


def measure(crawl: Path, folder: Path) -> dict[str, Any]:
    """All figures, by name."""
    source = Path(shutil.copytree(crawl / "images", folder / "images"))
    workspace = folder / "workspace"
    first, wall, peak = watched("run", source, workspace)
    decisions = pd.read_parquet(workspace / "decisions.parquet")
    figures = found(crawl / "truth.csv", decisions) | {
        "first run, s": wall,
        "peak memory of all processes, MB": peak,
        "macro F1 (held out)": round(first["f1"]["macro_f1"], 3),
        "accuracy (held out)": round(first["f1"]["accuracy"], 3),
    }
    again, wall, _ = watched("run", source, workspace)
    figures |= {"second run, s": wall, "second run, measured": sum(again["measured"].values())}
    add_files(source)
    more, _, _ = watched("judge", source, workspace)
    figures[f"after {NEW_FILES} new files, decoded"] = more["measured"]["images"]
    return figures | killed(source, folder / "killed", workspace)


def found(truth_file: Path, decisions: pd.DataFrame) -> dict[str, Any]:
    """What was found against the truth."""
    truth = pd.read_csv(truth_file)
    truth["path"] = truth["path"].str.removeprefix("images/")
    both = truth.merge(decisions, on="path", how="outer", indicator=True)
    surplus = len(truth) - truth["sha256"].nunique()
    copies = both.groupby("sha256")["outcome"].agg(lambda outcomes: (outcomes != "rejected").sum())
    survivors = both[both["reason"] != "duplicate"].groupby("sha256").size()
    photo = (both["kind"] == "photo") & (both["reason"] != "duplicate")
    drawing = (both["kind"] == "illustration") & (both["reason"] != "duplicate")
    rejected, review = both["reason"] == "photo", both["outcome"] == "review"
    return {
        "files": len(truth),
        "files without exactly one outcome": int(
            (both["_merge"] != "both").sum() + both["path"].duplicated().sum()
        ),
        "exact copies found": f"{surplus - int((survivors - 1).clip(lower=0).sum())} of {surplus}",
        "pictures kept twice": int((copies > 1).sum()),
        "near copies dropped": int((both["reason"] == "duplicate").sum()) - surplus,
        "photographs rejected": f"{int((photo & rejected).sum())} of {int(photo.sum())}",
        "photographs for review": int((photo & review).sum()),
        "illustrations rejected as photographs": f"{int((drawing & rejected).sum())} of "
        f"{int(drawing.sum())}",
        "illustrations for review": int((drawing & review).sum()),
    }


def killed(source: Path, workspace: Path, calm: Path) -> dict[str, Any]:
    """Kill -9 while objects are counted, run again, compare with the undisturbed decisions."""
    process = subprocess.Popen(
        command("judge", source, workspace), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(workspace, "measurements/object_counts/*/*.parquet", 3, process)
    process.kill()
    process.wait()
    parts = list(workspace.glob("measurements/object_counts/*/*.parquet"))
    stored = sum(len(pd.read_parquet(part, columns=["image_id"])) for part in parts)
    resumed, _, _ = watched("judge", source, workspace)
    same = (workspace / "decisions.csv").read_bytes() == (calm / "decisions.csv").read_bytes()
    total = len(
        pd.read_parquet(workspace / "tables" / "object_counts.parquet", columns=["image_id"])
    )
    return {
        "killed while counting objects, stored": stored,
        "then measured": resumed["measured"]["object_counts"],
        "of": total,
        "same decisions as an undisturbed run": same,
    }


def command(name: str, source: Path, workspace: Path) -> list[str]:
    """The command line of one run."""
    out = ["--out", f"{workspace}.csv"] if name == "judge" else []
    return [*CLI, name, str(source), "--workspace", str(workspace), "--json", *out]


def watched(name: str, source: Path, workspace: Path) -> tuple[dict[str, Any], float, int]:
    """The JSON that a run prints, its wall seconds, and the peak memory (PSS) of its process tree
    in MB."""
    began, peak = time.monotonic(), 0
    with tempfile.TemporaryFile("w+") as output:
        process = psutil.Popen(
            command(name, source, workspace), stdout=output, stderr=subprocess.DEVNULL
        )
        while process.poll() is None:
            peak = max(peak, memory(process))
            time.sleep(0.25)
        if process.returncode:
            sys.exit(f"inksift {name} ended with exit code {process.returncode}")
        wall = time.monotonic() - began
        output.seek(0)
        return json.load(output), round(wall, 1), peak // 10**6


def memory(process: psutil.Popen) -> int:
    """Bytes that a process and its children hold, shared pages counted once."""
    total = 0
    for one in [process, *children(process)]:
        try:
            total += one.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def children(process: psutil.Popen) -> list[psutil.Process]:
    """The living descendants of a process."""
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def add_files(source: Path) -> None:
    """Put new pictures into the first class."""
    rng = np.random.default_rng(0)
    target = sorted(path for path in source.iterdir() if path.is_dir())[0]
    for number in range(NEW_FILES):
        Image.fromarray(rng.integers(0, 256, (90, 90, 3), dtype=np.uint8)).save(
            target / f"new{number}.png"
        )


def wait_for(folder: Path, pattern: str, count: int, process: subprocess.Popen[bytes]) -> None:
    """Until that many files match, or the process has ended; at most five minutes."""
    for _ in range(6000):
        if len(list(folder.glob(pattern))) >= count or process.poll() is not None:
            return
        time.sleep(0.05)


if __name__ == "__main__":
    main()
