"""The ranges in which the signals speak for a drawing, as a table beside the verdicts made with
them."""

from __future__ import annotations

import pandas as pd

from curation.base.tables import Table
from curation.gather.signals import SIGNALS
from curation.gather.signals.base import Limits
from curation.verdict.recipes import VerdictParams

SIGNAL_LIMITS = Table(
    "signal_limits",
    {"signal": "str", "low": "float64", "high": "float64", "confirms": "bool"},
    key=("signal",),
    may_be_missing=frozenset({"low", "high"}),
)
"""One row per signal: the range in which it speaks for a drawing (unbounded where infinite), and
whether it counts."""


def limits(params: VerdictParams) -> pd.DataFrame:
    """The SIGNAL_LIMITS in force: none under a recipe that weighs signals instead of cutting
    them."""
    if params.recipe != "camp2022":
        return SIGNAL_LIMITS.frame([])
    chosen = {signal.name: params.limits_of(signal) for signal in SIGNALS}
    return SIGNAL_LIMITS.frame(
        [
            {"signal": name, "low": cut.low, "high": cut.high, "confirms": name in params.filters}
            for name, cut in chosen.items()
        ]
    )


def limits_by_name(table: pd.DataFrame) -> dict[str, Limits]:
    """The ranges in a SIGNAL_LIMITS table."""
    columns = SIGNAL_LIMITS.check(table)
    return {
        str(name): Limits(float(low), float(high))
        for name, low, high in zip(columns["signal"], columns["low"], columns["high"], strict=True)
    }
