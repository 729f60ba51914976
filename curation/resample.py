"""What a network sees in an epoch: large classes thinned, small ones repeated with changes, classes weighed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from curation.params import Params
from curation.splits import TRAIN, VALIDATION
from curation.tables import TRAINING_SET

VERSION = 1
ORIGINAL = -1


class ResampleParams(Params):
    """Settings of the resampling. Sizes of classes are counted in training pictures."""

    undersample_medians: float | None = Field(
        20.0, ge=1, le=1000, description="Largest class, in multiples of the median class; none: no such limit"
    )
    undersample_to: int | None = Field(
        None, ge=1, le=10_000_000, description="Largest class, in pictures; none: no limit"
    )
    oversample_medians: float = Field(
        3.0, ge=0, le=1000, description="Smaller classes are filled up to this multiple of the median class; 0: never"
    )
    oversample_max_factor: float = Field(
        3.0, ge=1, le=100, description="No class grows beyond this multiple of its own pictures"
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Another seed draws other pictures")


def resample(splits: pd.DataFrame, params: ResampleParams) -> pd.DataFrame:
    """The TRAINING_SET of a SPLITS table: train rows resampled and weighed, validation rows as they are.

    The weights of the training rows have mean 1; a validation row has the weight of its class.
    """
    rng = np.random.default_rng(params.seed)
    rows = splits[["image_id", "label", "split"]].drop_duplicates().sort_values(["split", "label", "image_id"])
    train = _resampled(rows[rows["split"] == TRAIN].reset_index(drop=True), params, rng)
    validation = rows[rows["split"] == VALIDATION].assign(augmentation_seed=ORIGINAL)
    weights = balanced_weights(train["label"])
    both = pd.concat([train, validation], ignore_index=True).astype({"augmentation_seed": "int64"})
    return TRAINING_SET.check(both.assign(weight=both["label"].map(weights).astype("float64")))


def undersample(labels: pd.Series, per_class: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Positions of the rows that stay, ascending: at most `per_class` of every class, drawn at random."""
    places = _places(labels)
    keep = int(min(per_class, len(labels)))
    drawn = [rng.choice(rows, keep, replace=False) if len(rows) > keep else rows for rows in places.values()]
    return np.sort(np.concatenate([np.empty(0, np.int64), *drawn]))


def oversample(
    labels: pd.Series, per_class: float, max_factor: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Positions of the rows to repeat, so that each class comes to `per_class` rows or to `max_factor` of its size.

    Every row of a class is repeated once before any is repeated twice.
    """
    extra = []
    for rows in _places(labels).values():
        wanted = int(min(per_class, max_factor * len(rows))) - len(rows)
        extra.append(np.resize(rng.permutation(rows), max(0, wanted)))
    return np.concatenate([np.empty(0, np.int64), *extra])


def balanced_weights(labels: pd.Series) -> dict[str, float]:
    """Weight by class, rows / (classes * rows of the class), as scikit-learn's "balanced"; over the rows the mean is 1.

    >>> balanced_weights(pd.Series(["fox", "fox", "fox", "owl"]))["owl"]
    2.0
    """
    sizes = labels.value_counts()
    return {str(label): len(labels) / (len(sizes) * size) for label, size in sizes.items()}


def class_limits(labels: pd.Series, params: ResampleParams) -> tuple[float, float]:
    """The largest size of a class, and the size up to which smaller ones are filled (never above the largest)."""
    median = float(labels.value_counts().median())
    limits = [params.undersample_to, params.undersample_medians and params.undersample_medians * median]
    largest = min([float(limit) for limit in limits if limit is not None], default=float("inf"))
    return largest, min(params.oversample_medians * median, largest)


def _resampled(train: pd.DataFrame, params: ResampleParams, rng: np.random.Generator) -> pd.DataFrame:
    largest, fill = class_limits(train["label"], params)
    kept = train.iloc[undersample(train["label"], largest, rng)].reset_index(drop=True)
    extra = kept.iloc[oversample(kept["label"], fill, params.oversample_max_factor, rng)]
    seeds = rng.choice(2**31, size=len(extra), replace=False) if len(extra) else np.empty(0, np.int64)
    return pd.concat(
        [kept.assign(augmentation_seed=ORIGINAL), extra.assign(augmentation_seed=seeds)], ignore_index=True
    )


def _places(labels: pd.Series) -> Mapping[str, npt.NDArray[np.int64]]:
    """Positions by class, classes in sorted order."""
    return {
        str(label): np.sort(rows)
        for label, rows in sorted(labels.reset_index(drop=True).groupby(labels.to_numpy()).indices.items())
    }
