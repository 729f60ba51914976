"""How much of a training's time is arithmetic: the loop against a bare forward and backward on the
same batches.

    python benchmarks/training_speed.py [--network custom] [--side 128] [--pictures 512] [--repeats
    5] [--threads 0]

The loop is inksift's own epoch: pictures by index from a memory-mapped file of uint8, cuts, mirrors
and colour drawn anew, forward, loss, backward, clipping, the optimiser's step. The bare pass has
the very same batches ready in memory and does forward, loss and backward. Both run in turn,
`repeats` times, and the medians are compared; target 0.9. A training that was killed, or stopped
after any epoch, ends at the same numbers: tests/library/test_training.py."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from inksift.curation.base.engine import worker_count
from inksift.curation.training import networks
from inksift.curation.training.fit.epochs import Examples, learn
from inksift.curation.training.fit.forward import scaled
from inksift.curation.training.fit.jitter import jittered
from inksift.curation.training.fit.objective import objective_of
from inksift.curation.training.fit.optimisers import optimiser_of
from inksift.curation.training.fit.params import TrainingParams

CLASSES = 20
TARGET = 0.9


def main() -> None:
    options = _options()
    torch.set_num_threads(options.threads or worker_count())
    params = TrainingParams.of(
        "classifier", {"network": options.network, "image_side_px": options.side}
    )
    with tempfile.TemporaryDirectory() as folder:
        examples = _examples(Path(folder) / "pictures.npy", params.side_px, options.pictures)
        loop, bare = _measured(examples, params, options.repeats)
    ratio = float(np.median(bare) / np.median(loop))
    print(
        f"{options.network} at {params.side_px} px, batches of {params.batch_size}, "
        f"{torch.get_num_threads()} threads"
    )
    for name, seconds in (("the loop", loop), ("bare forward and backward", bare)):
        print(f"{name:<28}{options.pictures / np.median(seconds):8.1f} pictures a second")
    print(
        f"the loop reaches {ratio:.3f} of the bare speed, target {TARGET}: "
        f"{'met' if ratio >= TARGET else 'missed'}"
    )
    print(
        json.dumps({"benchmark": "training_speed", "ratio": ratio, "loop_s": loop, "bare_s": bare})
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="custom", choices=list(networks.every_network()))
    parser.add_argument(
        "--side", type=int, default=None, help="of the pictures; the network's own if not given"
    )
    parser.add_argument("--pictures", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0: one per core")
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


def _measured(
    examples: Examples, params: TrainingParams, repeats: int
) -> tuple[list[float], list[float]]:
    """Seconds of an epoch by the loop, and of the bare pass; the first of each does not count."""
    torch.manual_seed(0)
    network = networks.build_network(params.network, CLASSES, params.network_settings())
    optimiser = optimiser_of(
        network.parameters(), params.optimiser, rate=1e-4, decay=params.weight_decay
    )
    batches = list(_batches(examples, params))
    loop, bare = [], []
    for epoch in range(repeats + 1):
        began = perf_counter()
        learn(network, optimiser, examples, epoch=epoch, rate=1e-4, params=params)
        loop.append(perf_counter() - began)
        bare.append(_bare(network, examples, batches, params))
    return loop[1:], bare[1:]


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
) -> float:
    objective = objective_of(params, examples.targets, examples.weights, None)
    network.train()
    began = perf_counter()
    for chosen, pictures in batches:
        network.zero_grad()
        loss, _ = objective(network, pictures, examples.targets[chosen], examples.weights[chosen])
        torch.autograd.backward(loss)
    return perf_counter() - began


if __name__ == "__main__":
    main()
