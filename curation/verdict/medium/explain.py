"""A verdict in one sentence: how likely, what a person can check in the picture, and how alike
pictures were judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inksift.curation.verdict.medium.contexts import PictureContext
from inksift.curation.verdict.medium.prior import logit


@dataclass(frozen=True)
class SentenceSettings:
    """How much a sentence says."""

    notable: float = 0.7
    """Standard deviations from the mean of labelled pictures; a signal nearer to it says little. A
    quarter of normal values lie beyond it on either side."""

    loud: float = 0.3
    """Log-odds; votes below this say little."""

    sure: float = 2.0
    """Log-odds from which on a sentence gives all its reasons."""

    most_for: int = 3
    """Reasons named for a verdict that is sure."""

    most_unsure: int = 2
    """Reasons named for any other."""

    most_against: int = 1
    """Reasons named against it."""

    least: float = 1e-6
    """A chance is taken to be so far from 0 and 1."""


_SENTENCE = SentenceSettings()

_SIGNAL_WORDS: Mapping[str, tuple[str, str]] = {
    "edges": ("dense edges", "few edges"),
    "chroma": ("strong colours", "little colour"),
    "entropy": ("many grey levels", "few grey levels"),
    "flat_area": ("flat areas", "no flat areas"),
    "noise": ("sensor-like noise", "no sensor noise"),
    "colours": ("many colours", "few colours"),
    "objects": ("several objects", "few objects"),
}
"""What a person can check, where it is high and where it is low."""

_OWN_VOTES: Mapping[str, tuple[str, str]] = {
    "texture": ("the texture of known photographs", "the texture of known illustrations"),
    "content": ("shows what known photographs show", "shows what known illustrations show"),
}
"""Votes that only the machine can check, above 0 and below. The loudest is said after what a person
can check, as it is what mostly decides."""

_OF_THE_FOLDER: Mapping[str, tuple[str, str]] = {
    "prior": ("photographs are common in this folder", "photographs are rare in this folder"),
}
"""What is the same for every picture; said where nothing of the picture itself is."""


def explain_verdict(
    votes: Mapping[str, float], context: PictureContext, *, medium: str, p_photo: float
) -> str:
    """One sentence for a VOTES row, such as "illustration 0.03: no sensor noise, flat
    areas; near pictures judged alike: 9 of 10"."""
    photo = p_photo >= 0.5
    most = _SENTENCE.most_for if _is_sure(p_photo) else _SENTENCE.most_unsure
    reasons = _reasons(votes, context, photo=photo, most=most)
    against = _reasons(votes, context, photo=not photo, most=_SENTENCE.most_against)
    said = ", ".join(reasons) or "nothing that stands out decides"
    but = f", but {' and '.join(against)}" if against else ""
    return f"{medium} {p_photo:.2f}: {said}{but}{_company(context)}"


def _reasons(
    votes: Mapping[str, float], context: PictureContext, *, photo: bool, most: int
) -> Sequence[str]:
    """What speaks for one side: the clearest of what a person can check, and the loudest of the
    machine's own votes."""
    side = 1 if photo else -1
    told = {
        name: value
        for name, value in context.signals.items()
        if value * context.leanings.get(name, 0) * side >= _SENTENCE.notable
    }
    checked = [_words(_SIGNAL_WORDS, name, value) for name, value in _clearest(told.items())]
    loudest = _loud(votes, _OWN_VOTES, side)[:1]
    return [*checked[: most - len(loudest)], *loudest] or _loud(votes, _OF_THE_FOLDER, side)


def _loud(
    votes: Mapping[str, float], vocabulary: Mapping[str, tuple[str, str]], side: int
) -> list[str]:
    """The votes of a vocabulary for one side that say something, the loudest first."""
    loud = {name: votes[name] for name in vocabulary if votes[name] * side >= _SENTENCE.loud}
    return [_words(vocabulary, name, vote) for name, vote in _clearest(loud.items())]


def _clearest(measured: Iterable[tuple[str, float]]) -> Sequence[tuple[str, float]]:
    return sorted(measured, key=lambda item: -abs(item[1]))


def _words(vocabulary: Mapping[str, tuple[str, str]], name: str, value: float) -> str:
    high, low = vocabulary.get(name, (f"high {name}", f"low {name}"))
    return high if value > 0 else low


def _is_sure(p_photo: float) -> bool:
    chance = float(np.clip(p_photo, _SENTENCE.least, 1 - _SENTENCE.least))
    return abs(logit(chance)) >= _SENTENCE.sure


def _company(context: PictureContext) -> str:
    """How near pictures were judged; nothing where none is near."""
    if not context.near:
        return ""
    return f"; near pictures judged alike: {context.near_alike} of {context.near}"
