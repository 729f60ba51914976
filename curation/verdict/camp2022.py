"""The original team's recipe for real photographs, kept as a baseline.

Two votes raise a suspicion: the detector sees two objects or more, or the picture lies in no
cluster of DBSCAN ("photos do not cluster"). A suspect is then a photograph when a filter confirms
it: dense edges, or no colour. A missing detector or a failed embedding casts no vote."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from inksift.curation.base.errors import ParamError
from inksift.curation.base.media import ILLUSTRATION, PHOTO, UNSURE
from inksift.curation.base.params import Params
from inksift.curation.base.reasons import PHOTO_VERDICT
from inksift.curation.evidence.objects import NOT_NEEDED
from inksift.curation.gather.signals import SIGNALS
from inksift.curation.gather.signals.base import Limits, Signal
from inksift.curation.verdict.judgements import JUDGEMENTS

_SIGNALS = {signal.name: signal for signal in SIGNALS}


class Camp2022Params(Params):
    """Settings of the recipe."""

    max_objects: int = Field(
        1, ge=0, le=300, description="More objects than this raise a suspicion (camp2022)"
    )
    filters: list[str] = Field(
        ["edges", "chroma"], description="Signals that confirm a suspicion (camp2022)"
    )
    limits: dict[str, float] = Field(
        {},
        description="Other limits than a signal's own (camp2022), such as "
        "{edges.high: 0.2, chroma.low: 0.01}",
    )

    @field_validator("filters")
    @classmethod
    def _known_signals(cls, names: list[str]) -> list[str]:
        for name in names:
            find_signal(name)
        return names

    @field_validator("limits")
    @classmethod
    def _known_limits(cls, limits: dict[str, float]) -> dict[str, float]:
        for name, limit in limits.items():
            if not math.isfinite(limit):
                raise ValueError(f"{name} must be a finite number")
            signal, _, side = name.partition(".")
            find_signal(signal)
            if side not in ("low", "high"):
                raise ValueError(f"no limit called {name}; write {signal}.low or {signal}.high")
        return limits

    def limits_of(self, signal: Signal) -> Limits:
        """The range in which `signal` speaks for a drawing."""
        low = self.limits.get(f"{signal.name}.low", signal.keep.low)
        high = self.limits.get(f"{signal.name}.high", signal.keep.high)
        return Limits(low, high)


def find_signal(name: str) -> Signal:
    """The signal of that name; ValueError lists those there are."""
    if name not in _SIGNALS:
        raise ValueError(f"no signal called {name}; there are: {', '.join(_SIGNALS)}")
    return _SIGNALS[name]


def judge_camp2022(evidence: pd.DataFrame, params: Camp2022Params) -> pd.DataFrame:
    """A JUDGEMENTS row for every row of `evidence`. The recipe knows no probability: `p_photo` is
    missing. ParamError where pictures were left uncounted."""
    _demand_counts(evidence)
    return JUDGEMENTS.frame([_judge_one(row, params) for row in evidence.to_dict("records")])


def _demand_counts(evidence: pd.DataFrame) -> None:
    left_out = int((evidence["detector"] == NOT_NEEDED).sum())
    if left_out:
        raise ParamError(
            f"verdicts.recipe=camp2022 needs an object count of every picture, and {left_out} of "
            f"{len(evidence)} have none: run again from object_counts on, with this recipe or with "
            "object_counts.only=all"
        )


def _judge_one(row: Mapping[Any, Any], params: Camp2022Params) -> dict[str, object]:
    suspicions, proofs = _suspicions(row, params), _proofs(row, params)
    suspected = " and ".join(suspicions)
    if not suspicions:
        medium, words = ILLUSTRATION, "nothing speaks for a photograph"
    elif not proofs:
        medium, words = UNSURE, f"{suspected}, but no filter confirms a photograph"
    else:
        medium, words = PHOTO, f"{suspected}; {' and '.join(proofs)}"
    rejected = medium == PHOTO
    return {
        "image_id": row["image_id"],
        "outcome": PHOTO_VERDICT.outcome if rejected else "kept",
        "reason": PHOTO_VERDICT.name if rejected else "",
        "p_photo": float("nan"),
        "medium": medium,
        "explanation": words,
    }


def _suspicions(row: Mapping[Any, Any], params: Camp2022Params) -> list[str]:
    found = []
    if row["detector"] == "ok" and row["objects"] > params.max_objects:
        found.append(f"{row['objects']} objects")
    if row["embedding"] == "ok" and row["cluster"] == -1:
        found.append("in no cluster")
    return found


def _proofs(row: Mapping[Any, Any], params: Camp2022Params) -> list[str]:
    told = (_proof(_SIGNALS[name], row, params) for name in params.filters)
    return [words for words in told if words]


def _proof(signal: Signal, row: Mapping[Any, Any], params: Camp2022Params) -> str:
    """On which side of its limits a signal lies, in words; "" within them."""
    value, limits = row[signal.name], params.limits_of(signal)
    if limits.contain(value):
        return ""
    side, limit = ("above", limits.high) if value > limits.high else ("below", limits.low)
    return f"{signal.reason.replace('_', ' ')}: {signal.name} {value:.3f} {side} {limit:.3f}"
