"""Signals in the workspace, each under its own name and version, so that a new one measures only
itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from inksift.curation.base.engine import per_item
from inksift.curation.base.progress import already_known
from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.base import Signal
from inksift.curation.spread.engine import LOCAL, Batching, Engine, Lost
from inksift.curation.store.measurements import Measured
from inksift.curation.store.part_writer import PartWriter, StoringTask
from inksift.curation.store.workspace import Workspace

SIGNAL_BATCH = 512
"""Pictures measured between two saves: a signal takes about a millisecond."""


class StoredSignals:
    """What the signals measured on the pictures of one version. A stored part holds the signals
    that were measured together, one column each."""

    def __init__(self, workspace: Workspace, pictures_version: str) -> None:
        self._stored = workspace.measurements("signals", pictures_version)

    @property
    def writer(self) -> PartWriter:
        """Stores what `signal_rows` gives."""
        return self._stored.writer

    def accept(self, part: Path) -> None:
        """Count a part that `writer` stored among these."""
        self._stored.accept(part)

    def measure(
        self, image_ids: Sequence[str], read: Callable[[str], Rgb], engine: Engine = LOCAL
    ) -> Measured:
        """A row of signals per picture, in this order, and for how many of them something was not
        stored: only that is measured, on the thumbnails that `read` gives."""
        known = self._known(image_ids)
        absent = known.isna()
        signals = [signal for signal in SIGNALS if absent[_column(signal)].any()]
        missing = absent.index[absent.any(axis=1)].tolist()
        task = StoringTask(partial(_measured, signals=signals, read=read), self.writer)
        title = "measure signals"
        with already_known(len(known) - len(missing)):
            for ended in engine.map_batches(task, missing, Batching(SIGNAL_BATCH), title=title):
                if isinstance(ended, Lost):
                    raise ended.error(title)
                self.accept(ended.answer)
        if missing:
            known = self._known(image_ids)
        names = {_column(signal): signal.name for signal in SIGNALS}
        return Measured(known.rename(columns=names).reset_index(), len(missing))

    def gather(self) -> None:
        """Make large parts of small ones."""
        self._stored.gather(_combined)

    def _known(self, image_ids: Sequence[str]) -> pd.DataFrame:
        columns = [_column(signal) for signal in SIGNALS]
        index = pd.Index(list(image_ids), name="image_id", dtype="str")
        rows = _combined(self._stored.every_row()).set_index("image_id")
        return rows.reindex(columns=columns).astype("float64").reindex(index)


def _combined(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per picture, with what any of its rows tells."""
    if rows["image_id"].is_unique:
        return rows
    return rows.groupby("image_id", sort=False).first().reset_index()


def signal_rows(values: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """The rows of a part: by image_id, what each signal measured, by name."""
    columns = {signal.name: _column(signal) for signal in SIGNALS}
    rows = pd.DataFrame.from_dict(dict(values), orient="index", dtype="float64")
    return rows.rename(columns=columns).rename_axis("image_id").reset_index()


def _column(signal: Signal) -> str:
    return f"{signal.name}.{signal.version}"


def _measured(
    image_ids: Sequence[str], *, signals: Sequence[Signal], read: Callable[[str], Rgb]
) -> pd.DataFrame:
    def measure(image_id: str) -> dict[str, float]:
        picture = read(image_id)
        return {signal.name: signal.of(picture) for signal in signals}

    return signal_rows(dict(zip(image_ids, per_item(measure, image_ids), strict=True)))
