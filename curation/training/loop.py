"""The training loop: a function of pictures, settings and seed, which a kill at any moment only delays.

Everything random in an epoch follows from (seed, epoch), and the learning rate and the stop from the curve so far, so
a training resumed from its last checkpoint ends where the undisturbed one does. Pictures are taken by index from the
memory-mapped file: handing them over from loader processes would cost more than reading them.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from pydantic import Field, field_validator
from torch import nn
from tqdm.auto import tqdm

from curation import networks
from curation.engine import worker_count
from curation.errors import DataError, TrainingError
from curation.networks import custom
from curation.params import Params
from curation.splits import TRAIN, VALIDATION
from curation.tables import CURVES
from curation.training import checkpoints
from curation.training.augment import Recipe
from curation.training.epochs import Examples, examples_of, learn, validate
from curation.training.pictures import Pictures
from curation.training.schedule import best_epoch, cosine_rate, plateau_rate

VERSION = 1
_FINISHED = ("network", "classes", "best", "best_epoch", "curves")


class TrainingParams(Params):
    """Settings of the training."""

    network: str = Field("custom", description="Name of the network")
    oversampling_recipe: Recipe = Field("gentle", description="How the copies of small classes are changed")
    image_side_px: int = Field(128, ge=32, le=256, multiple_of=2, description="Side of the square training pictures")
    crop_share: float = Field(
        0.75, ge=0.5, le=1, description="Side of the cut seen in training, as a share of the side"
    )
    colour_jitter: float = Field(0.2, ge=0, le=0.9, description="Largest change of the distance to white in training")
    batch_size: int = Field(32, ge=2, le=4096, description="Pictures per step")
    max_epochs: int = Field(40, ge=1, le=10_000, description="Passes over the training set at most")
    learning_rate: float = Field(2e-3, gt=0, le=1, description="Largest learning rate")
    schedule: Literal["cosine", "plateau"] = Field(
        "cosine", description="Fall of the learning rate: to zero over max_epochs, or whenever validation stops gaining"
    )
    warm_up_epochs: int = Field(2, ge=0, le=1000, description="Epochs of rising learning rate")
    plateau_patience: int = Field(4, ge=0, le=1000, description="Epochs without a gain before the learning rate falls")
    plateau_factor: float = Field(0.4, gt=0, lt=1, description="What the learning rate is multiplied by on a plateau")
    patience: int = Field(15, ge=1, le=10_000, description="Epochs without a gain in macro F1 before training stops")
    weight_decay: float = Field(0.02, ge=0, le=1, description="AdamW's decay of the weights")
    clip_norm: float = Field(2.0, gt=0, le=1000, description="Largest norm of the gradient")
    label_smoothing: float = Field(0.05, ge=0, le=0.5, description="Probability spread over the other classes")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Another seed trains another network")
    threads: int = Field(0, ge=0, le=1024, description="Threads of the arithmetic; 0: one per core")

    @field_validator("network")
    @classmethod
    def _known_network(cls, name: str) -> str:
        if name not in networks.NETWORKS:
            raise ValueError(f"no network called {name}; there are: {', '.join(networks.NETWORKS)}")
        return name


class Trained(NamedTuple):
    """A finished training. `curves` is a CURVES table and `best_epoch` the epoch whose weights the checkpoint holds;
    `resumed` tells that an earlier run had begun it, `reused` that one had finished it."""

    checkpoint: Path
    curves: pd.DataFrame
    best_epoch: int
    resumed: bool
    reused: bool


def train(rows: pd.DataFrame, pictures: Pictures, *, folder: Path, params: TrainingParams) -> Trained:
    """Train on a TRAINING_SET and its pictures, or take up what an earlier call with the same key left in `folder`.

    The best epoch is that of the highest macro F1 on the validation rows, then of the lowest loss; without validation
    rows the training rows stand in. DataError when there is nothing to train on, TrainingError when the loss is no
    longer a number.
    """
    key = training_key(rows, pictures.digest, params)
    finished, progress = folder / f"{key}.pt", folder / f"{key}.progress.pt"
    state = checkpoints.load(finished)
    if state:
        return _trained(finished, state, resumed=False, reused=True)
    state = checkpoints.load(progress)
    resumed = state is not None
    with _threads(params.threads), torch.random.fork_rng(devices=[]):
        state = _run(rows, pictures.pixels, state, progress, params)
    checkpoints.save(finished, {name: state[name] for name in _FINISHED})
    progress.unlink(missing_ok=True)
    return _trained(finished, state, resumed=resumed, reused=False)


def training_key(rows: pd.DataFrame, pictures_digest: str, params: TrainingParams) -> str:
    """What decides the outcome of a training, as a short digest: rows, pictures, settings, versions."""
    table = rows.to_csv(index=False)
    described = json.dumps([VERSION, custom.VERSION, pictures_digest, params.digest(), table])
    return hashlib.sha256(described.encode()).hexdigest()[:32]


def load_trained(checkpoint: Path) -> tuple[nn.Module, list[str]]:
    """The network of a finished checkpoint, ready to predict, and its classes in the order of its logits."""
    state = checkpoints.load(checkpoint)
    if state is None:
        raise TrainingError(f"no usable checkpoint at {checkpoint}: train again")
    network = networks.build(state["network"], len(state["classes"]))
    network.load_state_dict(state["best"])
    return network.eval(), list(state["classes"])


class _Learner(NamedTuple):
    network: nn.Module
    optimiser: torch.optim.Optimizer


def _run(
    rows: pd.DataFrame,
    pixels: npt.NDArray[np.uint8],
    state: dict[str, Any] | None,
    progress: Path,
    params: TrainingParams,
) -> dict[str, Any]:
    """The state after the last epoch; saved to `progress` after every epoch."""
    classes = _classes(rows)
    training = examples_of(rows, pixels, TRAIN, classes)
    validation = examples_of(rows, pixels, VALIDATION, classes) if (rows["split"] == VALIDATION).any() else training
    state = state or {"network": params.network, "classes": classes, "curves": []}
    learner = _learner(state, params)
    for epoch in _epochs(state["curves"], params):
        rate = _learning_rate(state["curves"], params)
        curve = _epoch(learner, training, validation, epoch=epoch, rate=rate, params=params)
        _demand_numbers(curve, progress)
        state["curves"].append(curve)
        state |= {"model": learner.network.state_dict(), "optimiser": learner.optimiser.state_dict()}
        if _best(state["curves"]) == epoch:
            state |= {"best": _copied(learner.network), "best_epoch": epoch}
        checkpoints.save(progress, state)
    return state


def _classes(rows: pd.DataFrame) -> list[str]:
    classes = sorted(set(rows.loc[rows["split"] == TRAIN, "label"]))
    if len(classes) < 2:
        raise DataError(
            f"training needs two classes or more, got {len(classes)}: put each class in a folder of its own"
        )
    return classes


def _learner(state: dict[str, Any], params: TrainingParams) -> _Learner:
    """The network and its optimiser, fresh from the seed or as they were after the last saved epoch."""
    torch.manual_seed(params.seed)
    network = networks.build(params.network, len(state["classes"]))
    optimiser = torch.optim.AdamW(network.parameters(), lr=params.learning_rate, weight_decay=params.weight_decay)
    if state["curves"]:
        network.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
    return _Learner(network, optimiser)


def _epoch(
    learner: _Learner, training: Examples, validation: Examples, *, epoch: int, rate: float, params: TrainingParams
) -> dict[str, Any]:
    """One row of CURVES."""
    started = perf_counter()
    learnt = learn(learner.network, learner.optimiser, training, epoch=epoch, rate=rate, params=params)
    judged = validate(learner.network, validation)
    return {"epoch": epoch, "learning_rate": rate, **learnt, **judged, "seconds": perf_counter() - started}


def _epochs(curves: list[dict[str, Any]], params: TrainingParams) -> Iterator[int]:
    """The epochs still to run, under a progress bar: up to the last one, or to the early stop."""
    with tqdm(total=params.max_epochs, initial=len(curves), desc="training", unit="epoch", disable=None) as bar:
        while len(curves) < params.max_epochs and len(curves) - 1 - _best(curves) < params.patience:
            yield len(curves)
            bar.update()
            bar.set_postfix(macro_f1=round(curves[-1]["validation_macro_f1"], 3))


def _best(curves: list[dict[str, Any]]) -> int:
    return best_epoch([c["validation_macro_f1"] for c in curves], [c["validation_loss"] for c in curves])


def _learning_rate(curves: list[dict[str, Any]], params: TrainingParams) -> float:
    largest, warm_up = params.learning_rate, params.warm_up_epochs
    if params.schedule == "cosine":
        return cosine_rate(len(curves), largest, warm_up=warm_up, epochs=params.max_epochs)
    scores = [curve["validation_macro_f1"] for curve in curves]
    patience, factor = params.plateau_patience, params.plateau_factor
    return plateau_rate(scores, largest, warm_up=warm_up, patience=patience, factor=factor)


def _copied(network: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


def _demand_numbers(curve: dict[str, Any], progress: Path) -> None:
    if math.isfinite(curve["train_loss"]) and math.isfinite(curve["validation_loss"]):
        return
    kept = f" ({progress} holds the epochs before)" if curve["epoch"] else ""
    raise TrainingError(
        f"the loss of epoch {curve['epoch']} is not a number at learning rate {curve['learning_rate']:g}{kept}: "
        "set classifier.learning_rate or classifier.clip_norm lower, and run again"
    )


def _trained(checkpoint: Path, state: dict[str, Any], *, resumed: bool, reused: bool) -> Trained:
    return Trained(checkpoint, CURVES.frame(state["curves"]), state["best_epoch"], resumed, reused)


@contextmanager
def _threads(wanted: int) -> Iterator[None]:
    """Use so many threads in the block (0: one per core), as many as before after it."""
    before = torch.get_num_threads()
    torch.set_num_threads(wanted or worker_count())
    try:
        yield
    finally:
        torch.set_num_threads(before)
