"""Copies that were sharpened, blurred, freed of their texture or made rough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inksift.curation.base.arrays import Flags, Integers
from inksift.curation.dedup.best_copy.copies import SHARED, Group, Numbers


@dataclass(frozen=True)
class SharpnessSteps:
    """From which difference in sharpness and roughness on a copy is the worse one.

    Chosen on degraded twins; `benchmarks/which_copy_stays.py` measures the choice."""

    halo: float = 0.08
    """Overshoot beside edges, and share of pixels cut off at black or white, together more than the
    other has, from which a copy may be sharpened: what is cut off overshoots no more."""

    sure_halo: float = 0.45
    """Overshoot that no drawing has by itself."""

    sure_clipped: float = 0.12
    """Share of pixels that sharpening drove to black or white, more than the other has, from which
    it is sure."""

    halo_grain: float = 0.2
    """Binary logarithm of roughness that halos make at least."""

    most_halo_grain: float = 1.8
    """The same that they make at most: adding twice the difference from a blur makes grain three
    times as strong. Where more is missing, the other lost it to a filter."""

    sharpened: tuple[float, float] = (0.4, 3.5)
    """Binary logarithm of how much sharper it then is: less is no sharpening, and more is a blur of
    the other."""

    natural: float = -2.0
    """Sharpness above which a copy needs no sharpening to explain the other's."""

    natural_texture: float = -1.0
    """The same in a picture of which nothing is smooth."""

    ringing: float = 60.0
    """JPEG quality below which compression overshoots beside edges."""

    stored_better: float = 25.0
    """Points of quality that make the other one's compression none of that."""

    flat: float = 0.6
    """Share of the other's colours below which a copy is flat by itself, and not smoothed."""

    as_many: float = 0.95
    """Share of them above which it has as many."""

    more: float = 1.2
    """Share of them above which it is none of the same drawing without texture."""

    much_texture: float = 0.9
    """Binary logarithm of roughness that is texture whatever the sharpness, within `noise`."""

    noise: float = 0.15
    """Binary logarithm of sharpness by which copies of one sharpness may differ."""

    textured: float = 0.05
    """Binary logarithm of how much sharper texture is than what is left without."""

    crisper: float = 0.15
    """The same where it has no more colours."""

    exact_grain: float = 0.15
    """Binary logarithm of roughness from which one of two copies without loss is rougher."""


_STEPS = SharpnessSteps()


def is_sharpened(group: Group) -> Numbers:
    """Those that are another one, sharpened."""
    sharp = group.sharpness()
    return group.either_way(
        _sharpened(group, sharp, group.one, group.other, -group.pairs["grain"]),
        _sharpened(group, sharp, group.other, group.one, group.pairs["grain"]),
    )


def _sharpened(
    group: Group, sharp: Numbers, one: Integers, other: Integers, grain: Numbers
) -> Flags:
    """Whether the one of each pair is the other, sharpened; `grain` is how much rougher it is."""
    halos = group.copies["halo"]
    sharper = sharp[one] - sharp[other]
    least, most = _STEPS.sharpened
    overshoot = halos[one] - halos[other]
    driven = group.copies["clipped"][one] - group.copies["clipped"][other]
    marks = np.maximum(overshoot, 0) + np.maximum(driven, 0) > _STEPS.halo
    told = grain != 0
    natural = told & (grain > _STEPS.halo_grain) & (sharp[other] > _STEPS.natural)
    # Where nothing is smooth no grain is told, and halos alone must do.
    natural |= ~told & (sharp[other] > _STEPS.natural_texture)
    # Halos lie beside edges: on a flat drawing nothing smooth becomes rough by them.
    natural |= told & (grain >= 0) & _is_flat(group, other, one)
    sure = (halos[one] > _STEPS.sure_halo) | (driven > _STEPS.sure_clipped)
    found = marks & (natural | sure) & ~group.compressed_poorly[other]
    found &= grain < _STEPS.most_halo_grain
    found &= ~_rings(group, one, other)
    return np.asarray(found & (sharper > least) & (sharper < most))


def _is_flat(group: Group, one: Integers, other: Integers) -> Flags:
    """Whether the one of each pair was stored without loss and has few colours, and the other has
    what lies between them as well."""
    colours = group.copies["colours"]
    fewer = (colours[one] <= SHARED.colours) & (colours[one] < _STEPS.flat * colours[other])
    return np.asarray((group.copies["lossless"][one] > 0) & fewer)


def _rings(group: Group, one: Integers, other: Integers) -> Flags:
    """Whether compression explains the overshoot of the one of each pair: the other, stored far
    better, is what a filter left of it."""
    quality = group.copies["quality"]
    low = (quality >= 0) & (quality < _STEPS.ringing)
    return np.asarray(low[one] & (quality[other] >= quality[one] + _STEPS.stored_better))


def is_soft(group: Group) -> Numbers:
    """Steps of sharpness below the sharpest."""
    return -group.sharpness() / SHARED.soft


def is_smoothed(group: Group) -> Numbers:
    """The smoother of two copies, where what it lacks is texture."""
    grain = group.pairs["grain"]
    return group.either_way(
        (grain > SHARED.grain) & _lacks_texture(group, group.one, group.other),
        (-grain > SHARED.grain) & _lacks_texture(group, group.other, group.one),
    )


def _lacks_texture(group: Group, smoother: Integers, rougher: Integers) -> Flags:
    """Whether roughness is texture: none of strong compression, sharper too, and with some more
    colours, but not many times those of a flat drawing."""
    sharp, colours = group.sharpness(), group.copies["colours"]
    share = colours[smoother] / colours[rougher]
    some = (share >= _STEPS.flat) & (share <= _STEPS.more)
    sharper = sharp[rougher] - sharp[smoother]
    much = np.abs(group.pairs["grain"]) > _STEPS.much_texture
    sure = some & (sharper > np.where(share <= _STEPS.as_many, _STEPS.textured, _STEPS.crisper))
    likely = much & some & (sharper > -_STEPS.noise)
    return np.asarray((sure | likely) & ~group.compressed_poorly[rougher])


def is_rough(group: Group) -> Numbers:
    """Steps of roughness, as the mean of what was found beside each other copy."""
    told = group.open & _is_excused(group)
    level, number = np.zeros(len(group.alive)), np.zeros(len(group.alive))
    steps = group.pairs["grain"] / _grain_steps(group)
    for ends, sign in ((group.one, -1), (group.other, 1)):
        np.add.at(level, ends[told], sign * steps[told])
        np.add.at(number, ends[told], 1)
    # The mean of n differences from the others is n / (n + 1) of that from the mean of all.
    return level / (number + 1)


def _grain_steps(group: Group) -> Numbers:
    """From which roughness on a copy of each pair is the rougher one: where neither has loss,
    nothing but what was done to one of them is rough."""
    lossless = group.copies["lossless"] > 0
    exact = lossless[group.one] & lossless[group.other]
    return np.where(exact, _STEPS.exact_grain, SHARED.grain)


def _is_excused(group: Group) -> Flags:
    """Whether the rougher one of each pair has a reason to be rough: strong compression, or a flat
    drawing whose copy has many times its colours. Else it is texture."""
    grain, poor, colours = group.pairs["grain"], group.compressed_poorly, group.copies["colours"]
    rougher = np.where(grain > 0, group.other, group.one)
    smoother = np.where(grain > 0, group.one, group.other)
    flat = colours[smoother] < _STEPS.flat * colours[rougher]
    palette = (colours[rougher] <= SHARED.colours) & (colours[smoother] > SHARED.colours)
    return np.asarray(poor[rougher] | flat | palette)
