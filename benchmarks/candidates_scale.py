"""Which pairs are proposed among 12,000 to 100,000 pictures: time, memory and growth, from stored
descriptors.

    python benchmarks/candidates_scale.py OUT [--sizes 12000 25000 50000 100000]

OUT is a folder that `dedup_scale.py --pairs-stage ... --out OUT` prepared. Pictures beyond those in
it are planted: the hashes and the embedding of one of them, so far changed that most become another
picture and one in fifty a copy. Each size runs in a process of its own. Where the search of
embeddings is no longer exact, recall is of the exact neighbours of 500 pictures. Takes about ten
minutes, and 4 GB."""

from __future__ import annotations

import argparse
import json
import math
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hash_crowds import flipped
from pairs_folder import given
from process_cost import Cost, measured, measured_here

from inksift.curation.dedup.pairs import PairParams
from inksift.curation.dedup.propose.candidates import find_candidates
from inksift.curation.dedup.propose.nearest import Nearest
from inksift.curation.dedup.propose.neighbours import (
    is_exact,
    nearest_of_all,
    nearest_of_some,
)

LEAST_COSINE, NEIGHBOURS, MOST = 0.7, 5, 32
"""What a run uses by default."""

COPIES = 0.02
SAMPLE = 500


class Descriptors(NamedTuple):
    """Of n pictures."""

    oriented: np.ndarray
    """Hashes in eight orientations, n x 8."""

    trusted: np.ndarray
    """Whether the hashes say anything, n."""

    vectors: np.ndarray
    """Embeddings, n x dimension."""


def planted(out: Path, number: int) -> Descriptors:
    """Stored descriptors, and as many made from them as are lacking."""
    tables = given(out)
    stored = tables.hashes.merge(tables.embeddings, on="image_id")
    trusted = (stored["trimmed_contrast"] >= PairParams().min_contrast).to_numpy()
    oriented = np.stack(stored["oriented"].to_list()).astype(np.uint64)
    vectors = np.stack(stored["vector"].to_list()).astype(np.float32)
    rng = np.random.default_rng(number)
    of = np.append(np.arange(len(stored)), rng.integers(0, len(stored), number))[:number]
    new = np.arange(number) >= len(stored)
    copy = rng.random(number) < COPIES
    hashes = oriented[of]
    other = new & ~copy
    hashes[other] = rng.integers(0, 2**64, (int(other.sum()), 8), dtype=np.uint64)
    hashes[new & copy] = flipped(hashes[new & copy].ravel(), rng).reshape(-1, 8)
    shown = vectors[of]
    # half of what another picture shows, from a second picture: near, and not a copy
    second = vectors[rng.integers(0, len(stored), number)]
    shown[other] = 0.5 * (shown[other] + second[other])
    return Descriptors(hashes, trusted[of], shown)


def candidates(out: Path, number: int) -> Cost:
    """What is proposed among so many, and the cost of it alone."""
    search = partial(find_candidates, min_cosine=LEAST_COSINE, neighbours=NEIGHBOURS, most=MOST)
    return measured_here(search, tuple(planted(out, number)))


def recall(out: Path, number: int) -> float:
    """Share of the exact neighbours of a sample that the search finds."""
    vectors = planted(out, number).vectors
    found = nearest_of_all(vectors, NEIGHBOURS, LEAST_COSINE)
    sample = np.sort(np.random.default_rng(0).choice(number, SAMPLE, replace=False))
    near = nearest_of_some(vectors, sample, NEIGHBOURS, LEAST_COSINE)
    exact = {pair for pair in _pairs(near) if pair[0] in set(sample.tolist())}
    return len(exact & _pairs(found)) / len(exact)


def _pairs(near: Nearest) -> set[tuple[int, int]]:
    return set(zip(near.one.tolist(), near.other.tolist(), strict=True))


def main() -> None:
    """Run every size, print a table, and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[12_000, 25_000, 50_000, 100_000])
    options = parser.parse_args()
    rows = [_row(options.out, size) for size in options.sizes]
    growth = [
        round(math.log(b["cpu_seconds"] / a["cpu_seconds"], b["pictures"] / a["pictures"]), 2)
        for a, b in pairwise(rows)
    ]
    print(f"CPU grows with the power {growth} of the pictures")
    print(json.dumps({"benchmark": "candidates_scale", "rows": rows, "growth": growth}))


def _row(out: Path, size: int) -> dict[str, Any]:
    cost = measured(candidates, out, size).result
    row = {
        "pictures": size,
        "cpu_seconds": round(cost.cpu_seconds, 1),
        "extra_mb": round(cost.extra_mb),
        "pairs": len(cost.result.first),
        "crowded": cost.result.crowded,
        "recall": 1.0 if is_exact(size) else round(recall(out, size), 4),
    }
    print(", ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    return row


if __name__ == "__main__":
    main()
