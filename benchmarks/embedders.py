"""What embedders cost: CPU milliseconds a picture of each, by turns in one process.

    python benchmarks/embedders.py [NAME ...] [--pictures 16] [--rounds 5]

Pictures are noise of 640 x 480: what they show changes no time. The first turn of each, in which
its network is exported and loaded, does not count; the median of the others does."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from inksift.curation.evidence.models.families import embedders
from inksift.curation.evidence.models.weights import find_weights


def main() -> None:
    """Print a line for each and one of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    carried = ["efficientnet-lite0", "efficientnet-lite2"]
    parser.add_argument("names", nargs="*", default=carried, help="as `inksift weights` lists them")
    parser.add_argument("--pictures", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    pictures = list(rng.integers(0, 256, (given.pictures, 480, 640, 3), dtype=np.uint8))
    with tempfile.TemporaryDirectory() as folder:
        networks = {
            name: embedders()[name].load(find_weights(name), Path(folder)) for name in given.names
        }
        turns = [_turn(networks, pictures) for _ in range(given.rounds + 1)][1:]
    costs = {name: float(np.median([turn[name] for turn in turns])) for name in networks}
    first = costs[given.names[0]]
    for name, cost in costs.items():
        print(f"{name:24}{cost:8.1f} ms a picture, {cost / first:.2f} times the first")
    print(json.dumps({"benchmark": "embedders", "milliseconds": costs}))


def _turn(networks: dict, pictures: list[np.ndarray]) -> dict[str, float]:
    """CPU milliseconds a picture of each network."""
    costs = {}
    for name, network in networks.items():
        began = time.process_time()
        network(pictures)
        costs[name] = 1000 * (time.process_time() - began) / len(pictures)
    return costs


if __name__ == "__main__":
    main()
