"""What the network's feature maps say of a picture's style: the input of a head."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.vectors import blocks_of, matrix_of
from inksift.curation.verdict.medium.votes import Bools

BLOCK = 512
"""Pictures whose features are held as numbers at a time: bounds the memory, changes no answer."""


class Style:
    """The style features of the pictures of an EMBEDDINGS frame, in its order.

    They are several times as large as what is stored, so they are made anew for each block."""

    def __init__(self, embeddings: pd.DataFrame) -> None:
        self._embeddings = embeddings

    def __len__(self) -> int:
        return len(self._embeddings)

    @property
    def width(self) -> int:
        """Features of a picture; 0 where there is none."""
        return int(style_features(self._embeddings.iloc[:1]).shape[1])

    def blocks(self) -> Iterator[npt.NDArray[np.float32]]:
        """All pictures, some rows of d features at a time."""
        blocks = blocks_of(len(self), BLOCK)
        return (style_features(self._embeddings.iloc[block]) for block in blocks)

    def some(self, rows: Bools) -> npt.NDArray[np.float32]:
        """The pictures in these rows, m x d."""
        return style_features(self._embeddings[rows])


def style_features(embeddings: pd.DataFrame) -> npt.NDArray[np.float32]:
    """n x d from an EMBEDDINGS frame: vector and texture side by side, every number as its signed
    square root.

    Pooled activations are skewed to the right; the root makes them fit for a linear model (as for
    histograms: Perronnin, Sanchez and Mensink 2010)."""
    if embeddings.empty:
        return np.zeros((0, 0), dtype=np.float32)
    columns = [embeddings[name] for name in ("vector", "texture")]
    width = sum(len(column.iloc[0]) for column in columns)
    rooted = np.empty((len(embeddings), width), dtype=np.float32)
    # block by block: the whole matrix is large enough to be held once
    for some in blocks_of(len(embeddings), BLOCK):
        numbers = np.concatenate([matrix_of(column.iloc[some]) for column in columns], axis=1)
        rooted[some] = signed_root(numbers)
    return rooted


def signed_root(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Square root of the magnitude, with the sign kept.

    >>> signed_root(np.array([-4.0, 9.0], dtype=np.float32)).tolist()
    [-2.0, 3.0]
    """
    return np.sign(values) * np.sqrt(np.abs(values))
