"""Words in the colour of the paper: they show where they cross lines and nowhere else.

What is left of every line there is paler by one share, the opacity of the words. Something that was
erased leaves nothing, and a tint, fog or another drawing does not stop after a letter's width."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Mask
from inksift.curation.dedup.aligned.marks import Grey, Marked, piece_sizes


@dataclass(frozen=True)
class CrossingLimits:
    """What words of the paper's colour leave. "Side" is the square root of the area compared.

    Chosen on seeds 4 to 6 of `benchmarks/small_changes.py`."""

    most_length: float = 0.12
    """Length of a crossing, as a share of the side: a line of letters is no higher."""

    fewest_pieces: int = 2
    """Crossings that words leave at least: one alone may be a thing drawn on an area of one
    colour."""

    around_px: int = 15
    """Side of the square around what changed that tells the paper's colour."""

    same_paper: float = 4.0
    """Levels (0 to 255) by which it may differ between the two."""

    ink: float = 60.0
    """Levels from the paper from which a place is ink and tells of an opacity."""

    strong: float = 0.75
    """Share of the largest changes from which the words cover a place wholly."""

    largest: float = 0.95
    """Share of changes (0 to 1) that are no larger than what stands for the largest."""

    fewest: int = 12
    """Wholly covered places that are enough to tell."""

    opacity: tuple[float, float] = (0.2, 0.88)
    """Opacities of words that are visible, and of which lines are."""

    most_spread: float = 0.25
    """Difference of the opacities that nine in ten and one in ten of these places do not exceed, as
    a share of their median."""

    most_beyond: float = 0.05
    """Share of places that may have changed by more than that opacity, or the other way."""

    slack: float = 0.1
    """Opacity by which a place may exceed it."""

    noise: float = 10.0
    """Levels that compression adds to that."""


_LIMITS = CrossingLimits()


def paled_crossings(first: Grey, second: Grey, changed: Mask, *, pixels: int) -> Marked:
    """Which of two aligned pictures (levels, height x width) has words of the paper's colour over
    its lines, if those explain all that `changed`; `pixels` is the area compared."""
    sizes = piece_sizes(changed)
    if len(sizes) < _LIMITS.fewest_pieces:
        return ""
    if sizes[:, 1].max() > _LIMITS.most_length * np.sqrt(pixels):
        return ""
    paper, other_paper = (_paper(grey, changed) for grey in (first, second))
    if abs(paper - other_paper) > _LIMITS.same_paper:
        return ""
    ink, other_ink = (grey[changed] - paper for grey in (first, second))
    if np.abs(ink).sum() > np.abs(other_ink).sum():
        return "second" if _of_one_opacity(ink, other_ink) else ""
    return "first" if _of_one_opacity(other_ink, ink) else ""


def _paper(grey: Grey, changed: Mask) -> float:
    """The commonest level around what changed: lines take less room than paper."""
    near = cv2.dilate(changed.astype(np.uint8), np.ones((_LIMITS.around_px,) * 2, np.uint8))
    around = grey[near.astype(np.bool_) & ~changed]
    return float(np.median(around)) if len(around) else 0.0


def _of_one_opacity(ink: npt.NDArray[np.float32], left: npt.NDArray[np.float32]) -> bool:
    """Whether places that lay so many levels from the paper lost one share of it, or less where a
    letter ends."""
    lost = np.abs(ink) - np.abs(left)
    dark = np.abs(ink) >= _LIMITS.ink
    strong = lost >= _LIMITS.strong * np.quantile(lost, _LIMITS.largest)
    if (dark & strong).sum() < _LIMITS.fewest:
        return False
    opacity = lost[dark] / np.abs(ink[dark])
    low, middle, high = np.quantile(opacity[strong[dark]], (0.1, 0.5, 0.9))
    least, most = _LIMITS.opacity
    if not least <= middle <= most or high - low > _LIMITS.most_spread * middle:
        return False
    most = (middle + _LIMITS.slack) * np.abs(ink) + _LIMITS.noise
    beyond = (lost < -_LIMITS.noise) | (lost > most)
    return bool(beyond.mean() <= _LIMITS.most_beyond)
