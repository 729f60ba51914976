"""Pictures made of labelled ones for the direction alone, with the label that they then have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb
from inksift.curation.verdict.medium.fitting.prints import printed
from inksift.curation.verdict.medium.fitting.renderings import RENDERINGS, drawn_by

VERSION = 1
"""Raise it whenever a made picture may show another pixel: it stands for what `renderings`,
`prints` and `canvas` do as well, and what was measured of made pictures is stored by it."""


class Making(NamedTuple):
    """How pictures are made of others."""

    of: tuple[bool, ...]
    """Of which pictures: True for photographs, False for illustrations."""

    turns: bool
    """Whether it turns a photograph into an illustration; else a label stays."""

    make: Callable[[Rgb, np.random.Generator, bool], Rgb]
    """From a picture, chance, and whether it is a photograph."""


class Made(NamedTuple):
    """m pictures that were made of labelled ones."""

    rows: npt.NDArray[np.int64]
    """The place of each one's original in the table, m."""

    photo: npt.NDArray[np.bool_]
    """Whether each counts as a photograph, m."""

    style: npt.NDArray[np.float32]
    """Style features, m x d."""


def make(making: str, image_id: str, picture: Rgb, *, photo: bool) -> Rgb:
    """A picture by one of MAKINGS; what is left to chance depends on the making and `image_id`
    alone."""
    seed = int.from_bytes(hashlib.sha256(f"{making} {image_id}".encode()).digest()[:8])
    return MAKINGS[making].make(picture, np.random.default_rng(seed), photo)


def _rendered(rendering: str, picture: Rgb, rng: np.random.Generator, photo: bool) -> Rgb:
    return drawn_by(rendering, picture, rng)


def _printed(picture: Rgb, rng: np.random.Generator, photo: bool) -> Rgb:
    return np.ascontiguousarray(printed(picture, rng, photo=photo))


MAKINGS: Mapping[str, Making] = {
    **{name: Making(of=(True,), turns=True, make=partial(_rendered, name)) for name in RENDERINGS},
    "printed": Making(of=(True, False), turns=False, make=_printed),
}
