"""All pairs of hashes within 8 bits: exactness, time, memory and growth, beside brute force and
imagededup's search.

    python benchmarks/dedup_scale.py [--quick] [--data ../shared/data] [--peer-python
    PEER/bin/python]
    INKSIFT_WEIGHTS=../shared/weights python benchmarks/dedup_scale.py --pairs-stage OLD [--out DIR]

Random hashes with planted clusters, hashes of real pictures, all eight orientations, and the crowds
that drawings make: identical pictures, blank ones, sketches on white. Each contender runs in a
fresh process; its seconds are the best of three for random and real hashes, its memory the peak of
the resident size above that before. Brute force is NumPy's, in blocks that fit the cache, each pair
once. imagededup's seconds for all are reckoned from samples of queries, with as many processes as
there are cores; `dedup_peers.py` says how to make its interpreter. Takes about five minutes on two
cores, three with --quick. With --pairs-stage the whole stage is run over 12,000 real and drawn
pictures instead, by this checkout and by the one in OLD, from nothing, again, and with 100 pictures
more; decoding and embedding them takes half an hour before, once per --out. Needs Linux, which says
how much memory a process had."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from hash_crowds import CROWDS, RADIUS, Pairs, flipped, hashed, planted
from hash_search import agreement, brute_force, codes, ours
from hash_search_peer import METHODS, QUERIES
from pairs_rivals import pairs_stage
from process_cost import measured

SIZES = (25_000, 100_000, 1_000_000)
QUICK_SIZES = (5_000, 25_000, 100_000)
MOST_COMPARED = 100_000
REPEATS = 3
CHECKED_ROWS = 2_000
PICTURES = ("labelled", "labelled2", "crawl")
SUFFIXES = (".jpg", ".jpeg", ".png")
CROWD = {"max_distance": RADIUS, "min_cosine": 0.7, "neighbours": 5, "most": 32}
DIMENSION = 2560


def main() -> None:
    """Run all parts, print a table of each, and one line of JSON."""
    options = _options()
    if options.pairs_stage:
        found = pairs_stage(options.data, options.out, options.pairs_stage, options.pictures)
        print(json.dumps({"benchmark": "dedup_scale", "pairs_stage": found}))
        return
    sizes, share = (QUICK_SIZES, 5) if options.quick else (SIZES, 1)
    figures = {
        "benchmark": "dedup_scale",
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
        "random": random_hashes(sizes),
        "orientations": orientations(100_000 // share),
        "real": real_hashes(options.data, share),
        "crowds": [row for name in CROWDS for row in crowd(name, share)],
        "imagededup": [
            imagededup(options.peer_python, size) for size in sizes if size <= MOST_COMPARED
        ],
    }
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer hashes and pictures")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--peer-python", type=Path, help="an interpreter that has imagededup")
    parser.add_argument(
        "--pairs-stage", type=Path, metavar="OLD", help="compare with this checkout, and stop there"
    )
    parser.add_argument("--pictures", type=int, default=12_000, help="how many, for --pairs-stage")
    parser.add_argument("--out", type=Path, help="keep what --pairs-stage prepares here")
    return parser.parse_args()


def random_hashes(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Ours beside brute force; where that would take too long, some rows are checked. The last
    exponent is of all."""
    print(
        f"\n{'random hashes':>14}{'pairs':>9}{'ours s':>9}{'MB':>7}"
        f"{'brute s':>9}{'MB':>7}{'faster':>8}  recall"
    )
    rows = []
    for size in sizes:
        hashes, known = planted(size)
        cost = measured(ours, hashes, repeats=REPEATS)
        found = codes(cost.result, size)
        row = {
            "hashes": size,
            "pairs": len(found),
            "seconds": round(cost.seconds, 3),
            "extra_mb": round(cost.extra_mb),
        }
        row["cpu_seconds"] = round(cost.cpu_seconds, 3)
        row["recall_planted"] = float(np.isin(codes(known, size), found).mean())
        row |= (
            _by_brute_force(hashes, found, cost.seconds)
            if size <= MOST_COMPARED
            else _by_rows(hashes, found)
        )
        rows.append(row)
        print(
            f"{size:14,}{len(found):9,}{cost.seconds:9.2f}{cost.extra_mb:7.0f}"
            f"{row.get('brute_seconds', math.nan):9.2f}"
            f"{row.get('brute_extra_mb', math.nan):7.0f}{row.get('faster', math.nan):8.1f}  "
            f"{row['recall']:.6f} "
            f"of {row['checked']}, precision {row['precision']:.6f}, {row['recall_planted']:.6f} "
            "of the planted"
        )
    for smaller, larger in [*pairwise(rows), (rows[0], rows[-1])]:
        larger["exponent"] = _exponent(smaller, larger)
        print(
            f"from {smaller['hashes']:,} to {larger['hashes']:,} CPU seconds grow as n ** "
            f"{larger['exponent']:.2f}"
        )
    return rows


def _by_brute_force(hashes: np.ndarray, found: np.ndarray, seconds: float) -> dict[str, Any]:
    cost = measured(brute_force, hashes, repeats=REPEATS)
    return {
        **agreement(found, codes(cost.result, len(hashes)), "all pairs"),
        "brute_seconds": round(cost.seconds, 3),
        "brute_extra_mb": round(cost.extra_mb),
        "faster": round(cost.seconds / seconds, 1),
    }


def _by_rows(hashes: np.ndarray, found: np.ndarray) -> dict[str, Any]:
    checked = np.sort(np.random.default_rng(0).choice(len(hashes), CHECKED_ROWS, replace=False))
    near = [np.flatnonzero(np.bitwise_count(hashes[row] ^ hashes) <= RADIUS) for row in checked]
    one, other = np.repeat(checked, [len(others) for others in near]), np.concatenate(near)
    truth = np.unique(codes((one[one != other], other[one != other]), len(hashes)))
    mine = found[np.isin(found // len(hashes), checked) | np.isin(found % len(hashes), checked)]
    return agreement(mine, truth, f"the pairs of {CHECKED_ROWS:,} rows")


def _exponent(smaller: dict[str, Any], larger: dict[str, Any]) -> float:
    slower, more = (larger[name] / smaller[name] for name in ("cpu_seconds", "hashes"))
    return round(math.log(slower) / math.log(more), 2)


def orientations(number: int) -> dict[str, Any]:
    """All eight orientations at once, with planted copies in each, beside one search and one join
    of two columns."""
    rng = np.random.default_rng(0)
    oriented = rng.integers(0, 2**64, (number, 8), dtype=np.uint64)
    first, second = np.split(np.sort(rng.permutation(number)[: number // 5]), 2)
    oriented[second, rng.integers(0, 8, len(second))] = flipped(oriented[first, 0], rng)
    one, join, eight = (
        measured(ours, oriented[:, 0].copy()),
        measured(_joined, oriented),
        measured(_by_hash, oriented),
    )
    found = eight.result
    row = {
        "pictures": number,
        "one_search_s": round(one.seconds, 2),
        "one_join_s": round(join.seconds, 2),
        "eight_s": round(eight.seconds, 2),
        "eight_extra_mb": round(eight.extra_mb),
        "eight_over_one_join": round(eight.seconds / join.seconds, 1),
        "recall_planted": float(
            np.isin(codes((first, second), number), codes(found[:2], number)).mean()
        ),
    }
    print("\neight orientations: " + ", ".join(f"{name} {value:,}" for name, value in row.items()))
    return row


def _joined(oriented: np.ndarray) -> Pairs:
    from inksift.curation.dedup.propose.near import near_pairs

    return near_pairs(oriented[:, 0], RADIUS, oriented[:, 1])[:2]


def _by_hash(oriented: np.ndarray) -> Any:
    return _candidates(
        oriented, np.ones(len(oriented), bool), np.zeros((len(oriented), 1), np.float32)
    )


def _candidates(oriented: np.ndarray, trusted: np.ndarray, vectors: np.ndarray) -> Any:
    from inksift.curation.dedup.propose.candidates import find_candidates

    return tuple(find_candidates(oriented, trusted, vectors, **CROWD))


def real_hashes(data: Path, share: int) -> dict[str, Any]:
    """Hashes of real pictures in eight orientations, all as one long list: their bands are more
    crowded."""
    files = [
        file
        for name in PICTURES
        for file in sorted((data / name).rglob("*"))
        if file.suffix in SUFFIXES
    ][::share]
    if not files:
        sys.exit(f"no pictures in {', '.join(PICTURES)} of {data}: name their folder with --data")
    hashes = hashed([lambda file=file: _decoded(file) for file in files]).ravel()
    cost, random = (
        measured(ours, hashes, repeats=REPEATS),
        measured(ours, planted(len(hashes))[0], repeats=REPEATS),
    )
    brute = measured(brute_force, hashes)
    row = {
        "pictures": len(files),
        "hashes": len(hashes),
        "pairs": len(cost.result[0]),
        "seconds": round(cost.seconds, 3),
        "as_many_random_s": round(random.seconds, 3),
        "brute_seconds": round(brute.seconds, 3),
        **agreement(codes(cost.result, len(hashes)), codes(brute.result, len(hashes)), "all pairs"),
    }
    print("\nreal hashes: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    return row


def _decoded(file: Path) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(file).convert("RGB"))


def crowd(name: str, share: int) -> list[dict[str, Any]]:
    """Half of a crowd, then all of it: by hash alone, then with embeddings of which all are
    equal."""
    make, number = CROWDS[name]
    oriented, trusted = make(number // share)
    rows = []
    print()
    for some in (len(oriented) // 2, len(oriented)):
        nothing, equal = np.zeros((some, 1), np.float32), np.ones((some, DIMENSION), np.float32)
        by_hash = measured(_candidates, oriented[:some], trusted[:some], nothing)
        both = measured(_candidates, oriented[:some], trusted[:some], equal)
        rows.append(
            {
                "crowd": name,
                "pictures": some,
                "hash_s": round(by_hash.seconds, 2),
                "hash_extra_mb": round(by_hash.extra_mb),
                "hash_candidates": len(by_hash.result[0]),
                "crowded": by_hash.result[2],
                "embedding_s": round(both.seconds, 2),
                "embedding_extra_mb": round(both.extra_mb),
                "candidates": len(both.result[0]),
            }
        )
        print(", ".join(f"{key} {value}" for key, value in rows[-1].items()))
    return rows


def imagededup(python: Path | None, number: int) -> dict[str, Any]:
    """imagededup's own searches, in its own interpreter."""
    if python is None:
        return _told(
            {
                "hashes": number,
                "error": "not run: name an interpreter that has imagededup with --peer-python",
            }
        )
    hashes, _ = planted(number)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "hashes.npy", hashes)
        done = subprocess.run(
            [python, Path(__file__).with_name("hash_search_peer.py"), folder],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return _told(
                {"hashes": number, "error": f"cannot run: {done.stderr.strip().splitlines()[-1]}"}
            )
        row = json.loads((Path(folder) / "peer.json").read_text())
    queries = np.arange(max(QUERIES))
    near = [
        set(np.flatnonzero(np.bitwise_count(hashes[query] ^ hashes) <= RADIUS).tolist())
        for query in queries
    ]
    for method in METHODS:
        found = row[method].pop("found")
        hits = [len(near[query] & {query, *found[query]}) for query in queries]
        row[method]["recall"] = sum(hits) / sum(len(others) for others in near)
    return _told({"hashes": number, **row})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    print("\nimagededup: " + ", ".join(f"{key} {value}" for key, value in row.items()))
    return row


if __name__ == "__main__":
    main()
