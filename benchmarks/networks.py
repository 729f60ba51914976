"""Size and training speed of every network at the side that it is made for, on this machine.

    python benchmarks/networks.py [--pictures 96] [--repeats 3] [--threads 0] [--classes 20]

Each network learns from the same random pixels through the loop's own epoch (cuts, jitter, forward,
backward, step) in batches of 32, `repeats` times after one pass that does not count. The fastest is
printed, since other work on the machine only ever adds; no epoch's validation and no drawing of
pictures is in it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from inksift.curation.training import networks
from inksift.curation.training.fit.arithmetic import THREADS, arithmetic_threads
from inksift.curation.training.fit.epochs import Examples, learn
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks.base import parameter_counts

CONTENDERS: tuple[dict[str, int | str], ...] = (
    {"network": "custom"},
    {"network": "residual_inception"},
    {"network": "depth_stack", "depth": 1},
    {"network": "depth_stack"},
    {"network": "depth_stack", "depth": 7},
    {"network": "depth_stack", "width": 64},
    {"network": "bn_small"},
    {"network": "transfer"},
    {"network": "transfer", "fine_tune": True},
)


def main() -> None:
    """Time the contenders one after the other; print the table and one line of JSON."""
    options = _options()
    print(
        f"{options.threads or THREADS} threads, {options.classes} classes, "
        f"{options.pictures} pictures"
    )
    print(f"{'network':38} {'side':>5} {'parameters':>11} {'of them learn':>14} {'s per 100':>10}")
    with arithmetic_threads(options.threads):
        rows = [
            _measured(TrainingParams.of("classifier", dict(chosen)), options)
            for chosen in CONTENDERS
        ]
    print(json.dumps(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=96)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="as classifier.threads")
    parser.add_argument("--classes", type=int, default=20)
    return parser.parse_args()


def _measured(params: TrainingParams, options: argparse.Namespace) -> dict[str, object]:
    torch.manual_seed(0)
    settings = params.network_settings()
    network = networks.build_network(params.network, options.classes, settings)
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=params.learning_rate)
    examples = _examples(params.side_px, options.pictures, options.classes)
    seconds = []
    for epoch in range(options.repeats + 1):
        started = perf_counter()
        learn(network, optimiser, examples, epoch=epoch, rate=1e-4, params=params)
        seconds.append(perf_counter() - started)
    per_hundred = min(seconds[1:]) * 100 / options.pictures
    count, trainable = parameter_counts(network)
    name = " ".join(
        [
            params.network,
            *(f"{key}={value}" for key, value in settings.items() if key != "image_side_px"),
        ]
    )
    print(
        f"{name:38} {params.side_px:5} {count:11,} {trainable:14,} {per_hundred:10.2f}", flush=True
    )
    return {
        "network": name,
        "side_px": params.side_px,
        "parameters": count,
        "seconds_per_100": round(per_hundred, 3),
    }


def _examples(side_px: int, pictures: int, classes: int) -> Examples:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (pictures, side_px, side_px, 3), dtype=np.uint8)
    targets = torch.from_numpy(rng.integers(0, classes, pictures))
    return Examples(pixels, np.arange(pictures), targets, torch.ones(pictures))


if __name__ == "__main__":
    main()
