"""Whether a verdict keeps its promises on this folder: the errors that were promised, beside what
they are estimated to be here.

Answers of people say it best. Where there are none, the verdict's own probabilities have to; their
interval is what they become if the whole folder is easier or harder than the verdict believes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from inksift.curation.base.media import ILLUSTRATION, PHOTO
from inksift.curation.base.tables import Table
from inksift.curation.verdict.audit.assess import assess
from inksift.curation.verdict.medium.fit import probability
from inksift.curation.verdict.medium.folder import Folder
from inksift.curation.verdict.medium.quality import Interval
from inksift.curation.verdict.medium.recalibration import has_enough_answers
from inksift.curation.verdict.medium.thresholds import Promises
from inksift.curation.verdict.medium.votes import Bools, Floats

BY_ANSWERS, BY_ITSELF = "answers of people", "its own probabilities"
"""Whence an estimate is."""

TARGETS = Table(
    "targets",
    {
        "error": "str",
        "promised": "float64",
        "value": "float64",
        "low": "float64",
        "high": "float64",
        "estimated_by": "str",
    },
    key=("error",),
)
"""One row per promised error: `illustrations_rejected` and `photos_kept`, the share of a class that
the verdict gets wrong without asking, as promised and as estimated for the whole folder (95 %
interval `low` to `high`)."""


@dataclass(frozen=True)
class TargetSettings:
    """How far a verdict's own probabilities may be off on a whole folder."""

    off: float = 1.0
    """Log-odds; publishers left out of the fit lay within it (`benchmarks/medium.py`)."""

    least: float = 1e-12
    """A sum of chances below this is 0."""


_TARGETS = TargetSettings()


def estimated_targets(folder: Folder, answers: pd.Series, promised: Promises) -> pd.DataFrame:
    """TARGETS of a folder; `answers` are a person's (True for a photograph, by image_id). Fewer
    than move its thresholds outweigh nothing that the verdict believes."""
    heard = folder.heard(answers)
    enough = has_enough_answers(heard.to_numpy(dtype=np.bool_))
    after = folder.judge_after(heard)
    known = assess(folder.judge, heard, after=after).refitted if enough else None
    expected = expected_errors(after(heard))
    rows = []
    for error, share in promised._asdict().items():
        estimate: Interval = getattr(known, error) if known else expected[error]
        whence = BY_ANSWERS if known else BY_ITSELF
        rows.append(
            {"error": error, "promised": share, **estimate._asdict(), "estimated_by": whence}
        )
    return TARGETS.frame(rows)


def expected_errors(judged: pd.DataFrame) -> dict[str, Interval]:
    """The errors that the log-odds of a judged folder (`image_id`, `log_odds`, `medium`) expect."""
    log_odds = judged["log_odds"].to_numpy()
    photo, illustration = (
        (judged["medium"] == medium).to_numpy() for medium in (PHOTO, ILLUSTRATION)
    )
    return {
        # the chance of an illustration is that of a photograph at the opposite log-odds
        "illustrations_rejected": _shifted(-log_odds, photo),
        "photos_kept": _shifted(log_odds, illustration),
    }


def _shifted(log_odds: Floats, wrong: Bools) -> Interval:
    """The share of a class that lies where answers are wrong, and what it is if all log-odds of
    the class are off."""
    shares = [_share(log_odds + shift, wrong) for shift in (0.0, -_TARGETS.off, _TARGETS.off)]
    return Interval(shares[0], min(shares), max(shares))


def _share(log_odds: Floats, wrong: Bools) -> float:
    chance = probability(log_odds)
    return float(chance[wrong].sum() / max(chance.sum(), _TARGETS.least))
