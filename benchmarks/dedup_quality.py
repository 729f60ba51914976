"""How well copies of drawings are found: recall per transform, precision per style, small changes
wrongly merged per family, beside imagededup, cleanvision and fastdup.

    INKSIFT_WEIGHTS=../shared/weights python benchmarks/dedup_quality.py [--quick] [--peer-python
    PEER/bin/python --peer-python FAST/bin/python]

All distinct illustrations of the data and drawn sketches lie in one folder; beside them lie planted
copies and variants of some of each style, and pairs of drawings that differ in something small
(`small_change_families.py`). A copy is found when it is in one group with its original. Precision
is the share of the pairs called duplicates that show one picture: of all pairs, and of pairs of a
copy and the file that stays; pairs with a small change count in their own table alone. Last come
the pairs of `crawl/near_pairs.csv`, judged by eye. A peer's pairs count as it reports them, and
what stays is chosen in imagededup's way, by the order of the paths. `dedup_peers.py` says how to
make the interpreters of the peers.

With --out DIR the pictures, the workspace and a list of all our mistakes stay there; a second run
measures only what is new, so that our seconds then say nothing. Takes about an hour on two cores, a
few minutes with --quick. Seeds from 100 on are for the last measurement."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from changed_folder import add_changes, is_change
from dedup_contenders import PEERS, Found, ours, peers
from dedup_measures import (
    agrees,
    by_eye,
    mistakes,
    precision,
    recall,
    small_change_counts,
    small_changes_merged,
)
from planted_copies import VARIANTS
from planted_folder import COPIES, Scale, lay_out, near_pairs

TARGETS = {
    "recall": dict.fromkeys(COPIES, 0.99) | {"crop 10 %": 0.98, "crop 10 % uneven": np.nan},
    "variants kept apart": dict.fromkeys(VARIANTS, 0.9),
    "wrongly merged, small changes": {"": 0.01},
    "precision, all pairs": {"": 0.998, "all": 0.9995},
    "precision, copy and what stays": {"": 0.998, "all": 0.9995},
    "judged by eye, decided alike": {"variant": 0.9},
}
"""What ours is to reach, by table and row; "" stands for every row."""

FULL, QUICK = Scale(10**6, 40), Scale(100, 6)
CHANGES, QUICK_CHANGES = 25, 4
"""Pairs of each family of small changes."""


def main() -> None:
    """Plant, run every contender, print the tables and a line of JSON."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder)
        files = lay_out(options.data, out, QUICK if options.quick else FULL, options.seed)
        each = QUICK_CHANGES if options.quick else CHANGES
        files = add_changes(files, options.data, out, each, options.seed)
        found = {"inksift": ours(out, files)} | peers(options.peer_python, out, files)
        report(files, near_pairs(options.data, files), found)
        if options.out:
            mistakes(files, found["inksift"]).to_csv(out / "mistakes.csv", index=False)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--peer-python",
        type=Path,
        action="append",
        default=[],
        help="an interpreter that has some of the peers",
    )
    parser.add_argument("--out", type=Path, help="keep pictures, workspace and mistakes.csv here")
    parser.add_argument(
        "--quick", action="store_true", help="100 originals of each style, copies of 6 of them"
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def report(files: pd.DataFrame, near: pd.DataFrame, found: dict[str, Found]) -> None:
    """Print the tables and a line of JSON."""
    opaque, count = files[files["opaque"]], files["transform"].value_counts()
    measures: dict[str, Callable[[Found], Any]] = {
        "recall": lambda one: recall(files, one, COPIES),
        "recall, opaque originals": lambda one: recall(opaque, one, COPIES),
        "variants kept apart": lambda one: 1 - recall(files, one, VARIANTS),
        "wrongly merged, small changes": lambda one: small_changes_merged(files, one),
        "precision, all pairs": lambda one: precision(files, one.pairs),
        "precision, copy and what stays": lambda one: precision(files, one.kept),
        "judged by eye, decided alike": lambda one: by_eye(near, one),
    }
    tables = {
        title: pd.DataFrame({name: measure(one) for name, one in found.items()})
        for title, measure in measures.items()
    }
    sizes = {
        "recall, opaque originals": opaque["transform"].value_counts(),
        "wrongly merged, small changes": small_change_counts(files),
        "judged by eye, decided alike": near["verdict"].value_counts(),
    }
    print(
        f"{len(files)} files, {count['original']} of them originals in "
        f"{files.loc[~is_change(files), 'style'].nunique()} styles, {is_change(files).sum()} of "
        "pairs with a small change"
    )
    for title, table in tables.items():
        _print(title, table, sizes.get(title, count))
    for one, two, verdict in near[~agrees(near, found["inksift"])].itertuples(index=False):
        print(
            f"inksift decides otherwise: {files['source'][one]}, {files['source'][two]}: {verdict}"
        )
    print("\nseconds")
    for name, one in found.items():
        print(f"{name:24}{one.seconds:8.1f}  {len(one.pairs)} pairs  {one.detail}")
    print(PEERS)
    figures = {
        title: {name: table[name].round(4).to_dict() for name in table}
        for title, table in tables.items()
    }
    print(json.dumps({"benchmark": "dedup_quality"} | figures))


def _print(title: str, table: pd.DataFrame, count: pd.Series) -> None:
    """The table with how many each row counts, where that is known, and what ours is to reach."""
    goals = TARGETS.get(title, {})
    print(f"\n{title}")
    told = table.assign(
        n=table.index.map(count),
        goal=[goals.get(row, goals.get("", np.nan)) for row in table.index],
    )
    print(told.dropna(axis=1, how="all").to_string(float_format="{:.4f}".format, na_rep=""))


if __name__ == "__main__":
    main()
