"""Nearest embeddings: our exact blocks beside the indexes of faiss and usearch.

    python benchmarks/neighbour_peers.py [--vectors 12000] [--dimension 1280]

Planted vectors: half are near copies of the others, as sure as embeddings of crops. An index
answers for all vectors at once, after it was built; CPU seconds are of both. Recall is of the
neighbours that the exact search finds. Needs an interpreter with this project, faiss-cpu and
usearch."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from inksift.curation.dedup.propose.neighbours import nearest_of_all

NEAREST, LEAST = 8, 0.6
LINKS = 32
"""Links of a node of HNSW, as both libraries advise."""

Search = Callable[[np.ndarray], np.ndarray]
"""Gives n x 8 positions of the nearest, themselves left out."""


def main() -> None:
    """Search in every way, and print what it cost and found."""
    options = _options()
    vectors = planted(options.vectors, options.dimension)
    expected = set()
    rows = []
    for name, search in SEARCHES.items():
        began, cpu_began = time.perf_counter(), time.process_time()
        found = search(vectors)
        row = {
            "search": name,
            "seconds": round(time.perf_counter() - began, 1),
            "cpu_seconds": round(time.process_time() - cpu_began, 1),
        }
        pairs = set(zip(*found, strict=True))
        expected = expected or pairs
        rows.append(row | {"recall": round(len(pairs & expected) / len(expected), 4)})
        print(rows[-1])
    print(json.dumps({"benchmark": "neighbour_peers", **vars(options), "rows": rows}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vectors", type=int, default=12_000)
    parser.add_argument("--dimension", type=int, default=1280)
    return parser.parse_args()


def planted(number: int, dimension: int) -> np.ndarray:
    """Vectors as a network with ReLU gives them, of which half are near copies of the others."""
    rng = np.random.default_rng(0)
    mixed = rng.normal(size=(64, dimension)).astype(np.float32)
    scenes = rng.normal(size=(number // 2, 64)).astype(np.float32)
    copies = scenes + 0.3 * rng.normal(size=scenes.shape).astype(np.float32)
    return np.maximum(np.concatenate([scenes, copies]) @ mixed, 0)


def _ours(vectors: np.ndarray) -> tuple[list[int], list[int]]:
    near = nearest_of_all(vectors, NEAREST, LEAST)
    return near.one.tolist(), near.other.tolist()


def _faiss(kind: str) -> Callable[[np.ndarray], Any]:
    def search(vectors: np.ndarray) -> tuple[list[int], list[int]]:
        import faiss

        unit = _unit(vectors)
        index = faiss.index_factory(unit.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.train(unit)
        index.add(unit)
        cosines, found = index.search(unit, NEAREST + 1)
        return _near(cosines, found)

    return search


def _usearch(vectors: np.ndarray) -> tuple[list[int], list[int]]:
    from usearch.index import Index

    unit = _unit(vectors)
    index = Index(ndim=unit.shape[1], metric="cos", dtype="f16", connectivity=LINKS)
    index.add(np.arange(len(unit)), unit)
    matches = index.search(unit, NEAREST + 1)
    return _near(1 - matches.distances, matches.keys.astype(np.int64))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _near(cosines: np.ndarray, found: np.ndarray) -> tuple[list[int], list[int]]:
    """Neighbours near enough, without the vector itself."""
    one = np.broadcast_to(np.arange(len(found))[:, None], found.shape)
    near = (cosines >= LEAST) & (found >= 0) & (found != one)
    return one[near].tolist(), found[near].tolist()


SEARCHES: dict[str, Callable[[np.ndarray], Any]] = {
    "ours, exact": _ours,
    "faiss, flat": _faiss("Flat"),
    "faiss, HNSW": _faiss(f"HNSW{LINKS}"),
    "usearch, HNSW": _usearch,
}


if __name__ == "__main__":
    main()
