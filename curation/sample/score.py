"""What was found against what was planted."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.errors import SchemaError
from inksift.curation.base.tables import DECISIONS, Table
from inksift.curation.sample.truth import DAMAGED, DRAWING, PHOTOGRAPH, TRUTH

SCORE = Table("score", {"what": "str", "found": "int64", "planted": "int64"}, key=("what",))
"""One row per kind of noise, then the drawings lost with it."""


def score_against_truth(truth: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """SCORE of DECISIONS about a drawn set, given its TRUTH.

    A planted copy is found when of it and the file it was made from exactly one survives (kept or
    in review). A drawing counts once with all of its copies, and is lost when none of them
    survives. SchemaError when a file has no decision."""
    known = TRUTH.check(truth)
    outcomes = DECISIONS.check(decisions).set_index("path")["outcome"]
    absent = known.loc[~known["path"].isin(outcomes.index), "path"]
    if len(absent):
        raise SchemaError(
            f"decisions: {len(absent)} file(s) of the sample have none, the first is "
            f"{absent.iloc[0]}"
        )
    known = known.assign(outcome=known["path"].map(outcomes))
    return SCORE.frame(
        [_copies(known, "exact"), _copies(known, "near"), *_strays(known), *_drawings(known)]
    )


def _copies(known: pd.DataFrame, copy: str) -> dict[str, object]:
    survives = known.set_index("path")["outcome"] != "rejected"
    planted = known[known["copy"] == copy]
    found = survives.loc[planted["path"]].to_numpy() != survives.loc[planted["copy_of"]].to_numpy()
    return _row(f"{copy} copies found", found.sum(), len(planted))


def _strays(known: pd.DataFrame) -> list[dict[str, object]]:
    unreadable = known.loc[known["kind"] == DAMAGED, "outcome"]
    photos = known.loc[known["kind"] == PHOTOGRAPH, "outcome"]
    return [
        _row("unreadable files rejected", (unreadable == "rejected").sum(), len(unreadable)),
        _row("photographs rejected", (photos == "rejected").sum(), len(photos)),
        _row("photographs in review", (photos == "review").sum(), len(photos)),
    ]


def _drawings(known: pd.DataFrame) -> list[dict[str, object]]:
    drawn = known[known["kind"] == DRAWING]
    drawing = drawn["copy_of"].where(drawn["copy"] != "", drawn["path"])
    kept = (drawn["outcome"] == "kept").groupby(drawing).any()
    review = (drawn["outcome"] == "review").groupby(drawing).any()
    return [
        _row("illustrations wrongly rejected", (~kept & ~review).sum(), len(kept)),
        _row("illustrations in review", (review & ~kept).sum(), len(kept)),
    ]


def _row(what: str, found: int, planted: int) -> dict[str, object]:
    return {"what": what, "found": int(found), "planted": int(planted)}
