"""Fewer variants: what a family of them leaves where `duplicates.variants` asks for no more than
its best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.reasons import VARIANT_FOR_REVIEW, VARIANT_REJECTED, Reason
from inksift.curation.dedup.told_different import told_different
from inksift.curation.verdict.changes import DecisionRow, changed_rows
from inksift.curation.verdict.conservation import MACHINE
from inksift.curation.verdict.human import kept_by_people

_RULES = {"review": VARIANT_FOR_REVIEW, "best": VARIANT_REJECTED}
"""What becomes of the others, by the rule of FAMILIES; there are none that have to go by "keep"."""


def thin(
    decisions: pd.DataFrame,
    families: pd.DataFrame,
    duplicates: pd.DataFrame,
    human: pd.DataFrame,
) -> pd.DataFrame:
    """DECISIONS in which of every family in FAMILIES only the best stays; by the rule "review" the
    others wait for a person, by "best" they are rejected as its variants.

    The best is the first, in keep order, of those that would stay: of what people kept, then of
    what the machine kept, then of what is under review, so that no family loses its last picture.
    What people kept stays beside it, and so does what they called different from it; what is under
    review for something else goes on waiting for that."""
    ruled = families[families["rule"].isin(list(_RULES))]
    if ruled.empty:
        return decisions
    staying = _staying(decisions, ruled, kept_by_people(duplicates, human))
    best = staying.drop_duplicates("family").set_index("family")["path"]
    others = staying[staying["family"].duplicated() & ~staying["chosen"]]
    told = others.assign(best=others["family"].map(best))
    apart = told_different(duplicates, human)
    pairs = zip(told["path"], told["best"], strict=True)
    told = told[np.array([frozenset(two) not in apart for two in pairs], dtype=np.bool_)]
    sizes = staying["family"].value_counts()
    places = told.assign(count=told["family"].map(sizes)).set_index("path").to_dict("index")
    chosen = is_among(decisions["path"], places)
    return changed_rows(decisions, chosen, lambda row: _thinned(row, places[row["path"]]))


def is_thinned(decisions: pd.DataFrame) -> pd.Series:
    """Which rows of DECISIONS wait, or go, for being a variant of another."""
    return decisions["reason"] == VARIANT_REJECTED.name


def _staying(decisions: pd.DataFrame, families: pd.DataFrame, chosen: set[str]) -> pd.DataFrame:
    """FAMILIES of the files that would stay, the best of each family first."""
    outcome = families["path"].map(decisions.set_index("path")["outcome"])
    known = families.assign(
        outcome=outcome, chosen=families["path"].isin(chosen), waits=outcome == "review"
    )
    order = known.sort_values(
        ["family", "chosen", "waits", "rank"], ascending=[True, False, True, True]
    )
    return order[order["outcome"] != "rejected"]


def _thinned(row: DecisionRow, place: Mapping[Any, Any]) -> DecisionRow:
    """The row as its place in a family has it."""
    reason = _RULES[place["rule"]]
    if reason.outcome == row["outcome"]:  # it waits already, for something else
        return row
    return {**row, **_because(reason, place), "explanation": _words(row, place)}


def _because(reason: Reason, place: Mapping[Any, Any]) -> dict[str, object]:
    rejected = reason.outcome == "rejected"
    return {
        "outcome": reason.outcome,
        "stage": reason.stage,
        "reason": reason.name,
        "duplicate_of": place["best"] if rejected else "",
        "decided_by": MACHINE,
    }


def _words(row: DecisionRow, place: Mapping[Any, Any]) -> str:
    stays = f"one of {place['count']} variants, of which {place['best']} is the best"
    return f"{stays} (duplicates.variants={place['rule']}); {row['explanation']}"
