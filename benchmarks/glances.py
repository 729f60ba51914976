"""What a glance loses and what it spares: planted copies and variants that it would call different,
and the share of plainly different pairs that it stops.

    python benchmarks/glances.py [--data ../shared/data] [--each 10] [--seed 1]

Originals are drawn by chance from every folder of the data, and sketches. Each is paired with every
copy and variant that `planted_copies` makes of it, and with other originals of its folder. What the
full comparison calls related must pass."""

from __future__ import annotations

import argparse
import io
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pandas as pd
from PIL import Image
from planted_copies import TRANSFORMS, VARIANTS, on_white, plant, sketch

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.glances.cascade import may_be_related
from inksift.curation.dedup.glances.glance import glance_at
from inksift.curation.dedup.whole import relate_files

SUFFIXES = (".jpg", ".jpeg", ".png")
THUMBNAIL_PX = 640
SKETCHES = 10
OTHERS = 8
"""Other originals of its folder that each is paired with."""


class Pair(NamedTuple):
    """Two pictures by number, and what was done to the first."""

    first: int
    second: int
    transform: str


def main() -> None:
    """Plant, look, compare, and print what was lost and spared."""
    options = _options()
    cv2.setNumThreads(1)
    pictures, pairs = _planted(options.data, options.each, options.seed)
    began = time.process_time()
    glances = np.stack([glance_at(picture) for picture in pictures])
    made = time.process_time() - began
    ends = np.array([pair[:2] for pair in pairs])
    began = time.process_time()
    passed = may_be_related(glances, ends[:, 0], ends[:, 1])
    looked = time.process_time() - began
    began = time.process_time()
    views = [View(one, width=one.shape[1], height=one.shape[0]) for one in pictures]
    kinds = [relate_files(views[one], views[two]).kind for one, two, _ in pairs]
    compared = time.process_time() - began
    rows = pd.DataFrame(pairs).assign(relation=kinds, passed=passed)
    _report(rows)
    costs = {
        "ms a glance": round(1000 * made / len(pictures), 2),
        "ms a pair at a glance": round(1000 * looked / len(pairs), 3),
        "ms a pair compared, with its views": round(1000 * compared / len(pairs), 2),
    }
    print(costs)
    print(json.dumps({"benchmark": "glances", **_figures(rows), **costs}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--each", type=int, default=10, help="originals of each folder")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _planted(data: Path, each: int, seed: int) -> tuple[list[Rgb], list[Pair]]:
    rng = np.random.default_rng(seed)
    pictures: list[Rgb] = []
    pairs: list[Pair] = []
    for originals in _originals(data, each, rng):
        first = len(pictures)
        pictures += [shrink(one, THUMBNAIL_PX) for one in originals]
        for number, original in enumerate(originals, first):
            others = rng.choice(len(originals), min(OTHERS, len(originals)), replace=False) + first
            pairs += [Pair(number, int(other), "none") for other in others if other != number]
            for name in (*TRANSFORMS, *VARIANTS):
                pairs.append(Pair(number, len(pictures), name))
                pictures.append(_seen(plant(original, name, rng)))
    return pictures, pairs


def _originals(data: Path, each: int, rng: np.random.Generator) -> list[list[Rgb]]:
    """Some pictures of every folder that holds any, and sketches."""
    files = pd.Series([file for file in sorted(data.rglob("*")) if file.suffix in SUFFIXES])
    groups = [list(group) for _, group in files.groupby([file.parent for file in files])]
    chosen = [rng.choice(len(group), min(each, len(group)), replace=False) for group in groups]
    pairs = zip(groups, chosen, strict=True)
    read = [[_read(group[place]) for place in places] for group, places in pairs]
    return [*read, [sketch(rng) for _ in range(min(each, SKETCHES))]]


def _read(file: Path) -> Rgb:
    with Image.open(file) as picture:
        return on_white(picture)


def _seen(data: bytes) -> Rgb:
    with Image.open(io.BytesIO(data)) as picture:
        return shrink(on_white(picture), THUMBNAIL_PX)


def _report(rows: pd.DataFrame) -> None:
    related = rows[rows["relation"] != "different"]
    table = related.groupby("transform")["passed"].agg(["size", "sum"])
    print(table.rename(columns={"size": "related", "sum": "passed"}).to_string())


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    is_related = rows["relation"] != "different"
    plain = rows[~is_related & (rows["transform"] == "none")]
    figures = {
        "pairs": len(rows),
        "related": int(is_related.sum()),
        "lost": int((is_related & ~rows["passed"]).sum()),
        "plainly different": len(plain),
        "stopped": round(float((~plain["passed"]).mean()), 4),
    }
    print(figures)
    return figures


if __name__ == "__main__":
    main()
