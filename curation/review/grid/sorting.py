"""In which order the grid lists files; no decision changes it, so that nothing jumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.review.looks.looks import Looks
from inksift.curation.review.state import State

SORTS: Mapping[str, str] = MappingProxyType(
    {
        "run": "what waits first",
        "uncertainty": "least certain first",
        "photo": "likeliest photograph first",
        "class": "class",
        "cluster": "cluster",
        "similarity": "similar side by side",
        "doubt": "class most in doubt first",
        "large": "largest first",
        "small": "smallest first",
        "path": "path",
    }
)
"""The orders, and what a person chooses them by."""

NEED_LOOKS = ("cluster", "similarity", "doubt")
"""The orders that need what is prepared of a run; without it they are those of the run."""

_Keys = npt.NDArray[np.float64]


def sorted_files(files: Sequence[int], state: State, sort: str, looks: Looks | None) -> list[int]:
    """`files`, which are in the order of the run, sorted; where two are equal they stay in it."""
    if sort not in _KEYS or (looks is None and sort in NEED_LOOKS):
        return list(files)
    keys = _KEYS[sort](state, looks)[np.asarray(files, dtype=np.int64)]
    return [files[place] for place in np.argsort(keys, kind="stable")]


def _uncertainty(state: State, looks: Looks | None) -> _Keys:
    return np.abs(np.nan_to_num(_chances(state), nan=np.inf) - 0.5)


def _photo(state: State, looks: Looks | None) -> _Keys:
    return -np.nan_to_num(_chances(state), nan=-np.inf)


def _class(state: State, looks: Looks | None) -> _Keys:
    return _ranked(state.run.machine["label"])


def _path(state: State, looks: Looks | None) -> _Keys:
    return _ranked(state.run.machine["path"])


def _large(state: State, looks: Looks | None) -> _Keys:
    return -_areas(state)


def _small(state: State, looks: Looks | None) -> _Keys:
    return _areas(state)


def _cluster(state: State, looks: Looks | None) -> _Keys:
    """By the cluster of the kept copy, within it by similarity; files without a place come last."""
    assert looks is not None
    count = len(state.run)
    clusters = np.where(state.run.kept_files < 0, count, looks.clusters[state.run.kept_files])
    return clusters * float(count + 1) + looks.places


def _similarity(state: State, looks: Looks | None) -> _Keys:
    assert looks is not None
    return looks.places.astype(np.float64)


def _doubt(state: State, looks: Looks | None) -> _Keys:
    assert looks is not None
    return -looks.doubts.astype(np.float64)


_KEYS: Mapping[str, Callable[[State, Looks | None], _Keys]] = {
    "uncertainty": _uncertainty,
    "photo": _photo,
    "class": _class,
    "cluster": _cluster,
    "similarity": _similarity,
    "doubt": _doubt,
    "large": _large,
    "small": _small,
    "path": _path,
}


def _chances(state: State) -> _Keys:
    """The probability of a photograph by file; copies and unreadable files have none."""
    machine = state.run.machine
    own = machine["p_photo"].where(machine["duplicate_of"] == "")
    return own.to_numpy(np.float64)


def _areas(state: State) -> _Keys:
    return np.asarray(state.run.sides.prod(axis=1), np.float64)


def _ranked(texts: pd.Series) -> _Keys:
    return np.asarray(texts.rank(method="dense"), np.float64)
