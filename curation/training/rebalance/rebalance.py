"""From a trained network to one with a balanced last layer, by the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from inksift.curation.base.tables import Table
from inksift.curation.training.fit.arithmetic import arithmetic_threads
from inksift.curation.training.fit.params import TrainingParams
from inksift.curation.training.networks.base import Classifier
from inksift.curation.training.rebalance.choice import BY_THEORY, best_value, macro_f1_of
from inksift.curation.training.rebalance.feature_gan import filling, learn_gan
from inksift.curation.training.rebalance.fit import relearned
from inksift.curation.training.rebalance.frozen import Frozen
from inksift.curation.training.rebalance.last_layer import LastLayer, with_last_layer
from inksift.curation.training.rebalance.logit_adjustment import STRENGTHS, adjusted, log_priors
from inksift.curation.training.rebalance.params import Method, RebalanceParams
from inksift.curation.training.rebalance.tau_norm import TAUS, tau_normalised

REBALANCE_CURVES = Table(
    "rebalance_curves", {"curve": "str", "at": "float64", "value": "float64"}, key=("curve", "at")
)
"""Points of curves: macro F1 on the validation pictures at every value that was tried, or how much
higher the discriminator of the GAN scored real features than made ones after every step."""


class Rebalanced(NamedTuple):
    """A copy of the network with another last layer, ready to predict. `curves` is a
    REBALANCE_CURVES table, and `figures` says what was chosen and made: tau, strength, macro F1
    with it on the validation pictures; views, generated features, the least and the largest spread
    of a class of these, in that of its real ones."""

    network: Classifier
    figures: dict[str, float]
    curves: pd.DataFrame


def rebalance(
    network: Classifier,
    rows: pd.DataFrame,
    pixels: npt.NDArray[np.uint8],
    params: RebalanceParams,
    *,
    training: TrainingParams,
) -> Rebalanced:
    """Balance the last layer of a network that was trained on a TRAINING_SET and its pictures (n x
    side x side x 3).

    `training` are the settings of that training: views are changed as it changed them, what its
    loss already corrected is not corrected again, and it says how many threads may be used. The
    network itself stays as it is. DataError when the rows have other classes than the network."""
    frozen = Frozen.of(network, rows, pixels, training)
    with arithmetic_threads(training.threads), torch.random.fork_rng(devices=[]):
        found = _METHODS[params.method](frozen, params)
    return Rebalanced(
        with_last_layer(network, found.layer),
        found.figures,
        REBALANCE_CURVES.frame(list(found.curves)),
    )


class _Found(NamedTuple):
    layer: LastLayer
    figures: dict[str, float]
    curves: Sequence[dict[str, object]] = ()


def _none(frozen: Frozen, params: RebalanceParams) -> _Found:
    return _Found(frozen.layer, {})


def _crt(frozen: Frozen, params: RebalanceParams) -> _Found:
    features, targets = frozen.views(params)
    return _Found(relearned(features, targets, params.decay), {"views": float(len(targets))})


def _tau_norm(frozen: Frozen, params: RebalanceParams) -> _Found:
    tried = TAUS if params.tau is None else [params.tau]
    return _chosen(frozen, "tau", {tau: tau_normalised(frozen.layer, tau) for tau in tried})


def _logit_adjustment(frozen: Frozen, params: RebalanceParams) -> _Found:
    targets, weights = (
        frozen.learnt.targets.numpy(),
        frozen.learnt.weights.numpy().astype(np.float64),
    )
    priors = log_priors(targets, weights, frozen.training.logit_adjustment)
    tried = STRENGTHS if params.strength is None else [params.strength]
    return _chosen(
        frozen,
        "strength",
        {strength: adjusted(frozen.layer, priors, strength) for strength in tried},
    )


def _chosen(frozen: Frozen, name: str, candidates: Mapping[float, LastLayer]) -> _Found:
    """The candidate that suits the validation pictures; the one of theory where there are none."""
    if len(candidates) == 1:
        ((value, layer),) = candidates.items()
        return _Found(layer, {name: value})
    if not len(frozen.validation.targets):
        return _Found(candidates[BY_THEORY], {name: BY_THEORY})
    scores = macro_f1_of(candidates, *frozen.unseen())
    value = best_value(scores)
    curves = [
        {"curve": f"macro F1 by {name}", "at": at, "value": score} for at, score in scores.items()
    ]
    return _Found(candidates[value], {name: value, "validation_macro_f1": scores[value]}, curves)


def _feature_gan(frozen: Frozen, params: RebalanceParams) -> _Found:
    features, targets = frozen.views(params)
    gan = learn_gan(
        features,
        targets,
        steps=params.gan_steps,
        directions=params.gan_directions,
        seed=params.seed,
    )
    made, kinds = filling(gan, targets, params.seed)
    layer = relearned(
        np.concatenate([features, made]), np.concatenate([targets, kinds]), params.decay
    )
    spreads = gan.spread_ratios(features, targets, params.seed)
    figures = {"views": float(len(targets)), "generated": float(len(kinds))}
    figures |= {"least_spread": float(spreads.min()), "largest_spread": float(spreads.max())}
    curves = [
        {"curve": "score of real above made", "at": float(at), "value": gap}
        for at, gap in gan.gaps.items()
    ]
    return _Found(layer, figures, curves)


_METHODS: dict[Method, Callable[[Frozen, RebalanceParams], _Found]] = {
    "none": _none,
    "crt": _crt,
    "tau_norm": _tau_norm,
    "logit_adjustment": _logit_adjustment,
    "feature_gan": _feature_gan,
}
