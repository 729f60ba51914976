"""The training loop: a function of pictures, settings and seed, which a kill at any moment only
delays.

Everything random in an epoch follows from (seed, epoch), and the learning rate and the stop from
the curve so far, so a training resumed from its last checkpoint ends where the undisturbed one
does. Pictures are taken by index from the memory-mapped file: handing them over from loader
processes would cost more than reading them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn
from tqdm.auto import tqdm

from inksift.curation.base.errors import DataError, ParamError, TrainingError
from inksift.curation.base.progress import bars_hidden
from inksift.curation.base.tables import CURVES
from inksift.curation.training import networks
from inksift.curation.training.fit import checkpoints
from inksift.curation.training.fit.arithmetic import arithmetic_threads
from inksift.curation.training.fit.epochs import Examples, examples_of, learn, validate
from inksift.curation.training.fit.optimisers import optimiser_of
from inksift.curation.training.fit.params import VERSION, TrainingParams
from inksift.curation.training.fit.pictures import Pictures
from inksift.curation.training.fit.schedule import (
    best_epoch,
    constant_rate,
    cosine_rate,
    plateau_rate,
)
from inksift.curation.training.networks.base import ParameterCounts, parameter_counts, set_dropout
from inksift.curation.training.splits import TRAIN, VALIDATION

_FINISHED = ("network", "settings", "parameters", "classes", "best", "best_epoch", "curves")


class Trained(NamedTuple):
    """A finished training."""

    checkpoint: Path
    """The file of the weights of the best epoch, and of what they belong to."""

    curves: pd.DataFrame
    """A CURVES table."""

    best_epoch: int
    """The epoch whose weights the checkpoint holds."""

    parameters: ParameterCounts
    """How many weights the network has, and how many of them learned."""

    resumed: bool
    """Whether an earlier run had begun it."""

    reused: bool
    """Whether an earlier run had finished it."""


def train(
    rows: pd.DataFrame, pictures: Pictures, *, folder: Path, params: TrainingParams
) -> Trained:
    """Train on a TRAINING_SET and its pictures (of side `params.side_px`), or take up what an
    earlier call with the same key left in `folder`.

    The best epoch is that of the highest macro F1 on the validation rows, then of the lowest loss;
    without validation rows the training rows stand in. DataError when there is nothing to train on,
    ParamError when the pictures have another side, TrainingError when the loss is no longer a
    number."""
    _demand_side(pictures.pixels, params)
    params = params.completed()
    key = training_key(rows, pictures.digest, params)
    finished, progress = folder / f"{key}.pt", folder / f"{key}.progress.pt"
    state = checkpoints.load(finished)
    if state:
        return _trained(finished, state, resumed=False, reused=True)
    state = checkpoints.load(progress)
    resumed = state is not None
    with arithmetic_threads(params.threads), torch.random.fork_rng(devices=[]):
        state = _run(rows, pictures.pixels, state, progress, params)
    checkpoints.save(finished, {name: state[name] for name in _FINISHED})
    progress.unlink(missing_ok=True)
    return _trained(finished, state, resumed=resumed, reused=False)


def training_key(rows: pd.DataFrame, pictures_digest: str, params: TrainingParams) -> str:
    """What decides the outcome of a training, as a short digest: rows, pictures, network, settings,
    versions."""
    versions, settings = (
        [VERSION, networks.network_called(params.network).version],
        params.completed().digest(),
    )
    described = json.dumps([versions, pictures_digest, settings, rows.to_csv(index=False)])
    return hashlib.sha256(described.encode()).hexdigest()[:32]


def load_trained(checkpoint: Path) -> tuple[nn.Module, list[str]]:
    """The network of a finished checkpoint, ready to predict, and its classes in the order of its
    logits."""
    state = checkpoints.load(checkpoint)
    if state is None:
        raise TrainingError(f"no usable checkpoint at {checkpoint}: train again")
    network = networks.build_network(state["network"], len(state["classes"]), state["settings"])
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
    validation = (
        examples_of(rows, pixels, VALIDATION, classes)
        if (rows["split"] == VALIDATION).any()
        else training
    )
    settings = params.network_settings()
    state = state or {
        "network": params.network,
        "settings": settings,
        "classes": classes,
        "curves": [],
    }
    learner = _learner(state, params)
    state["parameters"] = list(parameter_counts(learner.network))
    for epoch in _epochs(state["curves"], params):
        rate = _learning_rate(state["curves"], params)
        curve = _epoch(learner, training, validation, epoch=epoch, rate=rate, params=params)
        _demand_numbers(curve, progress)
        state["curves"].append(curve)
        state |= {
            "model": learner.network.state_dict(),
            "optimiser": learner.optimiser.state_dict(),
        }
        if _best(state["curves"]) == epoch:
            state |= {"best": _copied(learner.network), "best_epoch": epoch}
        checkpoints.save(progress, state)
    return state


def _demand_side(pixels: npt.NDArray[np.uint8], params: TrainingParams) -> None:
    if pixels.shape[1:3] != (params.side_px, params.side_px):
        raise ParamError(
            f"the pictures are {pixels.shape[2]} x {pixels.shape[1]} pixels, the network expects "
            f"{params.side_px} x "
            f"{params.side_px}: draw them at that side, or set classifier.image_side_px"
        )


def _classes(rows: pd.DataFrame) -> list[str]:
    classes = sorted(set(rows.loc[rows["split"] == TRAIN, "label"]))
    if len(classes) < 2:
        raise DataError(
            f"training needs two classes or more, got {len(classes)}: put each class in a folder "
            "of its own"
        )
    return classes


def _learner(state: dict[str, Any], params: TrainingParams) -> _Learner:
    """The network and its optimiser, fresh from the seed or as they were after the last saved
    epoch."""
    torch.manual_seed(params.seed)
    network = networks.build_network(state["network"], len(state["classes"]), state["settings"])
    set_dropout(network, params.dropout)
    optimiser = optimiser_of(
        network.parameters(), params.optimiser, rate=params.learning_rate, decay=params.weight_decay
    )
    if state["curves"]:
        network.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
    return _Learner(network, optimiser)


def _epoch(
    learner: _Learner,
    training: Examples,
    validation: Examples,
    *,
    epoch: int,
    rate: float,
    params: TrainingParams,
) -> dict[str, Any]:
    """One row of CURVES."""
    started = perf_counter()
    learnt = learn(
        learner.network, learner.optimiser, training, epoch=epoch, rate=rate, params=params
    )
    judged = validate(learner.network, validation)
    return {
        "epoch": epoch,
        "learning_rate": rate,
        **learnt,
        **judged,
        "seconds": perf_counter() - started,
    }


def _epochs(curves: list[dict[str, Any]], params: TrainingParams) -> Iterator[int]:
    """The epochs still to run, under a progress bar: up to the last one, or to the early stop."""
    with tqdm(
        total=params.max_epochs,
        initial=len(curves),
        desc="training",
        unit="epoch",
        disable=bars_hidden(),
    ) as bar:
        while len(curves) < params.max_epochs and len(curves) - 1 - _best(curves) < params.patience:
            yield len(curves)
            bar.update()
            bar.set_postfix(macro_f1=round(curves[-1]["validation_macro_f1"], 3))


def _best(curves: list[dict[str, Any]]) -> int:
    return best_epoch(
        [c["validation_macro_f1"] for c in curves], [c["validation_loss"] for c in curves]
    )


def _learning_rate(curves: list[dict[str, Any]], params: TrainingParams) -> float:
    largest, warm_up = params.learning_rate, params.warm_up_epochs
    if params.schedule == "cosine":
        return cosine_rate(len(curves), largest, warm_up=warm_up, epochs=params.max_epochs)
    if params.schedule == "constant":
        return constant_rate(len(curves), largest, warm_up=warm_up)
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
        f"the loss of epoch {curve['epoch']} is not a number at learning rate "
        f"{curve['learning_rate']:g}{kept}: "
        "set classifier.learning_rate or classifier.clip_norm lower, and run again"
    )


def _trained(checkpoint: Path, state: dict[str, Any], *, resumed: bool, reused: bool) -> Trained:
    parameters = ParameterCounts(*state["parameters"])
    return Trained(
        checkpoint, CURVES.frame(state["curves"]), state["best_epoch"], parameters, resumed, reused
    )
