"""What copies of a picture share: its pixels, its content without uniform borders, and a hash in
every orientation.

The hash is that of `imagehash.phash`, bit for bit. Mirroring negates every second row or column of
a cosine transform and a quarter turn also transposes it, so that one transform gives the hashes of
all eight orientations."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from inksift.curation.gather.gate.content import Content

VERSION = 2
"""Raised whenever the same pixels may give another fingerprint."""

Value = TypeVar("Value", bound=np.generic)
ORIENTATIONS = 8
"""Four quarter turns, each as it is and mirrored."""

HASH_SIDE = 8
"""Side of the square of lowest frequencies: 64 bits, as in imagehash."""

_SIGNS = np.where(np.arange(HASH_SIDE) % 2, -1.0, 1.0)


class Fingerprint(NamedTuple):
    """`pixels` is the SHA-256 of size and pixels, of transparency and of other frames; the
    rest is of the content inside the borders."""

    pixels: str
    oriented: list[int]
    trimmed_contrast: float
    content_width: int
    content_height: int


def fingerprint(content: Content) -> Fingerprint:
    """The fingerprint of what a worker found of a picture."""
    return Fingerprint(
        content.pixels,
        oriented_hashes(content.grey).tolist(),
        float(content.grey.std()),
        content.width,
        content.height,
    )


def oriented_hashes(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """The perceptual hash of a 32 x 32 grey square in eight orientations.

    Orientation k is transposed if k has bit 4, then mirrored left to right for bit 1 and upside
    down for bit 2. A bit says whether one of the 8 x 8 lowest frequencies is above their median;
    row by row, the first is the most significant. On flat pictures the frequencies are rounding
    noise: compare the contrast before trusting such a hash."""
    from scipy.fft import dct

    frequencies = dct(dct(grey.astype(np.float64), axis=0), axis=1)[:HASH_SIDE, :HASH_SIDE]
    turned = np.stack([_turned(frequencies, k) for k in range(ORIENTATIONS)])
    medians = np.median(turned, axis=(1, 2), keepdims=True)
    octets = np.packbits((turned > medians).reshape(ORIENTATIONS, HASH_SIDE**2), axis=1)
    return octets.view(">u8").astype(np.uint64).ravel()


def oriented(rgb: npt.NDArray[Value], k: int) -> npt.NDArray[Value]:
    """The picture brought to orientation k."""
    turned = rgb.swapaxes(0, 1) if k & 4 else rgb
    return turned[:: -1 if k & 2 else 1, :: -1 if k & 1 else 1]


def _turned(frequencies: npt.NDArray[np.float64], k: int) -> npt.NDArray[np.float64]:
    turned = frequencies.T if k & 4 else frequencies
    return turned * (_SIGNS if k & 1 else 1.0) * (_SIGNS[:, None] if k & 2 else 1.0)
