"""From promised errors to the two thresholds, and from a log-odds to one of three answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from curation.verdict.medium.head import Head
from curation.verdict.medium.votes import Floats

PROMISES = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2)
"""The errors for which a head stores its thresholds."""


class Thresholds(NamedTuple):
    """Log-odds at equal shares of photographs and illustrations: a photograph lies at or above
    `reject`, an illustration below `keep`, and its content below `doubt` (in standard
    deviations)."""

    reject: float
    keep: float
    doubt: float


def thresholds(head: Head, *, illustrations_rejected: float, photos_kept: float) -> Thresholds:
    """The thresholds at which the head's calibration set shows these errors; where they leave no
    room for doubt, one cut serves both."""
    reject = _at(head.reject_thresholds, illustrations_rejected)
    return Thresholds(reject, min(_at(head.keep_thresholds, photos_kept), reject), head.doubt)


def media(
    log_odds: Floats, content: Floats, *, prior: Floats | float, thresholds: Thresholds
) -> npt.NDArray[np.str_]:
    """One of MEDIA for each log-odds, `prior` included; `content` is that voter's measure in
    standard deviations.

    A picture is a photograph where the promise allows it and it is also more likely than not; an
    illustration likewise, unless it shows what photographs show (goods on white have the texture of
    a drawing) or was never seen (a missing `content`); anything else is unsure."""
    evidence = log_odds - prior
    photo = (evidence >= thresholds.reject) & (log_odds >= 0)
    illustration = (evidence < thresholds.keep) & (log_odds < 0) & (content < thresholds.doubt)
    return np.select([photo, illustration], [PHOTO, ILLUSTRATION], UNSURE)


def _at(stored: Mapping[float, float], error: float) -> float:
    errors = sorted(stored)
    return float(np.interp(np.log(error), np.log(errors), [stored[known] for known in errors]))
