"""What is prepared of a run, by the number of each file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

_Floats = npt.NDArray[np.float32]
_Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Looks:
    """All by the number of the file; of one without a usable embedding `points` and `directions`
    are zeros, `places` is the number of files and `clusters` -1; of an unreadable one the shares
    are NaN.

    `points` (n x 2) is the map of the embeddings, each axis from 0 to 1; `places` the order in
    which similar pictures stand side by side; `clusters` as of KMeans. `directions` (n x d, int8)
    are embeddings reduced to d components at the length 127, so that an inner product is a
    similarity. `doubts` (0 to 1) say how much likelier the class `rather` is than the own one, 0
    and "" where none is in doubt. `light` (0 to 1) is the mean brightness, `sharpness` (0 to 1) how
    many of its pixels across and down a picture needs to show all its detail, and `contrast` the
    deviation of its levels of grey, of which it has 255."""

    points: _Floats
    places: _Whole
    clusters: _Whole
    directions: npt.NDArray[np.int8]
    doubts: _Floats
    rather: list[str]
    light: _Floats
    sharpness: _Floats
    contrast: _Floats

    @cached_property
    def placed(self) -> npt.NDArray[np.bool_]:
        """Which files have a place among the others."""
        return self.places < len(self.places)

    def similarity(self, file: int) -> _Floats:
        """How similar every file is to this one: cosines of reduced embeddings, -2 for those
        without."""
        whole = self.directions @ self.directions[file].astype(np.float32)
        return np.where(self.placed, whole / np.float32(LENGTH**2), np.float32(-2))


LENGTH = 127
"""The length of a direction: the largest number of an int8."""
