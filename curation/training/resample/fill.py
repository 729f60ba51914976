"""How large the smaller classes become, and which of their pictures are repeated for it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.errors import ParamError
from inksift.curation.training.resample.params import ResampleParams


def wanted_sizes(sizes: pd.Series, params: ResampleParams, *, largest: float) -> dict[str, int]:
    """The size that every class is to have, never below its own, from `sizes` (index: class, after
    undersampling).

    A factor given for a class, by name or else by rank, outranks the limits, which fill up to a
    multiple of the median class or a share of the largest, but never beyond `largest` nor beyond
    the largest factor allowed. ParamError when a factor names a class that is not there."""
    _demand_known(params.oversample_factors, sizes)
    factors = {**_by_rank(sizes, params), **params.oversample_factors}
    median = float(sizes.median()) if len(sizes) else 0.0
    most = float(sizes.max()) if len(sizes) else 0.0
    fill = min(max(params.oversample_medians * median, params.oversample_share * most), largest)
    factor = params.oversample_max_factor
    limited = {str(label): min(fill, factor * size) for label, size in sizes.items()}
    chosen = {label: factors[label] * sizes[label] for label in factors}
    wanted = {**limited, **chosen}
    return {label: max(int(sizes[label]), int(size)) for label, size in wanted.items()}


def repeats(count: int, wanted: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The places to repeat so that `count` rows become `wanted`: each once before any is repeated
    twice."""
    return np.resize(rng.permutation(count), max(0, wanted - count) if count else 0)


def _by_rank(sizes: pd.Series, params: ResampleParams) -> dict[str, float]:
    """The factors of the smallest classes; of two of one size the first by name is the smaller."""
    ranked = sizes.sort_index().sort_values(kind="stable").index
    # Not strict: there may be fewer classes than factors, or more.
    smallest = zip(ranked, params.oversample_smallest, strict=False)
    return {str(label): factor for label, factor in smallest}


def _demand_known(factors: Mapping[str, float], sizes: pd.Series) -> None:
    unknown = sorted(set(factors) - {str(label) for label in sizes.index})
    if unknown:
        there_are = ", ".join(sorted(str(label) for label in sizes.index))
        raise ParamError(
            f"training_set.oversample_factors names {unknown[0]!r}, of which there is no training "
            "picture; "
            f"there are: {there_are}"
        )
