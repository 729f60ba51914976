"""Small regularised logistic models: what measures weigh in a log-odds, and how answers change a
log-odds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inksift.curation.verdict.medium.votes import Bools, Floats


@dataclass(frozen=True)
class FittingSettings:
    """How fits are checked and when they end."""

    folds: int = 5
    """Parts of the answers, each held out once."""

    newton_steps: int = 100
    """Most steps of Newton's method."""

    halvings: int = 30
    """Most halvings of one such step."""

    settled: float = 1e-10
    """A step that gains less of the log posterior ends the fit."""

    lbfgs_steps: int = 1000
    """Most steps of L-BFGS-B."""

    lbfgs_loss: float = 1e-14
    """Relative gain of the loss below which it ends."""

    lbfgs_gradient: float = 1e-9
    """Largest gradient at which it ends."""


FITTING = FittingSettings()

_BOUNDS = {-1: (-np.inf, 0.0), 0: (0.0, 0.0), 1: (0.0, np.inf)}
"""Where a weight may lie, by its sign."""


def fit_votes(
    standardised: Floats,
    photo: Bools,
    weight: Floats,
    *,
    prior_weights: Floats,
    prior_base: float,
    strength: float,
    signs: Sequence[int],
) -> tuple[Floats, float]:
    """The weights of v measures and the base of their log-odds that suit n answers best (MAP
    logistic regression).

    `standardised` is n x v in standard deviations; a missing measure (NaN) counts as 0, the mean.
    The prior is a Gaussian around `prior_weights` and `prior_base` with precision `strength`, above
    0. `signs` keeps each weight at or above zero (+1), at or below it (-1), or at it (0)."""
    from scipy.optimize import minimize

    # the last column is the base, a weight of an input that is always 1
    inputs = np.column_stack([np.nan_to_num(standardised), np.ones(len(standardised))])
    prior = np.append(prior_weights, prior_base)
    bounds = [*(_BOUNDS[sign] for sign in signs), (-np.inf, np.inf)]
    start = np.clip(prior, *np.transpose(bounds))

    def loss(fitted: Floats) -> tuple[float, Floats]:
        log_odds = inputs @ fitted
        pull = strength * (fitted - prior)
        value = weight @ log_loss(log_odds, photo) + pull @ (fitted - prior) / 2
        gradient = inputs.T @ (weight * (probability(log_odds) - photo)) + pull
        return float(value), gradient

    options = {
        "maxiter": FITTING.lbfgs_steps,
        "ftol": FITTING.lbfgs_loss,
        "gtol": FITTING.lbfgs_gradient,
    }
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x
    return found[:-1], float(found[-1])


def chosen(losses: Mapping[float, Floats]) -> float:
    """The candidate whose held-out answers have the least mean log loss; the first one unless that
    gains more than noise.

    >>> chosen({1.0: np.array([0.5, 0.9]), 2.0: np.array([0.6, 0.7])})
    1.0
    """
    first, *_ = losses
    best = min(losses, key=lambda candidate: float(losses[candidate].mean()))
    gains = losses[first] - losses[best]
    # one standard error of the paired gains: without one the simplest candidate, the first, stays
    return best if gains.mean() > gains.std() / np.sqrt(len(gains)) else first


def log_loss(log_odds: Floats, photo: Bools) -> Floats:
    """What each answer costs a model that promised these log-odds of a photograph (natural
    logarithm).

    >>> log_loss(np.array([0.0, 800.0]), np.array([True, False])).round(3).tolist()
    [0.693, 800.0]
    """
    return np.logaddexp(0.0, np.where(photo, -log_odds, log_odds))


def probability(log_odds: Floats) -> Floats:
    """The probability at these log-odds, without overflow.

    >>> probability(np.array([0.0, -800.0])).tolist()
    [0.5, 0.0]
    """
    return np.exp(-np.logaddexp(0.0, -log_odds))


def fit_change(log_odds: Floats, photo: Bools, weight: Floats, *, covariance: Floats) -> Floats:
    """How n answers ask n log-odds to change, as coefficients a: the change is `covariance` @ a.

    The most likely change under a Gaussian process with mean 0 and this covariance (n x n) whose
    answers are drawn with the changed log-odds: Newton's method on B = I + sqrt(W) K sqrt(W), which
    is never singular (Rasmussen and Williams 2006, algorithm 3.1). A step that would make things
    worse is halved."""
    coefficients = np.zeros(len(log_odds))
    value = -float(weight @ log_loss(log_odds, photo))
    for _ in range(FITTING.newton_steps):
        step = _newton(log_odds, photo, weight, covariance, coefficients) - coefficients
        for _ in range(FITTING.halvings):
            better = _posterior(log_odds, photo, weight, covariance, coefficients + step)
            if better >= value:
                break
            step = step / 2
        if better - value <= FITTING.settled:
            break
        coefficients, value = coefficients + step, better
    return coefficients


def _newton(
    log_odds: Floats,
    photo: Bools,
    weight: Floats,
    covariance: Floats,
    coefficients: Floats,
) -> Floats:
    from scipy.linalg import cho_factor, cho_solve

    change = covariance @ coefficients
    chance = probability(log_odds + change)
    curvature = weight * chance * (1 - chance)
    root = np.sqrt(curvature)
    wanted = curvature * change + weight * (photo - chance)
    system = np.eye(len(root)) + root[:, None] * covariance * root
    solved: Floats = cho_solve(cho_factor(system), root * (covariance @ wanted))
    return wanted - root * solved


def _posterior(
    log_odds: Floats,
    photo: Bools,
    weight: Floats,
    covariance: Floats,
    coefficients: Floats,
) -> float:
    change = covariance @ coefficients
    return float(-coefficients @ change / 2 - weight @ log_loss(log_odds + change, photo))
