"""How much of a training's time is arithmetic, and what it costs to split that the same on every
machine: the loop against a bare forward and backward on the same batches, and against itself with
one thread per core.

    python benchmarks/training_speed.py [--network custom] [--side 128] [--pictures 512] [--repeats
    5] [--threads 0]

The loop is inksift's own epoch: pictures by index from a memory-mapped file of uint8, cuts, mirrors
and colour drawn anew, forward, loss, backward, clipping, the optimiser's step. The bare pass has
the very same batches ready in memory and does forward, loss and backward. All run in turn,
`repeats` times, and the medians are compared; target 0.9 for either. A training that was killed, or
stopped after any epoch, and one on another number of cores, ends at the same numbers:
tests/library/test_training.py."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from inksift.curation.base.engine import worker_count
from inksift.curation.training import networks
from inksift.curation.training.fit.arithmetic import THREADS, arithmetic_threads
from inksift.curation.training.fit.epochs import Examples, learn
from inksift.curation.training.fit.forward import scaled
from inksift.curation.training.fit.jitter import jittered
from inksift.curation.training.fit.objective import objective_of
from inksift.curation.training.fit.optimisers import optimiser_of
from inksift.curation.training.fit.params import TrainingParams

CLASSES = 20
TARGET = 0.9
LOOP, PER_CORE, BARE = "the loop", "the loop, a thread per core", "bare forward and backward"


def main() -> None:
    options = _options()
    params = TrainingParams.of(
        "classifier",
        {"network": options.network, "image_side_px": options.side, "threads": options.threads},
    )
    with tempfile.TemporaryDirectory() as folder:
        examples = _examples(Path(folder) / "pictures.npy", params.side_px, options.pictures)
        seconds = _measured(examples, params, options.repeats)
    print(
        f"{options.network} at {params.side_px} px, batches of {params.batch_size}, "
        f"{params.threads or THREADS} threads on {worker_count()} cores"
    )
    medians = {name: float(np.median(measured)) for name, measured in seconds.items()}
    for name, median in medians.items():
        print(f"{name:<28}{options.pictures / median:8.1f} pictures a second")
    ratios = {name: medians[name] / medians[LOOP] for name in (BARE, PER_CORE)}
    for name, ratio in ratios.items():
        print(
            f"the loop reaches {ratio:.3f} of the speed of {name}, target {TARGET}: "
            f"{'met' if ratio >= TARGET else 'missed'}"
        )
    print(json.dumps({"benchmark": "training_speed", "ratios": ratios, "seconds": seconds}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="custom", choices=list(networks.every_network()))
    parser.add_argument(
        "--side", type=int, default=None, help="of the pictures; the network's own if not given"
    )
    parser.add_argument("--pictures", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="as classifier.threads")
    return parser.parse_args()


def _examples(place: Path, side_px: int, count: int) -> Examples:
    """Random pictures in a file, as a training has them."""
    rng = np.random.default_rng(0)
    np.save(place, rng.integers(0, 256, (count, side_px, side_px, 3), dtype=np.uint8))
    pixels = np.load(place, mmap_mode="r")
    return Examples(
        pixels,
        np.arange(count),
        torch.from_numpy(rng.integers(0, CLASSES, count)),
        torch.ones(count),
    )


def _measured(examples: Examples, params: TrainingParams, repeats: int) -> dict[str, list[float]]:
    """Seconds of an epoch by each way; the first of each does not count."""
    torch.manual_seed(0)
    network = networks.build_network(params.network, CLASSES, params.network_settings())
    optimiser = optimiser_of(
        network.parameters(), params.optimiser, rate=1e-4, decay=params.weight_decay
    )
    batches = list(_batches(examples, params))

    def loop() -> None:
        learn(network, optimiser, examples, epoch=0, rate=1e-4, params=params)

    def bare() -> None:
        _bare(network, examples, batches, params)

    ways = {
        LOOP: (loop, params.threads),
        PER_CORE: (loop, worker_count()),
        BARE: (bare, params.threads),
    }
    rounds = [{name: _seconds(*way) for name, way in ways.items()} for _ in range(repeats + 1)]
    return {name: [measured[name] for measured in rounds[1:]] for name in ways}


def _seconds(work: Callable[[], None], threads: int) -> float:
    with arithmetic_threads(threads):
        began = perf_counter()
        work()
        return perf_counter() - began


def _batches(
    examples: Examples, params: TrainingParams
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Positions and changed pictures of every batch."""
    generator = torch.Generator().manual_seed(0)
    count = len(examples.targets)
    for chosen in torch.tensor_split(
        torch.randperm(count, generator=generator), count // params.batch_size
    ):
        pixels = scaled(examples.pixels[chosen.numpy()])
        yield (
            chosen,
            jittered(pixels, params.cut_px(params.side_px), generator, amount=params.colour_jitter),
        )


def _bare(
    network: nn.Module,
    examples: Examples,
    batches: list[tuple[torch.Tensor, torch.Tensor]],
    params: TrainingParams,
) -> None:
    objective = objective_of(params, examples.targets, examples.weights, None)
    network.train()
    for chosen, pictures in batches:
        network.zero_grad()
        loss, _ = objective(network, pictures, examples.targets[chosen], examples.weights[chosen])
        torch.autograd.backward(loss)


if __name__ == "__main__":
    main()
