"""A rebalanced network beside the one that it came from, as a checkpoint of the same kind."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import pandas as pd

from inksift.curation.base.errors import ParamError
from inksift.curation.training.fit import checkpoints
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.fit.pictures import Pictures
from inksift.curation.training.rebalance.params import VERSION, RebalanceParams


class Stored(NamedTuple):
    """`checkpoint` opens with `load_trained`; `figures` and `curves` are those of `Rebalanced`;
    `seconds` is what making it took; `reused` tells that an earlier call had made it."""

    checkpoint: Path
    figures: dict[str, float]
    curves: pd.DataFrame
    seconds: float
    reused: bool


def rebalance_checkpoint(
    checkpoint: Path,
    rows: pd.DataFrame,
    pictures: Pictures,
    *,
    folder: Path,
    params: RebalanceParams,
    training: TrainingParams,
) -> Stored:
    """Rebalance the network of a finished checkpoint on the TRAINING_SET, the pictures and by the
    settings that it was trained with, or find what an earlier call left in `folder`; with the
    method none the checkpoint itself.

    TrainingError when the checkpoint is damaged, ParamError when its network has no head, otherwise
    as `rebalance`."""
    from inksift.curation.training.rebalance.rebalance import REBALANCE_CURVES

    if params.method == "none":
        return Stored(checkpoint, {}, REBALANCE_CURVES.frame([]), seconds=0.0, reused=True)
    target = folder / f"{_key(checkpoint, rows, pictures.digest, params, training)}.pt"
    state = checkpoints.load(target)
    reused = state is not None
    if state is None:
        state = _rebalanced(checkpoint, rows, pictures, params=params, training=training)
        checkpoints.save(target, state)
    return Stored(
        target,
        dict(state["figures"]),
        REBALANCE_CURVES.frame(state["balance"]),
        state["balance_seconds"],
        reused,
    )


def _rebalanced(
    checkpoint: Path,
    rows: pd.DataFrame,
    pictures: Pictures,
    *,
    params: RebalanceParams,
    training: TrainingParams,
) -> dict[str, Any]:
    """The state of the checkpoint with the rebalanced weights, and what is told of them."""
    from inksift.curation.training.fit.loop import load_trained
    from inksift.curation.training.networks.base import Classifier
    from inksift.curation.training.rebalance.rebalance import rebalance

    began = perf_counter()
    network, _ = load_trained(checkpoint)
    if not isinstance(network, Classifier):
        raise ParamError(
            f"{checkpoint} holds a network without a head: set balanced_classifier.method=none"
        )
    found = rebalance(network, rows, pictures.pixels, params, training=training)
    state = checkpoints.load(checkpoint) or {}
    told = {"figures": found.figures, "balance": found.curves.to_dict("records")}
    return {
        **state,
        **told,
        "best": found.network.state_dict(),
        "balance_seconds": perf_counter() - began,
    }


def _key(
    checkpoint: Path,
    rows: pd.DataFrame,
    pictures_digest: str,
    params: RebalanceParams,
    training: TrainingParams,
) -> str:
    """What decides the outcome, as a short digest; a checkpoint's name is a digest of how it was
    trained."""
    settings = [params.digest(), training.completed().digest()]
    described = json.dumps(
        [VERSION, checkpoint.stem, pictures_digest, settings, rows.to_csv(index=False)]
    )
    return hashlib.sha256(described.encode()).hexdigest()[:32]
