"""The colour around a drawing, on which a transparent copy of it would have to lie."""

from __future__ import annotations

import numpy as np

from inksift.curation.base.rgb import Rgb

NEAR_LEVELS = 24
"""Levels (0 to 255) within which two grounds are the same."""

GroundColour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""


def ground_of(rgb: Rgb) -> GroundColour | None:
    """The colour of most of a picture's outermost pixels, None where they have no colour in
    common."""
    edge = np.concatenate([rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]]).astype(np.int16)
    colour = np.median(edge, axis=0)
    shared = (np.abs(edge - colour).max(axis=1) <= NEAR_LEVELS).mean()
    red, green, blue = colour.round().astype(int).tolist()
    return (red, green, blue) if shared > 0.5 else None
