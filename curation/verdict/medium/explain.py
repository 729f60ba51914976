"""A verdict in one sentence: how likely, and which votes decided it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from curation.verdict.medium.votes import VOTERS


@dataclass(frozen=True)
class SentenceSettings:
    """How much a sentence says."""

    loud: float = 0.3
    """Log-odds; votes below this say little."""

    most_for: int = 3
    """Votes named for the verdict."""

    most_against: int = 2
    """Votes named against it."""


_SENTENCE = SentenceSettings()

HEARD = (*VOTERS, "neighbours", "prior")
"""The parts of a log-odds that a sentence may name."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "content": ("shows what known photographs show", "shows what known illustrations show"),
    "texture": ("the texture of known photographs", "the texture of known illustrations"),
    "edges": ("dense edges", "few edges"),
    "chroma": ("strong colours", "little colour"),
    "entropy": ("many grey levels", "few grey levels"),
    "flat_area": ("flat areas", "no flat areas"),
    "noise": ("sensor-like noise", "no sensor noise"),
    "colours": ("many colours", "few colours"),
    "objects": ("several objects", "few objects"),
    "cluster_noise": ("in no cluster of this folder", "in a cluster of this folder"),
    "neighbours": (
        "near pictures look more like photographs",
        "near pictures look less like photographs",
    ),
    "prior": ("photographs are common in this folder", "photographs are rare in this folder"),
}
"""What is said where a measure is high, and where it is low."""


def explain_verdict(
    votes: Mapping[str, float], weights: Mapping[str, float], *, medium: str, p_photo: float
) -> str:
    """One sentence for a VOTES row, such as "photo 0.97: the texture of known photographs, near
    pictures look more like photographs; the object count says little". `weights` are the voters',
    whose signs tell high measures from low."""
    heard = _loudest(votes)
    photo = p_photo >= 0.5
    words = {}
    for name in heard:
        # a vote for a photograph by a voter of negative weight comes from a low measure
        high = (votes[name] > 0) == (weights.get(name, 1.0) > 0)
        words[name] = _said(name, high=high)
    leaning = [words[name] for name in heard if (votes[name] > 0) == photo]
    against = [words[name] for name in heard if (votes[name] > 0) != photo]
    said = ", ".join(leaning[: _SENTENCE.most_for]) or "no single vote decides"
    but = f", but {' and '.join(against[: _SENTENCE.most_against])}" if against else ""
    silent = "" if _is_loud(votes["objects"]) else "; the object count says little"
    return f"{medium} {p_photo:.2f}: {said}{but}{silent}"


def _loudest(votes: Mapping[str, float]) -> Sequence[str]:
    """The votes that say something, the loudest first."""
    loud = [name for name in HEARD if _is_loud(votes[name])]
    return sorted(loud, key=lambda name: -abs(votes[name]))


def _is_loud(vote: float) -> bool:
    return abs(vote) >= _SENTENCE.loud


def _said(name: str, *, high: bool) -> str:
    for_high, for_low = _WORDS.get(name, (f"high {name}", f"low {name}"))
    return for_high if high else for_low
