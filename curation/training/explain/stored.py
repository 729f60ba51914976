"""Explanations that an earlier run made of the same network and pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from inksift.curation.base.errors import StoreError
from inksift.curation.store.files import write_atomically
from inksift.curation.store.parquet import to_parquet
from inksift.curation.store.tables import read_table
from inksift.curation.training.explain.examined import Examined
from inksift.curation.training.explain.figures import FIGURES
from inksift.curation.training.explain.params import ExplainParams

VERSION = 2
"""Raised whenever an explanation may change: those stored under another are made again."""


def figures_key(
    checkpoint: Path, seed: int, examined: Examined, pictures_digest: str, params: ExplainParams
) -> str:
    """What decides the FIGURES, as a short digest; a checkpoint's name is a digest of how it was
    trained."""
    rows = examined.rows.to_csv(index=False)
    described = json.dumps([VERSION, checkpoint.stem, seed, pictures_digest, params.digest(), rows])
    return hashlib.sha256(described.encode()).hexdigest()[:32]


def stored_or_made(folder: Path, key: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """The FIGURES that `folder` holds under this key, or those that are made, and kept there, where
    it holds none that can be read."""
    path = folder / f"{key}.figures.parquet"
    try:
        return read_table(path, FIGURES)
    except StoreError:
        made = FIGURES.check(make())
        write_atomically(path, to_parquet(made))
        return made
