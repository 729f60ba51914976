"""The perceptual hash: 64 bits that near copies of a picture share, identical bit for bit to
`imagehash.phash`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.fft import dct

from curation.base.rgb import Rgb

VERSION = 1
GREY_SIDE_PX = 32
HASH_SIDE = 8


def grey_square(rgb: Rgb) -> npt.NDArray[np.uint8]:
    """The picture as 32 x 32 grey levels, whatever its shape (Lanczos, from full size)."""
    grey = Image.fromarray(rgb).convert("L")
    return np.asarray(grey.resize((GREY_SIDE_PX, GREY_SIDE_PX), Image.Resampling.LANCZOS))


def phashes(greys: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """One hash per grey square: n x 32 x 32 in, n out.

    A bit says whether one of the 8 x 8 lowest frequencies is above their median; row by row, the
    first is the most significant. On flat pictures the frequencies are rounding noise: compare
    `contrast` before trusting such a hash."""
    if not len(greys):
        return np.empty(0, np.uint64)
    return hash_bits(dct(dct(greys.astype(np.float64), axis=1), axis=2)[:, :HASH_SIDE, :HASH_SIDE])


def hash_bits(frequencies: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64]:
    """The hashes of n x 8 x 8 lowest frequencies."""
    medians = np.median(frequencies, axis=(1, 2), keepdims=True)
    octets = np.packbits((frequencies > medians).reshape(len(frequencies), HASH_SIDE**2), axis=1)
    return octets.view(">u8").astype(np.uint64).ravel()
