"""The test pictures that a network is examined on, and which of them tell most."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from inksift.curation.base.arrays import Integers, Pixels
from inksift.curation.base.tables import PREDICTIONS


class Examined(NamedTuple):
    """`rows` is a PREDICTIONS frame with `path` ("" where it is not known) and a fresh index;
    `pixels` holds the picture of every row as the network sees it."""

    rows: pd.DataFrame
    pixels: Pixels

    @classmethod
    def of(cls, predictions: pd.DataFrame, splits: pd.DataFrame, pixels: Pixels) -> Examined:
        """From PREDICTIONS on these pictures and the rows of SPLITS that name their paths."""
        known = splits.drop_duplicates(["image_id", "label"])[["image_id", "label", "path"]]
        rows = PREDICTIONS.check(predictions).merge(known, on=["image_id", "label"], how="left")
        return cls(rows.fillna({"path": ""}), pixels)

    def drawn(self, most: int, seed: int) -> Examined:
        """At most so many of them, drawn at random, in their order."""
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.permutation(len(self.rows))[:most])
        return Examined(self.rows.iloc[chosen].reset_index(drop=True), self.pixels[chosen])


def surest_of_class(rows: pd.DataFrame, label: str, most: int) -> Integers:
    """Where the pictures of a class stand that are rightly known with the highest confidence; where
    none is known, the most confident mistakes about the class."""
    of_class = rows[rows["label"] == label]
    known = of_class[of_class["predicted"] == label]
    return _surest(of_class if known.empty else known, most)


def surest_mistakes(rows: pd.DataFrame, most: int) -> Integers:
    """Where the pictures stand that are taken for another class with the highest confidence."""
    return _surest(rows[rows["label"] != rows["predicted"]], most)


def _surest(rows: pd.DataFrame, most: int) -> Integers:
    ordered = rows.sort_values("confidence", ascending=False, kind="stable")
    return ordered.index.to_numpy(dtype=np.int64)[:most]
