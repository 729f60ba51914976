"""The bands in which the detail of a picture is measured and compared."""

from __future__ import annotations

PER_OCTAVE = 4
"""Bands in which a frequency doubles."""

FIRST_CYCLES = 2.0
"""Cycles across a content with which the first band starts; below lie its large shapes."""

BANDS = 56
"""Bands at most: to 2^15 cycles, which is more than any picture that is read has."""

NO_POWER = -40.0
"""Binary logarithm of a power that is none: levels of a picture are whole numbers."""


def centre(band: int) -> float:
    """The cycles across a content in the middle of a band.

    >>> round(centre(4), 2)
    4.36
    """
    return float(FIRST_CYCLES * 2 ** ((band + 0.5) / PER_OCTAVE))
