"""From a split to a training set, by the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.tables import TRAINING_SET
from inksift.curation.training.resample.fill import repeats, wanted_sizes
from inksift.curation.training.resample.params import ResampleParams
from inksift.curation.training.resample.thin import at_random, over_clusters
from inksift.curation.training.resample.weights import class_weights
from inksift.curation.training.splits import TRAIN, VALIDATION

VERSION = 2
"""Raised whenever another training set may come out, so that stored tables are made anew."""

ORIGINAL = -1
"""The augmentation seed of a picture that is not changed; those of changed copies are from 0."""

Features = Callable[[Sequence[str]], npt.NDArray[np.float32]]


def resample(splits: pd.DataFrame, params: ResampleParams, features: Features) -> pd.DataFrame:
    """The TRAINING_SET of a SPLITS table: train rows resampled and weighed, validation rows as they
    are.

    `features` gives n x dimension for n image_ids, asked only for classes that are thinned over
    clusters. The weights of the training rows have mean 1; a validation row has the weight of its
    class. ParamError when a setting names a class without training pictures."""
    rng = np.random.default_rng(params.seed)
    columns = ["split", "label", "image_id"]
    # Sorted, so that the same pictures are drawn whatever the order of the split.
    rows = splits[["image_id", "label", "split"]].drop_duplicates().sort_values(columns)
    originals = rows[rows["split"] == TRAIN]
    largest = largest_size(originals["label"].value_counts(), params)
    kept = _thinned(originals, largest, params, features=features, rng=rng)
    train = pd.concat([kept, _copies(kept, largest, params, rng=rng)])
    validation = rows[rows["split"] == VALIDATION].assign(augmentation_seed=ORIGINAL)
    weights = class_weights(train["label"], params.weights, beta=params.effective_beta)
    both = pd.concat([train, validation], ignore_index=True).astype({"augmentation_seed": "int64"})
    weight = both["label"].map(weights).astype("float64")
    return TRAINING_SET.check(both.assign(weight=weight))


def largest_size(sizes: pd.Series, params: ResampleParams) -> float:
    """The size above which classes of these sizes are thinned."""
    limits = []
    if params.undersample_to is not None:
        limits.append(float(params.undersample_to))
    if params.undersample_medians is not None:
        limits.append(params.undersample_medians * float(sizes.median()))
    return min(limits, default=float("inf"))


def _thinned(
    train: pd.DataFrame,
    largest: float,
    params: ResampleParams,
    *,
    features: Features,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The originals that stay."""
    keep = int(min(largest, len(train)))

    def stay(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
        if params.undersample_clusters is None or len(rows) <= keep:
            return at_random(len(rows), keep, rng)
        vectors = features(rows["image_id"].tolist())
        return over_clusters(vectors, keep, params.undersample_clusters, rng=rng)

    parts = [rows.iloc[stay(rows)] for _, rows in train.groupby("label")]
    # The empty frame first keeps the columns where no class is left.
    return pd.concat([train.iloc[:0], *parts]).assign(augmentation_seed=ORIGINAL)


def _copies(
    kept: pd.DataFrame, largest: float, params: ResampleParams, *, rng: np.random.Generator
) -> pd.DataFrame:
    """The originals that are repeated with changes, every one with a seed of its own."""
    wanted = wanted_sizes(kept["label"].value_counts(), params, largest=largest)
    parts = [
        rows.iloc[repeats(len(rows), wanted[str(label)], rng)]
        for label, rows in kept.groupby("label")
    ]
    extra = pd.concat([kept.iloc[:0], *parts])
    # Drawn without repetition: two copies of a picture with one seed would be equal.
    seeds = rng.choice(2**31, size=len(extra), replace=False)
    return extra.assign(augmentation_seed=seeds)
