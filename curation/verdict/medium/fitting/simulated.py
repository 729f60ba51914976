"""Simulated folders: what a head is calibrated for.

A crawl for one kind of illustration brings photographs of every kind along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.verdict.medium.fitting.families import in_order

_Places = npt.NDArray[np.int64]

MIXED = "mixed"
"""The name of a folder with illustrations of all families."""


@dataclass(frozen=True)
class FolderSettings:
    """How folders are drawn."""

    largest: int = 400
    """Most illustrations in a folder: more would be all of the large families and take longer."""


_FOLDER = FolderSettings()


class SimulatedFolder(NamedTuple):
    """One folder, drawn from labelled pictures."""

    family: str
    """Of its illustrations, or MIXED."""

    photo_share: float
    """Of photographs in it, where there are enough of them; 1 without any illustration."""

    rows: _Places
    """The places of its pictures in the table."""


def simulated_folders(
    table: pd.DataFrame,
    families: Sequence[str],
    *,
    shares: Sequence[float],
    repeats: int,
    seed: int = 0,
) -> list[SimulatedFolder]:
    """`repeats` folders for each of `families` of illustrations that has a picture in a LABELLED
    table, then for all together, and each share of photographs."""
    rng = np.random.default_rng(seed)
    photos = np.flatnonzero(table["photo"])
    pools = {name: np.flatnonzero(_own(table, name)) for name in families}
    names = [*(name for name, rows in pools.items() if len(rows)), MIXED]
    folders = []
    for name in names:
        for share in np.repeat(shares, repeats).tolist():
            folders.append(SimulatedFolder(name, share, _rows(name, share, pools, photos, rng)))
    return folders


def families_of(table: pd.DataFrame) -> list[str]:
    """The families of illustrations in a LABELLED table, in the order of `families`."""
    return in_order(table.loc[~table["photo"], "family"])


def _own(table: pd.DataFrame, family: str) -> pd.Series:
    return (table["family"] == family) & ~table["photo"]


def _rows(
    name: str,
    share: float,
    pools: Mapping[str, _Places],
    photos: _Places,
    rng: np.random.Generator,
) -> _Places:
    if share == 1:
        return _some(photos, _FOLDER.largest, rng)
    chosen = list(pools.values()) if name == MIXED else [pools[name]]
    most = _FOLDER.largest // len(chosen)
    illustrations = np.concatenate([_some(pool, most, rng) for pool in chosen])
    wanted = round(len(illustrations) * share / (1 - share))
    return np.concatenate([illustrations, _some(photos, wanted, rng)])


def _some(rows: _Places, most: int, rng: np.random.Generator) -> _Places:
    return rng.choice(rows, min(len(rows), most), replace=False)
