"""The ranges in which the signals speak for a drawing, as a table beside the verdicts made with
them."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.tables import Table
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.base import Limits, Signal
from inksift.curation.verdict.recipes import VerdictParams

SIGNAL_LIMITS = Table(
    "signal_limits",
    {"signal": "str", "low": "float64", "high": "float64", "confirms": "bool"},
    key=("signal",),
    may_be_missing=frozenset({"low", "high"}),
)
"""One row per signal: the range in which it speaks for a drawing (unbounded where infinite), and
whether it counts."""


def limits(params: VerdictParams) -> pd.DataFrame:
    """The SIGNAL_LIMITS in force: none under a recipe that weighs signals instead of limiting
    them."""
    if params.recipe != "camp2022":
        return SIGNAL_LIMITS.frame([])
    return SIGNAL_LIMITS.frame([_limit(signal, params) for signal in SIGNALS])


def _limit(signal: Signal, params: VerdictParams) -> dict[str, object]:
    range_ = params.limits_of(signal)
    return {
        "signal": signal.name,
        "low": range_.low,
        "high": range_.high,
        "confirms": signal.name in params.filters,
    }


def limits_by_name(table: pd.DataFrame) -> dict[str, Limits]:
    """The ranges in a SIGNAL_LIMITS table."""
    rows = SIGNAL_LIMITS.check(table).to_dict("records")
    return {str(row["signal"]): Limits(float(row["low"]), float(row["high"])) for row in rows}
