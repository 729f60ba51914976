"""Pairs of changed pictures as files: half saved alike, half as a crawler meets them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from picture_sources import Sources
from recodings import NO_NEAREST, by_chance, jpeg, png, resized
from small_change_families import make_change

from inksift.curation.base.rgb import Rgb

LEAST_RESIZED_PX = 100
"""Shorter side from which a crawler meets a picture resized."""


class Pair(NamedTuple):
    """Two files, where they come from, and what the second is to be to the first."""

    family: str
    source: str
    params: str
    expected: str
    first: bytes
    second: bytes


def changed_pair(name: str, rng: np.random.Generator, sources: Sources) -> Pair:
    """Two drawings of a family of changes, as files."""
    made = make_change(name, rng, sources)
    first, second, saved = _saved(made.first, made.second, rng)
    params = f"{made.params}; {saved}".removeprefix("; ")
    return Pair(name, made.source, params, "not a copy", first, second)


def _saved(one: Rgb, two: Rgb, rng: np.random.Generator) -> tuple[bytes, bytes, str]:
    """The two saved alike, or the second as a crawler meets it; and the words for it."""
    if rng.random() < 0.5:
        if rng.random() < 0.5:
            return png(one), png(two), "both PNG"
        quality = int(rng.integers(75, 96))
        return jpeg(one, quality), jpeg(two, quality), f"both JPEG {quality}"
    first, told = by_chance(one, rng), "saved apart"
    if rng.random() < 0.6 and min(two.shape[:2]) >= LEAST_RESIZED_PX:
        per_cent, kind = rng.uniform(60, 100), NO_NEAREST[rng.integers(len(NO_NEAREST))]
        two, told = resized(two, per_cent, kind), f"{told}, {per_cent:.0f} % {kind}"
    return first, by_chance(two, rng), told
