"""What copies of a picture share: its pixels, its content without uniform borders, and a hash in
every orientation.

Mirroring negates every second row or column of a cosine transform and a quarter turn also
transposes it, so that one resize and one transform give the hashes of all eight orientations."""

from __future__ import annotations

import hashlib
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from curation.base.rgb import Rgb
from curation.base.trim import trim
from curation.gather.gate.phash import HASH_SIDE, grey_square, hash_bits

VERSION = 1
Value = TypeVar("Value", bound=np.generic)
ORIENTATIONS = 8
_SIGNS = np.where(np.arange(HASH_SIDE) % 2, -1.0, 1.0)


class Fingerprint(NamedTuple):
    """`pixels` is the SHA-256 of size and pixels; the rest is of the content inside the borders."""

    pixels: str
    oriented: list[int]
    trimmed_contrast: float
    content_width: int
    content_height: int


def fingerprint(rgb: Rgb, small: Rgb) -> Fingerprint:
    """The fingerprint of a picture and its thumbnail `small`; sizes are in pixels of `rgb`, to
    about 1/320."""
    content = trim(small).content
    grey = grey_square(content.cut(small))
    full = content.scaled(small.shape[:2], rgb.shape[:2])
    return Fingerprint(
        pixel_digest(rgb),
        oriented_hashes(grey).tolist(),
        float(grey.std()),
        full.width,
        full.height,
    )


def pixel_digest(rgb: Rgb) -> str:
    """SHA-256 of the picture's height, width and pixels, in hexadecimal."""
    digest = hashlib.sha256(np.array(rgb.shape[:2], ">u4").tobytes())
    digest.update(np.ascontiguousarray(rgb).data)
    return digest.hexdigest()


def oriented_hashes(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The perceptual hash of a 32 x 32 grey square in eight orientations.

    Orientation k is transposed if k has bit 4, then mirrored left to right for bit 1 and upside
    down for bit 2."""
    frequencies = dct(dct(grey.astype(np.float64), axis=0), axis=1)[:HASH_SIDE, :HASH_SIDE]
    return hash_bits(np.stack([_turned(frequencies, k) for k in range(ORIENTATIONS)]))


def oriented(rgb: npt.NDArray[Value], k: int) -> npt.NDArray[Value]:
    """The picture brought to orientation k."""
    turned = rgb.swapaxes(0, 1) if k & 4 else rgb
    return turned[:: -1 if k & 2 else 1, :: -1 if k & 1 else 1]


def _turned(frequencies: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.float64]:
    turned = frequencies.T if k & 4 else frequencies
    return turned * (_SIGNS if k & 1 else 1.0) * (_SIGNS[:, None] if k & 2 else 1.0)
