"""What is wrong with each of several copies of one picture, from the gravest to the least.

The copies go through one question after another. Each is judged against the best of those that had
no fault so far, in steps, so that the noise of trimming and encoding decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from curation.base.arrays import Integers
from curation.dedup.shown_size import framed, shown_more
from curation.dedup.top_octave import crispness

Numbers = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class GradeSteps:
    """From which difference on a copy is the worse one. Chosen on degraded twins;
    `benchmarks/which_copy_stays.py` measures the choice."""

    detail: float = 1.75
    """Ratio of resolved lengths from which a copy lacks detail, whatever else it has: the measure
    takes some of what enlarging smeared for detail."""

    cropped: float = 0.03
    """Share of a content that may be missing."""

    tilt_degrees: float = 0.4
    """Turn between two copies that lie equally straight: what aligning misses."""

    stretch: float = 0.03
    """Natural logarithm of a stretch between two copies of one shape."""

    redrawn: float = 0.1
    """Binary logarithm of sharpness that tells which of two was turned or stretched."""

    content: float = 0.25
    """Natural logarithm of a ratio of lengths beyond which two contents are not of one part."""

    soft: float = 0.9
    """Binary logarithm of sharpness from which a copy is softer."""

    halo: float = 0.08
    """Overshoot beside edges, more than the other has, from which a copy may be sharpened."""

    sure_halo: float = 0.45
    """Overshoot that no drawing has by itself."""

    sure_clipped: float = 0.12
    """Share of pixels that sharpening drove to black or white, more than the other has, from which
    it is sure."""

    halo_grain: float = 0.2
    """Binary logarithm of roughness that halos make at least."""

    sharpened: tuple[float, float] = (0.4, 3.5)
    """Binary logarithm of how much sharper it then is: less is no sharpening, and more is a blur of
    the other."""

    natural: float = -2.0
    """Sharpness above which a copy needs no sharpening to explain the other's."""

    natural_texture: float = -1.0
    """The same in a picture of which nothing is smooth."""

    grain: float = 0.35
    """Binary logarithm of roughness from which a copy is rougher."""

    colours: int = 256
    """Colours that a palette holds at most."""

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

    poor: float = 45.0
    """JPEG quality below which roughness is compression's."""

    ringing: float = 60.0
    """JPEG quality below which compression overshoots beside edges."""

    stored_better: float = 25.0
    """Points of quality that make the other one's compression none of that."""

    clipped: float = 0.08
    """Share of pixels cut off at black or white, more than the best has."""

    paler: float = 0.89
    """Share of the best copy's vividness below which one lost colours, as where a colour profile
    was dropped."""

    least_vivid: float = 15.0
    """Levels of vividness of the best below which a picture has too little colour to tell."""

    border: float = 0.03
    """Share of a picture that may lie around its content."""

    quality: float = 5.0
    """Points of JPEG quality within which two files count as equally compressed."""

    density: float = 2.0
    """Ratio of bytes per pixel within which they do, where a quality is not told."""

    strong: float = 50.0
    """JPEG quality below which blocks look like detail."""

    blocks: float = 25.0
    """Points of quality below it that are worth one step of binary sharpness."""


_STEPS = GradeSteps()


Columns = Mapping[str, npt.NDArray[Any]]
"""Values by the name of a column, all of one length."""


class Group(NamedTuple):
    """Copies of one picture and the pairs compared among them."""

    copies: Columns
    """As `grades` has them."""

    pairs: Columns
    """As `grades` has them."""

    alive: _Flags
    """Copies without a fault so far, of which the best will stay."""

    @property
    def one(self) -> npt.NDArray[np.int64]:
        """Which of the copies is the first of each pair."""
        return self.pairs["one"]

    @property
    def other(self) -> npt.NDArray[np.int64]:
        """Which one is the second."""
        return self.pairs["other"]

    @property
    def open(self) -> _Flags:
        """The pairs of which neither has a fault so far."""
        return np.asarray(self.alive[self.one] & self.alive[self.other])

    def either_way(self, worse: _Flags, other_worse: _Flags) -> Numbers:
        """1 for every copy that is the worse one of an open pair: `worse` says it of the first of
        each, `other_worse` of the second."""
        found = np.zeros(len(self.alive))
        found[self.one[worse & self.open]] = 1
        found[self.other[other_worse & self.open]] = 1
        return found

    def sharpness(self) -> Numbers:
        """That of the copies without a fault so far, the others' is below any."""
        rows, columns = self.copies["row_spectrum"], self.copies["column_spectrum"]
        quality = self.copies["quality"][self.alive]
        strong = np.where(quality >= 0, np.maximum(0, _STEPS.strong - quality), 0)
        found = np.full(len(self.alive), _FAR_BELOW)
        found[self.alive] = crispness([*rows[self.alive]], [*columns[self.alive]])
        found[self.alive] -= strong / _STEPS.blocks
        return found


_Question = Callable[[Group], Numbers]
"""How bad each copy is in one respect, in whole steps or any number to be told in steps of 1."""


def grades(copies: Columns, pairs: Columns) -> dict[str, npt.NDArray[np.int64]]:
    """Whole numbers for each of ASKED, one for each of `copies`: 0 for those that are as good
    in that as the best; below 0 for those that are better, but worse in something graver.

    `copies` are files of other bytes that chains of `pairs` join: what HASHES says of them,
    `width`, `height`, `size_bytes` and `marked`. `pairs` are of the places of `one` and the
    `other` among them, and what PAIRS say of these: `tilt`, `stretch`, `scale`, `grain` and
    `transform`."""
    group = Group(copies, pairs, np.ones(len(copies["quality"]), np.bool_))
    told: dict[str, npt.NDArray[np.int64]] = {}
    for name, question in ASKED.items():
        bad = question(group)
        steps = np.floor(bad - bad[group.alive].min() + _ROUNDING)
        told[name] = np.clip(steps, -_MOST_STEPS, _MOST_STEPS).astype(np.int64)
        group = group._replace(alive=group.alive & (told[name] == 0))
    return told


_ROUNDING = 1e-9
"""Steps that a sum of binary fractions may miss."""

_MOST_STEPS = 1000
"""Steps beyond which it no longer matters how much worse a copy is."""

_FAR_BELOW = -1e6
"""A binary logarithm of sharpness below all that are measured."""


def _lacks_detail(group: Group) -> Numbers:
    """The copy of some pair that resolves a much shorter length of the drawing in each of its own
    pixels, or shows it much smaller. Contents as such may differ: one may be cropped or framed."""
    share = np.sqrt(
        group.copies["resolved_width"]
        / group.copies["content_width"]
        * group.copies["resolved_height"]
        / group.copies["content_height"]
    )
    scale = group.pairs["scale"]
    finer = np.log(scale * share[group.other] / share[group.one])
    least = np.log(_STEPS.detail)
    return group.either_way(finer >= least, finer <= -least)


def _is_marked(group: Group) -> Numbers:
    return group.copies["marked"].astype(np.float64)


def _is_cropped(group: Group) -> Numbers:
    """What a turned copy shows beyond the other is the paper below it."""
    words = group.pairs["transform"]
    shown = np.array([shown_more(told) for told in words], np.float64) * ~_moved(group)
    return group.either_way(shown > _STEPS.cropped, shown < -_STEPS.cropped)


def _is_framed(group: Group) -> Numbers:
    found = np.array([framed(words) for words in group.pairs["transform"]], np.int64)
    return group.either_way(found < 0, found > 0)


def _is_turned(group: Group) -> Numbers:
    return _outvoted(group, np.abs(group.pairs["tilt"]) <= _STEPS.tilt_degrees)


def _is_stretched(group: Group) -> Numbers:
    return _outvoted(group, np.abs(group.pairs["stretch"]) <= _STEPS.stretch)


def _outvoted(group: Group, agree: _Flags) -> Numbers:
    """1 for a copy with which at most half as many agree as with the best supported one."""
    votes = np.ones(len(group.alive))
    for ends in (group.one, group.other):
        np.add.at(votes, ends[agree], 1)
    return np.asarray(votes <= votes[group.alive].max() / 2, np.float64)


def _is_sharpened(group: Group) -> Numbers:
    sharp = group.sharpness()
    return group.either_way(
        _sharpened(group, sharp, group.one, group.other, -group.pairs["grain"]),
        _sharpened(group, sharp, group.other, group.one, group.pairs["grain"]),
    )


def _sharpened(
    group: Group, sharp: Numbers, one: Integers, other: Integers, grain: Numbers
) -> _Flags:
    """Whether the one of each pair is the other, sharpened; `grain` is how much rougher it is."""
    halos = group.copies["halo"]
    sharper = sharp[one] - sharp[other]
    least, most = _STEPS.sharpened
    overshoot = halos[one] - halos[other]
    driven = group.copies["clipped"][one] - group.copies["clipped"][other]
    marks = (overshoot > _STEPS.halo) | (driven > _STEPS.clipped)
    told = grain != 0
    natural = told & (grain > _STEPS.halo_grain) & (sharp[other] > _STEPS.natural)
    # Where nothing is smooth no grain is told, and halos alone must do.
    natural |= ~told & (overshoot > _STEPS.halo) & (sharp[other] > _STEPS.natural_texture)
    sure = (halos[one] > _STEPS.sure_halo) | (driven > _STEPS.sure_clipped)
    found = marks & (natural | sure) & ~_compressed_poorly(group)[other]
    found &= ~_rings(group, one, other)
    return np.asarray(found & (sharper > least) & (sharper < most))


def _rings(group: Group, one: Integers, other: Integers) -> _Flags:
    """Whether compression explains the overshoot of the one of each pair: the other, stored far
    better, is what a filter left of it."""
    quality = group.copies["quality"]
    low = (quality >= 0) & (quality < _STEPS.ringing)
    return np.asarray(low[one] & (quality[other] >= quality[one] + _STEPS.stored_better))


def _is_redrawn(group: Group) -> Numbers:
    """Of two copies that are not of one turn and shape, the softer one was drawn after the
    other."""
    sharp = group.sharpness()
    softer = sharp[group.other] - sharp[group.one]
    moved = _moved(group) & _same_content(group)
    return group.either_way(moved & (softer > _STEPS.redrawn), moved & (softer < -_STEPS.redrawn))


def _same_content(group: Group) -> _Flags:
    """Whether the contents of each pair are of one part of the drawing: a plain sky may have been
    trimmed from one of them only."""
    across = group.copies["content_width"] * group.copies["content_height"]
    scale = group.pairs["scale"]
    apart = np.log(across[group.other] / across[group.one]) / 2 - np.log(scale)
    return np.asarray(np.abs(apart) < _STEPS.content)


def _moved(group: Group) -> _Flags:
    tilted = np.abs(group.pairs["tilt"]) > _STEPS.tilt_degrees
    return np.asarray(tilted | (np.abs(group.pairs["stretch"]) > _STEPS.stretch))


def _is_soft(group: Group) -> Numbers:
    return -group.sharpness() / _STEPS.soft


def _is_reduced(group: Group) -> Numbers:
    """Few colours where the other has many, without having been drawn anew, and is no rougher:
    noise and enlarging have colours of their own."""
    grain, still = group.pairs["grain"], ~_moved(group)
    return group.either_way(
        still
        & (grain < _STEPS.grain)
        & _has_few(group, group.one, group.other, -grain > _STEPS.grain),
        still
        & (-grain < _STEPS.grain)
        & _has_few(group, group.other, group.one, grain > _STEPS.grain),
    )


def _has_few(group: Group, one: Integers, other: Integers, dithered: _Flags) -> _Flags:
    """Whether the one of each pair has few colours, and the other many that are not from
    enlarging: what is `dithered` is sharp for another reason."""
    colours, sharp = group.copies["colours"], group.sharpness()
    fewer = colours[other] >= _STEPS.more_colours * colours[one]
    sharper = sharp[one] - sharp[other] > _STEPS.soft
    enlarged = sharper & ~dithered
    least = np.where(enlarged, _STEPS.very_many_colours, _STEPS.many_colours)
    found = fewer & (colours[one] <= _STEPS.colours) & (colours[other] >= least)
    return np.asarray(found | (_few_greys(group, one, other) & ~enlarged))


def _few_greys(group: Group, one: Integers, other: Integers) -> _Flags:
    """The same in grey, which has 256 levels at most; where compression left the other no rougher,
    as it does a flat drawing with levels of its own."""
    colours, vivid = group.copies["colours"], group.copies["vividness"]
    grey = (vivid[one] < _STEPS.grey) & (vivid[other] < _STEPS.grey)
    rougher = np.where(one == group.one, 1, -1) * group.pairs["grain"]
    many = (colours[other] >= _STEPS.many_greys) & (rougher < _STEPS.grey_grain)
    return np.asarray(grey & many & (colours[other] >= _STEPS.more_colours * colours[one]))


def _is_repeated(group: Group) -> Numbers:
    """Pixels that were repeated to enlarge it."""
    return (group.copies["block"] > 1).astype(np.float64)


def _is_smoothed(group: Group) -> Numbers:
    """The smoother of two copies, where what it lacks is texture."""
    grain = group.pairs["grain"]
    return group.either_way(
        (grain > _STEPS.grain) & _lacks_texture(group, group.one, group.other),
        (-grain > _STEPS.grain) & _lacks_texture(group, group.other, group.one),
    )


def _lacks_texture(group: Group, smoother: Integers, rougher: Integers) -> _Flags:
    """Whether roughness is texture: none of strong compression, sharper too, and with some more
    colours, but not many times those of a flat drawing."""
    sharp, colours = group.sharpness(), group.copies["colours"]
    share = colours[smoother] / colours[rougher]
    some = (share >= _STEPS.flat) & (share <= _STEPS.more)
    sharper = sharp[rougher] - sharp[smoother]
    much = np.abs(group.pairs["grain"]) > _STEPS.much_texture
    sure = some & (sharper > np.where(share <= _STEPS.as_many, _STEPS.textured, _STEPS.crisper))
    likely = much & some & (sharper > -_STEPS.noise)
    return np.asarray((sure | likely) & ~_compressed_poorly(group)[rougher])


def _compressed_poorly(group: Group) -> _Flags:
    quality = group.copies["quality"]
    return np.asarray((quality >= 0) & (quality < _STEPS.poor))


def _is_rough(group: Group) -> Numbers:
    """Steps of roughness, as the mean of what was found beside each other copy."""
    told = group.open & _is_excused(group)
    level, number = np.zeros(len(group.alive)), np.zeros(len(group.alive))
    for ends, sign in ((group.one, -1), (group.other, 1)):
        np.add.at(level, ends[told], sign * group.pairs["grain"][told])
        np.add.at(number, ends[told], 1)
    # The mean of n differences from the others is n / (n + 1) of that from the mean of all.
    return level / (number + 1) / _STEPS.grain


def _is_excused(group: Group) -> _Flags:
    """Whether the rougher one of each pair has a reason to be rough: strong compression, or a flat
    drawing whose copy has many times its colours. Else it is texture."""
    grain, poor, colours = group.pairs["grain"], _compressed_poorly(group), group.copies["colours"]
    rougher = np.where(grain > 0, group.other, group.one)
    smoother = np.where(grain > 0, group.one, group.other)
    flat = colours[smoother] < _STEPS.flat * colours[rougher]
    palette = (colours[rougher] <= _STEPS.colours) & (colours[smoother] > _STEPS.colours)
    return np.asarray(poor[rougher] | flat | palette)


def _is_clipped(group: Group) -> Numbers:
    return group.copies["clipped"] / _STEPS.clipped


def _is_paler(group: Group) -> Numbers:
    """Less colour in the same content, and not for less contrast: darkening makes colours richer
    and shows nothing more."""
    vivid, contrast = group.copies["vividness"], group.copies["trimmed_contrast"]
    content = _same_content(group) & ~_moved(group)

    def paler(one: Integers, other: Integers) -> _Flags:
        much = (vivid[one] < _STEPS.paler * vivid[other]) & (vivid[other] >= _STEPS.least_vivid)
        own = vivid[one] * contrast[other] < _STEPS.paler * vivid[other] * contrast[one]
        return np.asarray(content & much & own)

    return group.either_way(paler(group.one, group.other), paler(group.other, group.one))


def _has_border(group: Group) -> Numbers:
    whole = group.copies["width"] * group.copies["height"]
    share = group.copies["content_width"] * group.copies["content_height"] / whole
    return np.asarray(share < share[group.alive].max() - _STEPS.border, np.float64)


def _has_loss(group: Group) -> Numbers:
    return 1 - group.copies["lossless"]


def _is_compressed(group: Group) -> Numbers:
    """By the quality that all files tell, else by bytes a pixel."""
    quality = group.copies["quality"]
    if (quality[group.alive] >= 0).all():
        return -quality / _STEPS.quality
    content = group.copies["content_width"] * group.copies["content_height"]
    density = group.copies["size_bytes"] / content
    return np.asarray(-np.log(density) / np.log(_STEPS.density), np.float64)


ASKED: dict[str, _Question] = {
    "lacks_detail": _lacks_detail,
    "reduced": _is_reduced,
    "marked": _is_marked,
    "framed": _is_framed,
    "turned": _is_turned,
    "stretched": _is_stretched,
    "sharpened": _is_sharpened,
    "redrawn": _is_redrawn,
    "repeated": _is_repeated,
    "soft": _is_soft,
    "smoothed": _is_smoothed,
    "rough": _is_rough,
    "cropped": _is_cropped,
    "paler": _is_paler,
    "clipped": _is_clipped,
    "bordered": _has_border,
    "lossy": _has_loss,
    "compressed": _is_compressed,
}
"""What is asked of every copy, the gravest first, by the name of its column."""
