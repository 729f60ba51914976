"""A verdict in one sentence: how likely, and which votes decided it."""

from __future__ import annotations

from collections.abc import Mapping

from curation.verdict.medium.votes import VOTERS

LOUD = 0.3
"""Votes below this many log-odds say little."""

HEARD = (*VOTERS, "neighbours", "prior")

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
    heard = sorted(
        (name for name in HEARD if abs(votes[name]) >= LOUD), key=lambda name: -abs(votes[name])
    )
    words = {
        name: _said(name, high=(votes[name] > 0) == (weights.get(name, 1.0) > 0)) for name in heard
    }
    leaning = [words[name] for name in heard if (votes[name] > 0) == (p_photo >= 0.5)]
    against = [words[name] for name in heard if (votes[name] > 0) != (p_photo >= 0.5)]
    said = ", ".join(leaning[:3]) or "no single vote decides"
    but = f", but {' and '.join(against[:2])}" if against else ""
    silent = "; the object count says little" if abs(votes["objects"]) < LOUD else ""
    return f"{medium} {p_photo:.2f}: {said}{but}{silent}"


def _said(name: str, *, high: bool) -> str:
    for_high, for_low = _WORDS.get(name, (f"high {name}", f"low {name}"))
    return for_high if high else for_low
