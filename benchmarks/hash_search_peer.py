"""How long imagededup searches among hashes; `dedup_scale.py` runs it in an interpreter that has
imagededup.

    PEER/bin/python benchmarks/hash_search_peer.py FOLDER

Reads FOLDER/hashes.npy and writes FOLDER/peer.json: per method the seconds for all queries,
reckoned from those for a few and for some more, and what the queries found. `dedup_peers.py` says
how to make the interpreter."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from dedup_peers import declare_operators
from hash_crowds import RADIUS

METHODS = ("brute_force_cython", "bktree")
QUERIES = (50, 200)


def main() -> None:
    folder = Path(sys.argv[1])
    declare_operators()
    from imagededup.handlers.search.retrieval import HashEval
    from imagededup.methods.hashing import Hashing

    hashes = {
        str(place): f"{value:016x}"
        for place, value in enumerate(np.load(folder / "hashes.npy").tolist())
    }
    row: dict[str, Any] = {}
    for method in METHODS:
        seconds = []
        for queries in QUERIES:
            asked = dict(list(hashes.items())[:queries])
            began = time.perf_counter()
            search = HashEval(
                hashes,
                asked,
                Hashing.hamming_distance,
                verbose=False,
                threshold=RADIUS,
                search_method=method,
            )
            seconds.append(time.perf_counter() - began)
        each = (seconds[1] - seconds[0]) / (QUERIES[1] - QUERIES[0])
        found = [[int(name) for name in search.retrieve_results()[query]] for query in asked]
        row[method] = {
            "seconds_for_all": round(seconds[0] + each * (len(hashes) - QUERIES[0]), 1),
            "found": found,
        }
    (folder / "peer.json").write_text(json.dumps(row))


if __name__ == "__main__":
    main()
