"""Calibration: votes scaled so that a log-odds in a folder is one, and thresholds that keep their
promises there.

Neighbours pull a verdict, so what is promised must hold after the pull, in folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.verdict.medium.fit import fit_votes
from inksift.curation.verdict.medium.fitting.directions import Rows
from inksift.curation.verdict.medium.fitting.simulated import SimulatedFolder, simulated_folders
from inksift.curation.verdict.medium.fitting.sources import balance
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.neighbours import Near, nearest, pull
from inksift.curation.verdict.medium.thresholds import PROMISES
from inksift.curation.verdict.medium.votes import Floats


@dataclass(frozen=True)
class CalibrationSettings:
    """Which folders a head is calibrated in, and how."""

    photo_shares: tuple[float, ...] = (0.02, 0.1, 0.3)
    """Shares of photographs in the simulated folders; crawls held from few to a third."""

    folders: int = 3
    """Folders for each family and share."""

    rounds: int = 3
    """Rounds of scaling: the pull of neighbours is clipped, so it does not scale along."""

    strength: float = 1e-3
    """Precision of the prior around leaving the log-odds as they are."""


_SETTINGS = CalibrationSettings()


class _Calibration(NamedTuple):
    """Simulated folders of one set of pictures, in every scored view."""

    views: Sequence[pd.DataFrame]
    """What the voters measured of all pictures, per view."""

    folders: Sequence[SimulatedFolder]
    near: Sequence[Near]
    """The nearest others of each folder's pictures in that folder."""

    photo: Rows
    """Whether each picture is a photograph; pictures come by view, then by folder."""

    weight: Floats
    """The weight of each of them, mean 1."""

    def log_odds(self, head: Head) -> Floats:
        """What the head says of the pictures in folders, pulled by their neighbours there."""
        parts = []
        for measures in self.views:
            alone = log_odds_alone(head, measures)
            for folder, near in zip(self.folders, self.near, strict=True):
                own = alone[folder.rows]
                parts.append(own + pull(own, near, share=head.pull_share, limit=head.pull_limit))
        return np.concatenate(parts)


def log_odds_alone(head: Head, measures: pd.DataFrame) -> Floats:
    """The log-odds of pictures with these measures, before their folder is looked at."""
    votes = [voter.vote(measures[name].to_numpy(float)) for name, voter in head.voters.items()]
    return np.asarray(head.base + np.sum(votes, axis=0))


def calibrated(
    head: Head,
    table: pd.DataFrame,
    vectors: npt.NDArray[np.float32],
    views: Mapping[str, pd.DataFrame],
    families: Sequence[str],
) -> Head:
    """The head with votes scaled so that, in folders, a log-odds is one; and with its thresholds.

    `table` is LABELLED, `vectors` what its n pictures show and `views` what the voters measured of
    them, per scored view; `families` are those that folders are drawn for."""
    calibration = _calibration(head, table.reset_index(drop=True), vectors, views, families)
    for _ in range(_SETTINGS.rounds):
        head = _scaled(head, calibration)
    return _with_thresholds(head, calibration)


def _calibration(
    head: Head,
    table: pd.DataFrame,
    vectors: npt.NDArray[np.float32],
    views: Mapping[str, pd.DataFrame],
    families: Sequence[str],
) -> _Calibration:
    folders = simulated_folders(
        table, families, shares=_SETTINGS.photo_shares, repeats=_SETTINGS.folders
    )
    near = [nearest(vectors[folder.rows], head.neighbours) for folder in folders]
    rows = np.concatenate([folder.rows for folder in folders] * len(views))
    in_folders = table.loc[rows, ["photo", "family"]].reset_index(drop=True)
    weight = balance(in_folders, "family")
    return _Calibration(list(views.values()), folders, near, in_folders["photo"].to_numpy(), weight)


def _scaled(head: Head, calibration: _Calibration) -> Head:
    """The head with its votes scaled and shifted as the truth in folders asks (Platt 1999)."""
    gain, offset = fit_votes(
        calibration.log_odds(head)[:, None],
        calibration.photo,
        calibration.weight,
        prior_weights=np.ones(1),
        prior_base=0.0,
        strength=_SETTINGS.strength,
        signs=[1],
    )
    weights = {name: float(voter.weight * gain[0]) for name, voter in head.voters.items()}
    return head.reweighted(weights, float(head.base * gain[0] + offset))


def _with_thresholds(head: Head, calibration: _Calibration) -> Head:
    """The head with the thresholds at which folders show each of PROMISES."""
    photo, weight, log_odds = calibration.photo, calibration.weight, calibration.log_odds(head)
    reject = {
        error: weighted_quantile(log_odds[~photo], weight[~photo], 1 - error) for error in PROMISES
    }
    keep = {error: weighted_quantile(log_odds[photo], weight[photo], error) for error in PROMISES}
    return replace(head, reject_thresholds=reject, keep_thresholds=keep)


def weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    """The smallest value at or below which that share of the weight lies.

    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weight[order]) / weight.sum()
    place = min(int(np.searchsorted(mass, share)), len(values) - 1)
    return float(values[order][place])
