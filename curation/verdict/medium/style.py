"""What the network's feature maps say of a picture's style: the input of a head."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def style_features(embeddings: pd.DataFrame) -> npt.NDArray[np.float32]:
    """n x d from an EMBEDDINGS frame: vector and texture side by side, every number as its signed
    square root.

    Pooled activations are skewed to the right; the root makes them fit for a linear model (as for
    histograms: Perronnin, Sanchez and Mensink 2010)."""
    if embeddings.empty:
        return np.zeros((0, 0), dtype=np.float32)
    columns = [embeddings[name].to_numpy() for name in ("vector", "texture")]
    width = sum(len(column[0]) for column in columns)
    rooted = np.empty((len(embeddings), width), dtype=np.float32)
    # picture by picture: the whole matrix is large enough to be held once
    for row, parts in zip(rooted, zip(*columns, strict=True), strict=True):
        np.concatenate(parts, out=row, casting="unsafe")
        row[:] = signed_root(row)
    return rooted


def signed_root(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Square root of the magnitude, with the sign kept.

    >>> signed_root(np.array([-4.0, 9.0], dtype=np.float32)).tolist()
    [-2.0, 3.0]
    """
    return np.sign(values) * np.sqrt(np.abs(values))
