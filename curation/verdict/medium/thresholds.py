"""From promised errors to the two thresholds, and from a log-odds to one of three answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from inksift.curation.verdict.medium.head import Head
from inksift.curation.verdict.medium.votes import Bools, Floats

PROMISES = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2)
"""Shares, 0 to 1, of illustrations rejected or of photographs kept, for which a head stores its
thresholds; between two of them a threshold is interpolated over the error's logarithm."""


class Promises(NamedTuple):
    """The errors that a verdict may make."""

    illustrations_rejected: float
    """Share of illustrations rejected as photographs, 0 to 1."""

    photos_kept: float
    """Share of photographs kept as illustrations, 0 to 1."""


class Thresholds(NamedTuple):
    """Where the answers change, as log-odds at equal shares of photographs and illustrations."""

    reject: float
    """A photograph lies at or above it."""

    keep: float
    """An illustration lies below it."""


def thresholds(head: Head, promised: Promises) -> Thresholds:
    """The thresholds at which the head's calibration set shows these errors; where they leave no
    room for doubt, one threshold serves both."""
    reject = _at(head.reject_thresholds, promised.illustrations_rejected)
    keep = _at(head.keep_thresholds, promised.photos_kept)
    return Thresholds(reject, min(keep, reject))


def media(
    log_odds: Floats, seen: Bools, *, prior: Floats | float, thresholds: Thresholds
) -> npt.NDArray[np.str_]:
    """One of MEDIA for each log-odds, `prior` included; `seen` says which pictures the embedder
    could do.

    A picture is a photograph where the promise allows it and it is also more likely than not; an
    illustration likewise, unless it was never seen; anything else is unsure."""
    # the promises are about classes, so they hold whatever the folder's share: without the prior
    evidence = log_odds - prior
    photo = (evidence >= thresholds.reject) & (log_odds >= 0)
    illustration = (evidence < thresholds.keep) & (log_odds < 0) & seen
    return np.select([photo, illustration], [PHOTO, ILLUSTRATION], UNSURE)


def _at(stored: Mapping[float, float], error: float) -> float:
    errors = sorted(stored)
    at_errors = [stored[known] for known in errors]
    return float(np.interp(np.log(error), np.log(errors), at_errors))
