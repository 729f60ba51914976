"""Every piece of evidence as a signed vote: above zero for a photograph, below for an illustration.

The votes of a picture sum to its log-odds, so that nothing in a verdict is hidden.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.tables import Table
from inksift.curation.gather.signals import SIGNALS

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EMBEDDING = ("content", "texture")
"""The two voters that read the network's features: of its last map, and of the stages before."""

VOTERS = (*EMBEDDING, *(signal.name for signal in SIGNALS), "objects", "cluster_noise")
"""Who votes: the network's features, every pixel signal, the object count, and lying in no
cluster."""

PARTS = ("base", *VOTERS, "neighbours", "prior")
"""What a log-odds is the sum of: `base` is the vote of an average picture, `neighbours` the pull of
near pictures of the folder, `prior` the share of photographs in the folder."""

MEASURES = Table(
    "measures",
    {"image_id": "str", **dict.fromkeys(VOTERS, "float64")},
    key=("image_id",),
    may_be_missing=frozenset(VOTERS),
)
"""What each voter measured on a picture; missing where it could not."""

VOTES = Table(
    "votes",
    {
        "image_id": "str",
        "alike": "int64",
        "log_odds": "float64",
        **dict.fromkeys(PARTS, "float64"),
    },
    key=("image_id",),
)
"""One row per distinct picture: its place in an order in which pictures that look alike lie side by
side (see `alike`), the log-odds of its being a photograph (natural logarithm), and their parts."""

VOTE_QUALITY = Table(
    "vote_quality",
    {
        "voter": "str",
        "auroc": "float64",
        "low": "float64",
        "high": "float64",
        "photos": "int64",
        "illustrations": "int64",
        "measured_on": "str",
        "weight": "float64",
    },
    key=("voter",),
    may_be_missing=frozenset({"auroc", "low", "high"}),
)
"""One row per voter: how well it alone ranks photographs above illustrations (AUROC, 95 % interval
`low` to `high`), on which pictures (`measured_on`: "shipped calibration set" or "audited sample"),
and its weight in the verdict, log-odds per standard deviation. At chance the weight is 0."""


class Voter(NamedTuple):
    """How a measure becomes a vote."""

    center: float
    """Mean of the measure over the calibration set."""

    spread: float
    """Its standard deviation there."""

    weight: float
    """Log-odds for a photograph per standard deviation above the mean."""

    log: bool
    """Whether it is the measure's log1p that votes, and that `center` and `spread` are of."""

    def vote(self, measure: Floats) -> Floats:
        """Log-odds for a photograph, 0 where the measure is missing.

        >>> voter = Voter(center=0.0, spread=2.0, weight=1.5, log=False)
        >>> voter.vote(np.array([4.0, np.nan])).tolist()
        [3.0, 0.0]
        """
        deviations = self.standardised(measure)
        return np.where(np.isnan(deviations), 0.0, self.weight * deviations)

    def standardised(self, measure: Floats) -> Floats:
        """The measure in standard deviations from its mean over the calibration set; missing stays
        missing."""
        scaled = np.log1p(np.maximum(measure, 0.0)) if self.log else measure
        return (scaled - self.center) / self.spread


def evidence_measures(evidence: pd.DataFrame) -> pd.DataFrame:
    """The MEASURES of an EVIDENCE frame, but for those of EMBEDDING, which need a head."""
    unknown = pd.Series(np.nan, index=evidence.index, dtype="float64")
    counted = evidence["detector"] == "ok"
    clustered = evidence["embedding"] == "ok"
    is_noise = (evidence["cluster"] == -1).astype("float64")
    columns = {
        "image_id": evidence["image_id"],
        **dict.fromkeys(EMBEDDING, unknown),
        **{signal.name: evidence[signal.name] for signal in SIGNALS},
        "objects": evidence["objects"].astype("float64").where(counted),
        "cluster_noise": is_noise.where(clustered),
    }
    return MEASURES.check(pd.DataFrame(columns))
