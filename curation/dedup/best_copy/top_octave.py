"""How sharp several copies of one picture are, by the power of their rows and columns at the same
frequencies of the drawing.

Enlarging, turning, stretching, blurring and removing noise all take away from the highest octave
that the smallest of the copies can hold; sizes as such do not matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inksift.curation.base.spectra import PER_OCTAVE

Spectrum = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TopOctaveLimits:
    """Where power is compared. Chosen on degraded twins; `benchmarks/which_copy_stays.py` measures
    what follows."""

    octaves: int = 1
    """The highest octaves that all have, which tell how sharp each is."""

    ground_from: int = 4
    """Octaves below the highest frequency where the ground begins against which they count, so that
    a change of contrast is none of sharpness."""

    ground_to: int = 2
    """Octaves below it where the ground ends."""


_LIMITS = TopOctaveLimits()


def crispness(rows: Sequence[Spectrum], columns: Sequence[Spectrum]) -> npt.NDArray[np.float64]:
    """For each of several copies, the binary logarithm of its power in the highest octave that all
    of them have, against its own two octaves below.

    `rows` and `columns` hold a spectrum for each copy, as HASHES has them; their mean is the same
    for a picture turned by a quarter. Zeros where some copy is too small to tell."""
    return (_of_one_axis(rows) + _of_one_axis(columns)) / 2


def _of_one_axis(spectra: Sequence[Spectrum]) -> npt.NDArray[np.float64]:
    common = min(len(spectrum) for spectrum in spectra)
    if common <= _LIMITS.ground_to * PER_OCTAVE:
        return np.zeros(len(spectra))
    power = np.array([spectrum[:common] for spectrum in spectra], np.float64)
    begin = max(0, common - _LIMITS.ground_from * PER_OCTAVE)
    ground = power[:, begin : common - _LIMITS.ground_to * PER_OCTAVE]
    top = power[:, common - _LIMITS.octaves * PER_OCTAVE :]
    return np.asarray(top.mean(axis=1) - ground.mean(axis=1), np.float64)
