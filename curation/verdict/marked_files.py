"""Pictures of which a file says that an AI made them, where a setting makes more of it than a
column."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.ai_marks import AI_MARKS
from inksift.curation.base.reasons import MARKED_FOR_REVIEW, MARKED_REJECTED, Reason
from inksift.curation.verdict.changes import DecisionRow, changed_rows

_REASONS = {"review": MARKED_FOR_REVIEW, "rejected": MARKED_REJECTED}
_STAYS = {MARKED_FOR_REVIEW: ("kept",), MARKED_REJECTED: ("kept", "review")}
"""The outcomes that such a reason changes: none is made better by it."""


def apply_marks(
    machine: pd.DataFrame, images: pd.DataFrame, duplicates: pd.DataFrame, ai_marked: str
) -> pd.DataFrame:
    """DECISIONS of the machine, with pictures of which any copy bears a mark under review or
    rejected, as the setting `verdicts.ai_marked` says. What goes for another reason keeps it."""
    reason = _REASONS.get(ai_marked)
    if reason is None:
        return machine
    marks = _marks(images, duplicates)
    stays = machine["outcome"].isin(_STAYS[reason])
    chosen = stays & machine["path"].isin(list(marks))
    return changed_rows(machine, chosen, lambda row: _marked(row, marks[row["path"]], reason))


def _marks(images: pd.DataFrame, duplicates: pd.DataFrame) -> dict[str, str]:
    """The mark of every file whose picture bears one, by path: the first one among its copies."""
    found = duplicates.merge(images[["path", "ai_mark"]], on="path")
    marked = found[found["ai_mark"] != ""].drop_duplicates("group")
    of_group = dict(zip(marked["group"], marked["ai_mark"], strict=True))
    files = duplicates[duplicates["group"].isin(list(of_group))]
    return dict(zip(files["path"], files["group"].map(of_group), strict=True))


def _marked(row: DecisionRow, mark: str, reason: Reason) -> DecisionRow:
    return {
        **row,
        "outcome": reason.outcome,
        "stage": reason.stage,
        "reason": reason.name,
        "explanation": f"a file of it says that an AI made it ({AI_MARKS[mark]}); "
        f"{row['explanation']}",
    }
