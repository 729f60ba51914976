"""Copies that lost colours or levels, or were stored with more loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inksift.curation.base.arrays import Flags, Integers
from inksift.curation.dedup.best_copy.copies import SHARED, Group, Numbers


@dataclass(frozen=True)
class ColourSteps:
    """From which difference in colours and storage on a copy is the worse one.

    Chosen on degraded twins; `benchmarks/which_copy_stays.py` measures the choice."""

    many_colours: int = 400
    """Colours, among some 4,000 pixels, that the other must have, for a palette to have lost
    some."""

    very_many_colours: int = 1200
    """The same where the other is softer, and may be enlarged."""

    grey: float = 1.0
    """Levels of vividness below which a picture is grey."""

    many_greys: int = 180
    """Levels, among some 4,000 pixels, that the other must have in grey."""

    grey_grain: float = 0.25
    """Binary logarithm of roughness from which levels of its own are compression's."""

    more_colours: float = 4.0
    """How many times more colours it must have."""

    paler: float = 0.89
    """Share of the best copy's vividness below which one lost colours, as where a colour profile
    was dropped."""

    least_vivid: float = 15.0
    """Levels of vividness of the best below which a picture has too little colour to tell."""

    quality: float = 5.0
    """Points of JPEG quality within which two files count as equally compressed."""

    density: float = 2.0
    """Ratio of bytes per pixel within which they do, where a quality is not told."""


_STEPS = ColourSteps()


def is_reduced(group: Group) -> Numbers:
    """Few colours where the other has many, without having been drawn anew, and is no rougher:
    noise and enlarging have colours of their own."""
    grain, still = group.pairs["grain"], ~group.moved
    return group.either_way(
        still
        & (grain < SHARED.grain)
        & _has_few(group, group.one, group.other, -grain > SHARED.grain),
        still
        & (-grain < SHARED.grain)
        & _has_few(group, group.other, group.one, grain > SHARED.grain),
    )


def _has_few(group: Group, one: Integers, other: Integers, dithered: Flags) -> Flags:
    """Whether the one of each pair has few colours, and the other many that are not from
    enlarging: what is `dithered` is sharp for another reason."""
    colours, sharp = group.copies["colours"], group.sharpness()
    fewer = colours[other] >= _STEPS.more_colours * colours[one]
    sharper = sharp[one] - sharp[other] > SHARED.soft
    enlarged = sharper & ~dithered
    least = np.where(enlarged, _STEPS.very_many_colours, _STEPS.many_colours)
    found = fewer & (colours[one] <= SHARED.colours) & (colours[other] >= least)
    return np.asarray(found | (_few_greys(group, one, other) & ~enlarged))


def _few_greys(group: Group, one: Integers, other: Integers) -> Flags:
    """The same in grey, which has 256 levels at most; where compression left the other no rougher,
    as it does a flat drawing with levels of its own."""
    colours, vivid = group.copies["colours"], group.copies["vividness"]
    grey = (vivid[one] < _STEPS.grey) & (vivid[other] < _STEPS.grey)
    rougher = np.where(one == group.one, 1, -1) * group.pairs["grain"]
    many = (colours[other] >= _STEPS.many_greys) & (rougher < _STEPS.grey_grain)
    return np.asarray(grey & many & (colours[other] >= _STEPS.more_colours * colours[one]))


def is_paler(group: Group) -> Numbers:
    """Less colour in the same content, and not for less contrast: darkening makes colours richer
    and shows nothing more."""
    vivid, contrast = group.copies["vividness"], group.copies["trimmed_contrast"]
    content = group.same_content & ~group.moved

    def paler(one: Integers, other: Integers) -> Flags:
        much = (vivid[one] < _STEPS.paler * vivid[other]) & (vivid[other] >= _STEPS.least_vivid)
        own = vivid[one] * contrast[other] < _STEPS.paler * vivid[other] * contrast[one]
        return np.asarray(content & much & own)

    return group.either_way(paler(group.one, group.other), paler(group.other, group.one))


def is_clipped(group: Group) -> Numbers:
    """Steps of what is cut off at black or white."""
    return group.copies["clipped"] / SHARED.clipped


def has_loss(group: Group) -> Numbers:
    """Those stored with loss."""
    return 1 - group.copies["lossless"]


def is_compressed(group: Group) -> Numbers:
    """By the quality that all files tell, else by bytes a pixel."""
    quality = group.copies["quality"]
    if (quality[group.alive] >= 0).all():
        return -quality / _STEPS.quality
    content = group.copies["content_width"] * group.copies["content_height"]
    density = group.copies["size_bytes"] / content
    return np.asarray(-np.log(density) / np.log(_STEPS.density), np.float64)
