"""One run of the pairs stage over pictures that `pairs_folder.prepare` measured, in this process
and with the code that PYTHONPATH names; prints a line of JSON.

    PYTHONPATH=CHECKOUT python benchmarks/pairs_stage.py OUT WORKSPACE [--without N | --only N]"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import cv2
from pairs_folder import given, some
from process_cost import memory_mb

from inksift.curation.dedup.pairs import PairParams, find_pairs
from inksift.curation.store.thumbnails import Thumbnails
from inksift.curation.store.workspace import Workspace


def main() -> None:
    """Find the pairs, and print what that took."""
    options = _options()
    cv2.setNumThreads(1)
    tables = given(options.out)
    ids = sorted(tables.sizes["image_id"])
    last = set(ids[len(ids) - (options.without or options.only) :])
    chosen = last if options.only else set(ids) - last if options.without else set(ids)
    tables = some(tables, chosen)
    read = Thumbnails(Workspace(options.out / "workspace"), tables.thumbnails)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before, began, cpu_began = memory_mb("VmRSS"), time.perf_counter(), time.process_time()
    found = find_pairs(
        tables.sizes,
        tables.hashes,
        tables.embeddings,
        read,
        workspace=Workspace(options.workspace),
        params=PairParams(),
        unseen=read.unseen,
        pictures_version=read.version,
    )
    figures = {
        "pictures": len(tables.sizes),
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(time.process_time() - cpu_began, 1),
        "extra_mb": round(memory_mb("VmHWM") - before),
        "compared": found.compared,
        "new": found.new,
        "related": {
            kind: int(count) for kind, count in found.frame["relation"].value_counts().items()
        },
    }
    pairs = found.frame[["first", "second", "relation"]]
    pairs.to_csv(options.workspace / "pairs.csv", index=False)
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--without", type=int, default=0, help="leave out the last so many")
    parser.add_argument("--only", type=int, default=0, help="the last so many alone")
    return parser.parse_args()


if __name__ == "__main__":
    main()
