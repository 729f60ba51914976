"""One pass over pictures: learning from them in the order and with the changes drawn for an epoch,
or judging them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.metrics import f1_score
from torch import nn
from torch.nn.functional import cross_entropy

from inksift.curation.training.fit.centre_loss import Centres, find_centres
from inksift.curation.training.fit.forward import features_of, logits_of, scaled
from inksift.curation.training.fit.jitter import jittered
from inksift.curation.training.fit.objective import Objective, objective_of, weighted_mean
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks.base import Classifier


class Examples(NamedTuple):
    """Pictures of one split: their positions in `pixels`, classes as numbers, and weights in the
    loss."""

    pixels: npt.NDArray[np.uint8]
    positions: npt.NDArray[np.int64]
    targets: torch.Tensor
    weights: torch.Tensor


def examples_of(
    rows: pd.DataFrame, pixels: npt.NDArray[np.uint8], split: str, classes: list[str]
) -> Examples:
    """The rows of one split of a TRAINING_SET, whose pictures are `pixels`, row by row."""
    of_split = (rows["split"] == split).to_numpy()
    number = {name: index for index, name in enumerate(classes)}
    targets = torch.tensor(rows.loc[of_split, "label"].map(number).to_numpy(dtype=np.int64))
    weights = torch.tensor(rows.loc[of_split, "weight"].to_numpy(dtype=np.float32))
    return Examples(pixels, np.flatnonzero(of_split), targets, weights)


def learn(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    examples: Examples,
    *,
    epoch: int,
    rate: float,
    params: TrainingParams,
) -> dict[str, float]:
    """One pass over the examples at this learning rate; mean loss and accuracy on the way.

    Sets the global generator of torch, from which dropout draws: callers set it apart with
    `fork_rng`."""
    seed = int(np.random.SeedSequence([params.seed, epoch]).generate_state(1)[0])
    objective = objective_of(
        params, examples.targets, examples.weights, _centres(network, examples, seed, params)
    )
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    for group in optimiser.param_groups:
        group["lr"] = rate
    network.train()
    count = len(examples.targets)
    steps = [
        _step(network, optimiser, objective, examples, chosen, generator, params)
        for chosen in _batches(count, params.batch_size, generator)
    ]
    loss, hits = np.sum(steps, axis=0) / count
    return {"train_loss": float(loss), "train_accuracy": float(hits)}


def validate(network: nn.Module, examples: Examples) -> dict[str, float]:
    """Weighted loss, and macro F1 over the classes that the examples have."""
    logits = logits_of(network, examples.pixels, examples.positions)
    truth = examples.targets.numpy()
    score = f1_score(
        truth, logits.argmax(1).numpy(), average="macro", labels=np.unique(truth), zero_division=0
    )
    loss = weighted_mean(
        cross_entropy(logits, examples.targets, reduction="none"), examples.weights
    )
    return {"validation_loss": float(loss), "validation_macro_f1": float(score)}


def _centres(
    network: nn.Module, examples: Examples, seed: int, params: TrainingParams
) -> Centres | None:
    """Where the features of the classes lie before the epoch, if the loss asks for it."""
    if not (params.centre_loss and isinstance(network, Classifier)):
        return None
    features = features_of(network, examples.pixels, examples.positions)
    return find_centres(features.numpy(), examples.targets.numpy(), params.centres_per_class, seed)


def _batches(count: int, size: int, generator: torch.Generator) -> Sequence[torch.Tensor]:
    """All positions in random order, in equal batches of `size` or a little more: never one of a
    single picture, of which batch normalisation can make nothing."""
    order = torch.randperm(count, generator=generator)
    return torch.tensor_split(order, max(1, count // size))


def _step(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    objective: Objective,
    examples: Examples,
    chosen: torch.Tensor,
    generator: torch.Generator,
    params: TrainingParams,
) -> tuple[float, int]:
    """One step of the optimiser: the loss, summed over the chosen examples, and how many of them
    were known."""
    pixels = scaled(examples.pixels[examples.positions[chosen.numpy()]])
    cut = params.cut_px(pixels.shape[1])
    pictures = jittered(
        pixels, cut, generator, amount=params.colour_jitter, mirrored=params.mirrored_share
    )
    targets, weights = examples.targets[chosen], examples.weights[chosen]
    with torch.autocast("cpu", torch.bfloat16, enabled=params.precision == "bfloat16"):
        loss, logits = objective(network, pictures, targets, weights)
    optimiser.zero_grad()
    torch.autograd.backward(loss)
    if params.clip_norm is not None:
        nn.utils.clip_grad_norm_(network.parameters(), params.clip_norm)
    optimiser.step()
    return float(loss.detach()) * len(chosen), int((logits.argmax(1) == targets).sum())
