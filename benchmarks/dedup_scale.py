"""All pairs of hashes within 8 bits: exactness, time, memory and growth, beside brute force and imagededup's search.

    python benchmarks/dedup_scale.py [--quick] [--data ../shared/data] [--peer-python PEER/bin/python]

Random hashes with planted clusters, hashes of real pictures, all eight orientations, and the crowds that drawings make:
identical pictures, blank ones, sketches on white. Each contender runs in a fresh process; its seconds are the best of
three for random and real hashes, its memory the peak of the resident size above that before. Brute force is NumPy's, in
blocks that fit the cache, each pair once. imagededup's seconds for all are reckoned from samples of queries, with as
many processes as there are cores; `dedup_peers.py` says how to make its interpreter. Takes about five minutes on two
cores, three with --quick. Needs Linux, which says how much memory a process had.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

RADIUS = 8
SIZES = (25_000, 100_000, 1_000_000)
QUICK_SIZES = (5_000, 25_000, 100_000)
MOST_COMPARED = 100_000
REPEATS = 3
CHECKED_ROWS = 2_000
BLOCK = (256, 4096)
PICTURES = ("labelled", "labelled2", "crawl")
SUFFIXES = (".jpg", ".jpeg", ".png")
CROWD = {"max_distance": RADIUS, "min_cosine": 0.7, "neighbours": 5, "most": 32}
DIMENSION = 2560
PEER_METHODS = ("brute_force_cython", "bktree")
PEER_QUERIES = (50, 200)

Pairs = tuple[np.ndarray, np.ndarray]


class Cost(NamedTuple):
    """Of one contender; `result` is what it returned."""

    result: Any
    seconds: float
    cpu_seconds: float
    extra_mb: float


def main() -> None:
    """Run all parts, print a table of each, and one line of JSON."""
    options = _options()
    if options.peer:
        return _search_as_peer(options.peer)
    sizes, share = (QUICK_SIZES, 5) if options.quick else (SIZES, 1)
    figures = {
        "benchmark": "dedup_scale",
        "cores": len(os.sched_getaffinity(0)),
        "load_before": round(os.getloadavg()[0], 1),
        "random": random_hashes(sizes),
        "orientations": orientations(100_000 // share),
        "real": real_hashes(options.data, share),
        "crowds": [row for name in CROWDS for row in crowd(name, share)],
        "imagededup": [imagededup(options.peer_python, size) for size in sizes if size <= MOST_COMPARED],
    }
    print(json.dumps(figures))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer hashes and pictures")
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--peer-python", type=Path, help="an interpreter that has imagededup")
    parser.add_argument("--peer", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def measured(function: Callable[..., Any], *arguments: Any, repeats: int = 1) -> Cost:
    """What a function costs in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_measure, function, arguments, repeats).result()


def _measure(function: Callable[..., Any], arguments: tuple[Any, ...], repeats: int) -> Cost:
    from curation.dedup import candidates  # noqa: F401  (importing is not what is measured)

    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak so far
    before, seconds, cpu_seconds, result = _memory_mb("VmRSS"), math.inf, math.inf, None
    for _ in range(repeats):
        began, cpu_began = time.perf_counter(), time.process_time()
        result = function(*arguments)
        seconds = min(seconds, time.perf_counter() - began)
        cpu_seconds = min(cpu_seconds, time.process_time() - cpu_began)
    return Cost(result, seconds, cpu_seconds, _memory_mb("VmHWM") - before)


def _memory_mb(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def ours(hashes: np.ndarray) -> Pairs:
    from curation.dedup.near import near_pairs

    return near_pairs(hashes, RADIUS)[:2]


def brute_force(hashes: np.ndarray) -> Pairs:
    """All pairs i < j by comparing each with each."""
    high, wide = BLOCK
    differences, bits = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint8)
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for top in range(0, len(hashes), high):
        for left in range(top, len(hashes), wide):
            rows, columns = hashes[top : top + high, None], hashes[None, left : left + wide]
            block = slice(rows.shape[0]), slice(columns.shape[1])
            np.bitwise_xor(rows, columns, out=differences[block])
            np.bitwise_count(differences[block], out=bits[block])
            row, column = np.divmod(np.flatnonzero(bits[block] <= RADIUS), columns.shape[1])
            later = row + top < column + left
            found.append((row[later] + top, column[later] + left))
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    return first, second


def codes(pairs: Iterable[np.ndarray], number: int) -> np.ndarray:
    """Pairs as one ascending number each."""
    one, other = pairs
    return np.sort(np.minimum(one, other) * number + np.maximum(one, other))


def planted(number: int) -> tuple[np.ndarray, Pairs]:
    """Random hashes, a tenth of them 0 to 8 bits from one of a few others, and which is near which."""
    rng = np.random.default_rng(number)
    hashes = rng.integers(0, 2**64, number, dtype=np.uint64)
    copies, others = np.split(rng.permutation(number)[: number // 10 + number // 40], [number // 10])
    originals = rng.choice(others, len(copies))
    hashes[copies] = flipped(hashes[originals], rng)
    return hashes, (originals, copies)


def flipped(hashes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The hashes with 0 to 8 bits changed."""
    places = rng.random((len(hashes), 64)).argsort(axis=1)[:, :RADIUS].astype(np.uint64)
    flips = (np.uint64(1) << places) * (np.arange(RADIUS) < rng.integers(0, RADIUS + 1, (len(hashes), 1)))
    return hashes ^ np.bitwise_or.reduce(flips.astype(np.uint64), axis=1)


def random_hashes(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    """Ours beside brute force; where that would take too long, some rows are checked. The last exponent is of all."""
    print(f"\n{'random hashes':>14}{'pairs':>9}{'ours s':>9}{'MB':>7}{'brute s':>9}{'MB':>7}{'faster':>8}  recall")
    rows = []
    for size in sizes:
        hashes, known = planted(size)
        cost = measured(ours, hashes, repeats=REPEATS)
        found = codes(cost.result, size)
        row = {"hashes": size, "pairs": len(found), "seconds": round(cost.seconds, 3), "extra_mb": round(cost.extra_mb)}
        row["cpu_seconds"] = round(cost.cpu_seconds, 3)
        row["recall_planted"] = float(np.isin(codes(known, size), found).mean())
        row |= _by_brute_force(hashes, found, cost.seconds) if size <= MOST_COMPARED else _by_rows(hashes, found)
        rows.append(row)
        print(
            f"{size:14,}{len(found):9,}{cost.seconds:9.2f}{cost.extra_mb:7.0f}{row.get('brute_seconds', math.nan):9.2f}"
            f"{row.get('brute_extra_mb', math.nan):7.0f}{row.get('faster', math.nan):8.1f}  {row['recall']:.6f} "
            f"of {row['checked']}, precision {row['precision']:.6f}, {row['recall_planted']:.6f} of the planted"
        )
    for smaller, larger in [*pairwise(rows), (rows[0], rows[-1])]:
        larger["exponent"] = _exponent(smaller, larger)
        print(f"from {smaller['hashes']:,} to {larger['hashes']:,} CPU seconds grow as n ** {larger['exponent']:.2f}")
    return rows


def _by_brute_force(hashes: np.ndarray, found: np.ndarray, seconds: float) -> dict[str, Any]:
    cost = measured(brute_force, hashes, repeats=REPEATS)
    return {
        **_agreement(found, codes(cost.result, len(hashes)), "all pairs"),
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
    return _agreement(mine, truth, f"the pairs of {CHECKED_ROWS:,} rows")


def _agreement(found: np.ndarray, truth: np.ndarray, checked: str) -> dict[str, Any]:
    return {
        "checked": checked,
        "recall": float(np.isin(truth, found).mean()) if len(truth) else 1.0,
        "precision": float(np.isin(found, truth).mean()) if len(found) else 1.0,
        "each_once": len(np.unique(found)) == len(found),
    }


def _exponent(smaller: dict[str, Any], larger: dict[str, Any]) -> float:
    slower, more = (larger[name] / smaller[name] for name in ("cpu_seconds", "hashes"))
    return round(math.log(slower) / math.log(more), 2)


def orientations(number: int) -> dict[str, Any]:
    """All eight orientations at once, with planted copies in each, beside one search and one join of two columns."""
    rng = np.random.default_rng(0)
    oriented = rng.integers(0, 2**64, (number, 8), dtype=np.uint64)
    first, second = np.split(np.sort(rng.permutation(number)[: number // 5]), 2)
    oriented[second, rng.integers(0, 8, len(second))] = flipped(oriented[first, 0], rng)
    one, join, eight = measured(ours, oriented[:, 0].copy()), measured(_joined, oriented), measured(_by_hash, oriented)
    found = eight.result
    row = {
        "pictures": number,
        "one_search_s": round(one.seconds, 2),
        "one_join_s": round(join.seconds, 2),
        "eight_s": round(eight.seconds, 2),
        "eight_extra_mb": round(eight.extra_mb),
        "eight_over_one_join": round(eight.seconds / join.seconds, 1),
        "recall_planted": float(np.isin(codes((first, second), number), codes(found[:2], number)).mean()),
    }
    print("\neight orientations: " + ", ".join(f"{name} {value:,}" for name, value in row.items()))
    return row


def _joined(oriented: np.ndarray) -> Pairs:
    from curation.dedup.near import near_pairs

    return near_pairs(oriented[:, 0], RADIUS, oriented[:, 1])[:2]


def _by_hash(oriented: np.ndarray) -> Any:
    return _candidates(oriented, np.ones(len(oriented), bool), np.zeros((len(oriented), 1), np.float32))


def _candidates(oriented: np.ndarray, trusted: np.ndarray, vectors: np.ndarray) -> Any:
    from curation.dedup.candidates import find_candidates

    return tuple(find_candidates(oriented, trusted, vectors, **CROWD))


def real_hashes(data: Path, share: int) -> dict[str, Any]:
    """Hashes of real pictures in eight orientations, all as one long list: their bands are more crowded."""
    files = [file for name in PICTURES for file in sorted((data / name).rglob("*")) if file.suffix in SUFFIXES][::share]
    if not files:
        sys.exit(f"no pictures in {', '.join(PICTURES)} of {data}: name their folder with --data")
    hashes = hashed([lambda file=file: _decoded(file) for file in files]).ravel()
    cost, random = measured(ours, hashes, repeats=REPEATS), measured(ours, planted(len(hashes))[0], repeats=REPEATS)
    brute = measured(brute_force, hashes)
    row = {
        "pictures": len(files),
        "hashes": len(hashes),
        "pairs": len(cost.result[0]),
        "seconds": round(cost.seconds, 3),
        "as_many_random_s": round(random.seconds, 3),
        "brute_seconds": round(brute.seconds, 3),
        **_agreement(codes(cost.result, len(hashes)), codes(brute.result, len(hashes)), "all pairs"),
    }
    print("\nreal hashes: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    return row


def _decoded(file: Path) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(file).convert("RGB"))


def hashed(pictures: list[Callable[[], np.ndarray]]) -> np.ndarray:
    """Hashes in eight orientations of what is inside the borders, n x 8."""
    from curation.engine import per_item
    from curation.gate.fingerprint import fingerprint

    def oriented(picture: Callable[[], np.ndarray]) -> list[int]:
        rgb = picture()
        return fingerprint(rgb, rgb).oriented

    return np.array(per_item(oriented, pictures), dtype=np.uint64)


def identical(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures with one hash: its rows, and whether they are trusted."""
    return np.tile(np.random.default_rng(0).integers(0, 2**64, 8, dtype=np.uint64), (number, 1)), np.ones(number, bool)


def blank(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of one colour, the hashes of which are noise and not trusted."""
    return np.random.default_rng(0).integers(0, 2**64, (number, 8), dtype=np.uint64), np.zeros(number, bool)


def sketches(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Line drawings on white, no two alike."""
    from planted_copies import sketch

    hashes = hashed([lambda seed=seed: sketch(np.random.default_rng(seed)) for seed in range(number)])
    return hashes, np.ones(number, bool)


def one_figure(number: int) -> tuple[np.ndarray, np.ndarray]:
    """One line drawing, each time with another little stroke: nearly all have close hashes, and few the same."""
    import cv2
    from planted_copies import sketch

    figure = sketch(np.random.default_rng(0))

    def drawn(seed: int) -> np.ndarray:
        start, end = np.random.default_rng(seed).integers(100, 380, 2) + np.array([[0, 0], [40, 25]])
        return cv2.line(figure.copy(), start.tolist(), end.tolist(), (0, 0, 0), 3)

    hashes = hashed([lambda seed=seed: drawn(seed) for seed in range(number)])
    return hashes, np.ones(number, bool)


CROWDS = {"identical": (identical, 10_000), "blank": (blank, 10_000), "sketches": (sketches, 5_000)}
CROWDS |= {"one figure": (one_figure, 5_000)}


def crowd(name: str, share: int) -> list[dict[str, Any]]:
    """Half of a crowd, then all of it: by hash alone, then with embeddings of which all are equal."""
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
                "crowded": by_hash.result[5],
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
        return _told({"hashes": number, "error": "not run: name an interpreter that has imagededup with --peer-python"})
    hashes, _ = planted(number)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "hashes.npy", hashes)
        done = subprocess.run([python, __file__, "--peer", folder], capture_output=True, text=True, check=False)
        if done.returncode:
            return _told({"hashes": number, "error": f"cannot run: {done.stderr.strip().splitlines()[-1]}"})
        row = json.loads((Path(folder) / "peer.json").read_text())
    queries = np.arange(max(PEER_QUERIES))
    near = [set(np.flatnonzero(np.bitwise_count(hashes[query] ^ hashes) <= RADIUS).tolist()) for query in queries]
    for method in PEER_METHODS:
        found = row[method].pop("found")
        hits = [len(near[query] & {query, *found[query]}) for query in queries]
        row[method]["recall"] = sum(hits) / sum(len(others) for others in near)
    return _told({"hashes": number, **row})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    print("\nimagededup: " + ", ".join(f"{key} {value}" for key, value in row.items()))
    return row


def _search_as_peer(folder: Path) -> None:
    """Run by the interpreter of imagededup: seconds for all queries, from those for a few and for some more."""
    from dedup_peers import declare_operators

    declare_operators()
    from imagededup.handlers.search.retrieval import HashEval
    from imagededup.methods.hashing import Hashing

    hashes = {str(place): f"{value:016x}" for place, value in enumerate(np.load(folder / "hashes.npy").tolist())}
    row: dict[str, Any] = {}
    for method in PEER_METHODS:
        seconds = []
        for queries in PEER_QUERIES:
            asked = dict(list(hashes.items())[:queries])
            began = time.perf_counter()
            search = HashEval(
                hashes, asked, Hashing.hamming_distance, verbose=False, threshold=RADIUS, search_method=method
            )
            seconds.append(time.perf_counter() - began)
        each = (seconds[1] - seconds[0]) / (PEER_QUERIES[1] - PEER_QUERIES[0])
        found = [[int(name) for name in search.retrieve_results()[query]] for query in asked]
        row[method] = {"seconds_for_all": round(seconds[0] + each * (len(hashes) - PEER_QUERIES[0]), 1), "found": found}
    (folder / "peer.json").write_text(json.dumps(row))


if __name__ == "__main__":
    main()
