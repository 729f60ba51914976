"""Copies that show less of a drawing, or show it turned, stretched, framed, marked or enlarged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inksift.curation.base.arrays import Flags
from inksift.curation.dedup.best_copy.copies import Group, Numbers
from inksift.curation.dedup.best_copy.shown_size import framed, shown_more


@dataclass(frozen=True)
class ShapeSteps:
    """From which difference in shape on a copy is the worse one.

    Chosen on degraded twins; `benchmarks/which_copy_stays.py` measures the choice."""

    detail: float = 1.75
    """Ratio of resolved lengths from which a copy lacks detail, whatever else it has: the measure
    takes some of what enlarging smeared for detail."""

    cropped: float = 0.03
    """Share of a content that may be missing."""

    redrawn: float = 0.1
    """Binary logarithm of sharpness that tells which of two was turned or stretched."""

    border: float = 0.03
    """Share of a picture that may lie around its content."""


_STEPS = ShapeSteps()


def lacks_detail(group: Group) -> Numbers:
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


def is_marked(group: Group) -> Numbers:
    """Those with a watermark."""
    return group.copies["marked"].astype(np.float64)


def is_cropped(group: Group) -> Numbers:
    """What a turned copy shows beyond the other is the paper below it."""
    words = group.pairs["transform"]
    shown = np.array([shown_more(told) for told in words], np.float64) * ~group.moved
    return group.either_way(shown > _STEPS.cropped, shown < -_STEPS.cropped)


def has_frame(group: Group) -> Numbers:
    """Those with a border that another has not."""
    found = np.array([framed(words) for words in group.pairs["transform"]], np.int64)
    return group.either_way(found < 0, found > 0)


def is_turned(group: Group) -> Numbers:
    """Those that are turned, unlike most."""
    return _outvoted(group, ~group.tilted)


def is_stretched(group: Group) -> Numbers:
    """Those that are stretched, unlike most."""
    return _outvoted(group, ~group.stretched)


def _outvoted(group: Group, agree: Flags) -> Numbers:
    """1 for a copy with which at most half as many agree as with the best supported one."""
    votes = np.ones(len(group.alive))
    for ends in (group.one, group.other):
        np.add.at(votes, ends[agree], 1)
    return np.asarray(votes <= votes[group.alive].max() / 2, np.float64)


def is_redrawn(group: Group) -> Numbers:
    """Of two copies that are not of one turn and shape, the softer one was drawn after the
    other."""
    sharp = group.sharpness()
    softer = sharp[group.other] - sharp[group.one]
    moved = group.moved & group.same_content
    return group.either_way(moved & (softer > _STEPS.redrawn), moved & (softer < -_STEPS.redrawn))


def is_repeated(group: Group) -> Numbers:
    """Pixels that were repeated to enlarge it."""
    return (group.copies["block"] > 1).astype(np.float64)


def has_border(group: Group) -> Numbers:
    """Those with more around their content than the barest."""
    whole = group.copies["width"] * group.copies["height"]
    share = group.copies["content_width"] * group.copies["content_height"] / whole
    return np.asarray(share < share[group.alive].max() - _STEPS.border, np.float64)
