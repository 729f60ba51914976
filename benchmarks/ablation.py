"""The ablation on a noisy folder with a clean test set held apart: what each step buys.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/ablation.py [--data ../shared/data/labelled]
    [--seed 0]
        [--seeds 3] [--out DIR] [--heads DIR] [--set classifier.image_side_px=64 ...]

Builds the folder (`noisy_labelled.py`), runs `inksift run` and `inksift ablation` on it as a user
would, and prints the ablation with the targets, what the verdict did to photographs and
drawings, and a line of JSON. The shipped head of the verdict was fitted on these very pictures, so
its part is better here than on pictures of strangers: `--heads DIR` takes one that never saw them
(`inksift head fit ../shared/data/labelled2 --out DIR`)."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from noisy_labelled import Noisy, build

CLI = [sys.executable, "-m", "inksift"]
TARGETS = {"macro_gain": 5.0, "rare_gain": 10.0}
"""Points of F1 by which the curated folder is to be ahead of the raw one."""


def main() -> None:
    options = _options()
    if not (options.data / "manifest.csv").is_file():
        sys.exit(f"no manifest.csv in {options.data}: name the folder of the labelled pictures")
    with tempfile.TemporaryDirectory() as temporary:
        out = options.out or Path(temporary)
        noisy = build(options.data, out / "noisy", options.seed)
        began = time.monotonic()
        _run(noisy, out / "workspace", options)
        ablation = json.loads(
            _cli(
                "ablation",
                "--workspace",
                out / "workspace",
                "--json",
                "--set",
                f"ablation.seeds={options.seeds}",
            )
        )
        found = _found(noisy.truth, pd.read_parquet(out / "workspace" / "decisions.parquet"))
    _print(ablation, found, time.monotonic() - began)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data/labelled"))
    parser.add_argument("--seed", type=int, default=0, help="draws another folder")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of every arm")
    parser.add_argument(
        "--out", type=Path, help="keep folder and workspace here, and go on with what is there"
    )
    parser.add_argument("--heads", type=Path, help="a folder with another head for the verdict")
    parser.add_argument("--set", action="append", default=[], help="a setting of the run")
    return parser.parse_args()


def _run(noisy: Noisy, workspace: Path, options: argparse.Namespace) -> None:
    heads = ["--weights-dir", options.heads] if options.heads else []
    settings = [part for setting in options.set for part in ("--set", setting)]
    _cli(
        "run",
        noisy.images,
        "--test",
        noisy.test,
        "--workspace",
        workspace,
        "--json",
        *heads,
        *settings,
    )


def _cli(*arguments: object) -> str:
    done = subprocess.run(
        [*CLI, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"inksift {arguments[0]} ended with {done.returncode}: {done.stdout[-2000:]}")
    return done.stdout


def _found(truth: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """How many files of each kind have which outcome, for which reason."""
    both = truth.merge(decisions[["path", "outcome", "reason"]], on="path")
    said = both["outcome"].where(both["reason"] == "", both["outcome"] + " as " + both["reason"])
    return pd.crosstab(both["kind"], said)


def _print(ablation: dict[str, Any], found: pd.DataFrame, seconds: float) -> None:
    print(found.to_string(), end="\n\n")
    print(
        f"{'arm':<24}{'macro F1':>10}{'sd':>8}{'rare third':>12}"
        f"{'accuracy':>10}{'rows':>7}{'training, s':>13}"
    )
    for row in ablation["arms"]:
        sd = row["macro_f1_deviation"]
        print(
            f"{row['arm']:<24}{row['macro_f1']:>10.3f}"
            f"{'' if sd is None else f'{sd:.3f}':>8}{row['rare_f1']:>12.3f}"
            f"{row['accuracy']:>10.3f}{row['training_rows']:>7.0f}{row['seconds']:>13.0f}"
        )
    print(
        f"\n{'all steps against':<24}{'all classes, points':>26}"
        f"{'rare third, points':>26}{'step, s':>9}"
    )
    for row in ablation["left_out"]:
        gains = "".join(f"{_gain(row, name):>26}" for name in ("macro", "rare"))
        print(f"{row['left_out']:<24}{gains}{row['step_seconds']:>9.0f}")
    raw = next(row for row in ablation["left_out"] if row["left_out"] == "no step")
    for name, target in TARGETS.items():
        verdict = "met" if 100 * raw[name] >= target else "missed"
        print(f"{name}: {100 * raw[name]:.1f} points, target {target:.0f}: {verdict}")
    print(f"{seconds:.0f} s in all")
    print(
        json.dumps(
            {
                "benchmark": "ablation",
                "left_out": ablation["left_out"],
                "arms": ablation["arms"],
                "rare": ablation["rare_classes"],
            }
        )
    )


def _gain(row: dict[str, Any], name: str) -> str:
    gain, low, high = (100 * row[f"{name}_{part}"] for part in ("gain", "low", "high"))
    return f"{gain:+.1f} [{low:+.1f}, {high:+.1f}]"


if __name__ == "__main__":
    main()
