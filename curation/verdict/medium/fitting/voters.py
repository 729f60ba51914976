"""Which measures earn a vote beside the embedding's, and what each vote weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import Integers
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.verdict.medium import quality
from inksift.curation.verdict.medium.fit import fit_votes, log_loss
from inksift.curation.verdict.medium.fitting.directions import Rows
from inksift.curation.verdict.medium.fitting.sources import balance
from inksift.curation.verdict.medium.votes import EMBEDDING, VOTERS, Floats, Voter

LOGGED = frozenset({*(signal.name for signal in SIGNALS), "objects"})
"""Measures that are skewed to the right: their log1p votes."""


@dataclass(frozen=True)
class VoterSettings:
    """How a voter's worth is measured."""

    redraws: int = 200
    """Samples of sources behind the interval of an AUROC."""

    interval: tuple[float, float] = (0.025, 0.975)
    """Quantiles of the redrawn AUROCs: 95 %."""

    least_lead: float = 0.05
    """How far from chance an AUROC has to lie. What is the same in all but a few pictures of the
    fitting set ranks no further, and standardised it would shout wherever else it varies."""

    strength: float = 1.0
    """Precision of the prior around weights of 0, in units of one answer of full curvature."""


_SETTINGS = VoterSettings()


class Sample(NamedTuple):
    """n pictures to fit votes to."""

    inputs: Floats
    """Standardised measures, n x voters; NaN where missing."""

    photo: Rows
    """Whether each is a photograph."""

    weight: Floats
    """Sample weights of mean 1."""

    group: Integers
    """A group that shares no source with another."""

    def some(self, rows: Rows) -> Sample:
        """The pictures in these rows."""
        return Sample(self.inputs[rows], self.photo[rows], self.weight[rows], self.group[rows])


class Votes(NamedTuple):
    """A fit."""

    weights: Floats
    """Log-odds per standard deviation of each of VOTERS, 0 for one without a vote."""

    base: float
    """Log-odds of an average picture."""


def unweighted(measure: Floats, name: str) -> Voter:
    """The voter of that name, standardised by what it measured, with no weight yet."""
    logged = name in LOGGED
    scaled = np.log1p(np.maximum(measure, 0)) if logged else measure
    known = scaled[~np.isnan(scaled)]
    if not len(known):
        return Voter(center=0.0, spread=1.0, weight=0.0, log=logged)
    return Voter(float(known.mean()), float(known.std()) or 1.0, weight=0.0, log=logged)


def auroc_over_sources(measure: Floats, table: pd.DataFrame) -> quality.Interval:
    """AUROC, with the interval of redrawn sources: pictures of one source are not independent
    witnesses. Where nothing was measured nothing is known."""
    if np.isnan(measure).all():
        return quality.UNKNOWN
    weight, photo = balance(table, "family"), table["photo"].to_numpy()
    places = pd.Series(np.arange(len(table)))
    rows = [group.to_numpy() for _, group in places.groupby(table["source"].to_numpy())]
    rng = np.random.default_rng(0)
    redrawn = []
    for _ in range(_SETTINGS.redraws):
        sources = rng.integers(0, len(rows), len(rows))
        drawn = np.concatenate([rows[number] for number in sources])
        redrawn.append(quality.auroc(measure[drawn], photo[drawn], weight[drawn]))
    if np.isnan(redrawn).all():
        return quality.UNKNOWN
    # a redrawn sample may lack a class: it says nothing of the ranking
    low, high = np.nanquantile(redrawn, _SETTINGS.interval)
    return quality.Interval(quality.auroc(measure, photo, weight), float(low), float(high))


def earned(sample: Sample, aurocs: Mapping[str, quality.Interval]) -> list[int]:
    """The sign of every voter that earns a vote, 0 for the others.

    The two halves of the embedding's own regression vote together. Any other voter has to rank
    better than chance over redrawn sources, and to lower the loss on sources that were left out by
    more than one standard error, beside the voters before it, the best first."""
    signs = [int(name in EMBEDDING) for name in VOTERS]
    losses = _left_out_losses(sample, signs)
    for name in _candidates(aurocs):
        tried = list(signs)
        tried[VOTERS.index(name)] = 1 if aurocs[name].value > quality.CHANCE else -1
        new = _left_out_losses(sample, tried)
        saved = losses - new
        # one standard error, as in choosing the simplest model within one (Breiman et al. 1984)
        if saved.mean() > saved.std(ddof=1) / np.sqrt(len(saved)):
            signs, losses = tried, new
    return signs


def fit_weights(sample: Sample, signs: Sequence[int]) -> Votes:
    """The weights and the base that suit the sample, with weights on these sides of 0."""
    weights, base = fit_votes(
        sample.inputs,
        sample.photo,
        sample.weight,
        prior_weights=np.zeros(len(VOTERS)),
        prior_base=0.0,
        strength=_SETTINGS.strength,
        signs=signs,
    )
    return Votes(weights, base)


def _candidates(aurocs: Mapping[str, quality.Interval]) -> list[str]:
    """Voters beside EMBEDDING that rank better than chance, by a lead worth a vote, the best
    first."""
    leads = {
        name: abs(auroc.value - quality.CHANCE)
        for name, auroc in aurocs.items()
        if name not in EMBEDDING and not quality.at_chance(auroc)
    }
    worth = [name for name, lead in leads.items() if lead >= _SETTINGS.least_lead]
    return sorted(worth, key=lambda name: -leads[name])


def _left_out_losses(sample: Sample, signs: Sequence[int]) -> npt.NDArray[np.float64]:
    """The weighted log loss on every group, by a fit to the other groups."""
    losses = []
    for number in np.unique(sample.group):
        out = sample.group == number
        fitted, left_out = fit_weights(sample.some(~out), signs), sample.some(out)
        log_odds = np.nan_to_num(left_out.inputs) @ fitted.weights + fitted.base
        losses.append(left_out.weight @ log_loss(log_odds, left_out.photo))
    return np.array(losses)
