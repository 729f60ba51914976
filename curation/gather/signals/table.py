"""The table of the pixel signals: one column per signal, so that a new signal is a new column with
no other edit."""

from __future__ import annotations

from collections.abc import Sequence

from inksift.curation.base.tables import Table
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.base import Signal


def signals_table(signals: Sequence[Signal]) -> Table:
    """The contract of a table with one row per readable picture and one column per signal."""
    return Table(
        "signals",
        {"image_id": "str"} | {signal.name: "float64" for signal in signals},
        key=("image_id",),
    )


TABLE = signals_table(SIGNALS)
"""One row per readable picture: what every signal measured on its working thumbnail."""
