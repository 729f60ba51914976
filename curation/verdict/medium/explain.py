"""A verdict in one sentence: how likely, what a person can check in the picture, and how alike
pictures were judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from curation.verdict.medium.prior import logit
from curation.verdict.medium.quality import CHANCE


@dataclass(frozen=True)
class SentenceSettings:
    """How much a sentence says."""

    notable: float = 1.0
    """Standard deviations from the mean of labelled pictures; a signal nearer to it says little."""

    telling: float = 0.1
    """A signal whose AUROC lies nearer than this to chance leans nowhere."""

    loud: float = 0.3
    """Log-odds; votes below this say little."""

    sure: float = 2.0
    """Log-odds from which on a sentence gives all its reasons."""

    most_for: int = 3
    """Reasons named for a verdict that is sure; one is named for any other."""

    most_against: int = 1
    """Reasons named against it."""

    least: float = 1e-6
    """A chance is taken to be so far from 0 and 1."""


_SENTENCE = SentenceSettings()

_CHECKABLE: Mapping[str, tuple[str, str]] = {
    "edges": ("dense edges", "few edges"),
    "chroma": ("strong colours", "little colour"),
    "entropy": ("many grey levels", "few grey levels"),
    "flat_area": ("flat areas", "no flat areas"),
    "noise": ("sensor-like noise", "no sensor noise"),
    "colours": ("many colours", "few colours"),
    "objects": ("several objects", "few objects"),
}
"""What a person can check, where it is high and where it is low."""

_FELT: Mapping[str, tuple[str, str]] = {
    "texture": ("the texture of known photographs", "the texture of known illustrations"),
    "content": ("shows what known photographs show", "shows what known illustrations show"),
    "prior": ("photographs are common in this folder", "photographs are rare in this folder"),
}
"""Votes that only the machine can check, above 0 and below; said where nothing else can be."""


class Sight(NamedTuple):
    """What is known of one picture beside its votes."""

    signals: Mapping[str, float]
    """Signals and the object count in standard deviations from the mean of labelled pictures; NaN
    where not measured."""

    leanings: Mapping[str, int]
    """Which way each of them leans where it is high: 1 to photographs, -1 to illustrations, 0 where
    it tells nothing."""

    near: int
    """Pictures of the folder that are near."""

    near_alike: int
    """How many of them have the same answer."""


def leaning(auroc: float) -> int:
    """Which way a high measure leans that ranks labelled pictures so well: 1 to photographs, -1 to
    illustrations, 0 where it tells nothing.

    >>> leaning(0.8), leaning(0.3), leaning(0.55), leaning(float("nan"))
    (1, -1, 0, 0)
    """
    beyond = auroc - CHANCE
    return int(np.sign(beyond)) if abs(beyond) >= _SENTENCE.telling else 0


def explain_verdict(
    votes: Mapping[str, float], sight: Sight, *, medium: str, p_photo: float
) -> str:
    """One sentence for a VOTES row, such as "illustration 0.03: no sensor noise, flat
    areas; near pictures judged alike: 9 of 10"."""
    photo = p_photo >= 0.5
    reasons = {True: _reasons(votes, sight, photo=True), False: _reasons(votes, sight, photo=False)}
    most = _SENTENCE.most_for if _is_sure(p_photo) else 1
    said = ", ".join(reasons[photo][:most]) or "nothing that stands out decides"
    against = reasons[not photo][: _SENTENCE.most_against]
    but = f", but {' and '.join(against)}" if against else ""
    return f"{medium} {p_photo:.2f}: {said}{but}{_company(sight)}"


def _reasons(votes: Mapping[str, float], sight: Sight, *, photo: bool) -> Sequence[str]:
    """What speaks for one side, what a person can check first and the clearest of it before the
    rest; the machine's own votes only where there is nothing to check."""
    side = 1 if photo else -1
    leanings = {name: sight.leanings.get(name, 0) for name in sight.signals}
    told = {
        name: value
        for name, value in sight.signals.items()
        if value * leanings[name] * side >= _SENTENCE.notable
    }
    checked = [_words(_CHECKABLE, name, value) for name, value in _clearest(told.items())]
    felt = {name: votes[name] for name in _FELT if votes[name] * side >= _SENTENCE.loud}
    return checked or [_words(_FELT, name, vote) for name, vote in _clearest(felt.items())]


def _clearest(measured: Iterable[tuple[str, float]]) -> Sequence[tuple[str, float]]:
    return sorted(measured, key=lambda item: -abs(item[1]))


def _words(vocabulary: Mapping[str, tuple[str, str]], name: str, value: float) -> str:
    high, low = vocabulary.get(name, (f"high {name}", f"low {name}"))
    return high if value > 0 else low


def _is_sure(p_photo: float) -> bool:
    chance = float(np.clip(p_photo, _SENTENCE.least, 1 - _SENTENCE.least))
    return abs(logit(chance)) >= _SENTENCE.sure


def _company(sight: Sight) -> str:
    """How near pictures were judged; nothing where none is near."""
    if not sight.near:
        return ""
    return f"; near pictures judged alike: {sight.near_alike} of {sight.near}"
