"""Which files two runs decide differently, and why."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.tables import DECISIONS, Table

CAME, GONE, OUTCOME, LABEL, REASON, CONTENT = (
    "came",
    "gone",
    "outcome",
    "label",
    "reason",
    "content",
)
CHANGE_KINDS = {
    CAME: "only in the later run",
    GONE: "only in the earlier run",
    OUTCOME: "another outcome",
    LABEL: "the same outcome in another class",
    REASON: "the same outcome for another reason",
    CONTENT: "the same outcome for other content",
}
"""What a change may be, the first that holds, and that in words."""

_COMPARED = ("image_id", "label", "outcome", "stage", "reason", "explanation", "decided_by")

CHANGES = Table(
    "changes",
    {
        "path": "str",
        "change": "str",
        **{f"{name}_before": "str" for name in _COMPARED},
        **dict.fromkeys(_COMPARED, "str"),
    },
    key=("path",),
)
"""One row per file that two runs decide differently, in the order of `ways`, then by path. `change`
is one of CHANGE_KINDS; the columns with `_before` are the earlier run's, "" for a file that came,
and the others the later one's, "" for a file that is gone."""

MOVES = Table(
    "moves",
    {
        **dict.fromkeys(("change", "outcome_before", "stage_before", "reason_before"), "str"),
        **dict.fromkeys(("outcome", "stage", "reason"), "str"),
        "files": "int64",
    },
)
"""How many files went from one outcome, stage and reason to another, other outcomes first, then the
most files."""

_WAY = [name for name in MOVES.columns if name != "files"]
_ORDER = [OUTCOME, GONE, CAME, LABEL, REASON, CONTENT]


def decision_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """CHANGES from one DECISIONS frame to another."""
    columns = ["path", *_COMPARED]
    old, new = DECISIONS.check(before)[columns], DECISIONS.check(after)[columns]
    both = old.merge(new, on="path", how="outer", suffixes=("_before", ""), indicator="side")
    both["change"] = _kinds(both)
    changed = both[both["change"] != ""].drop(columns="side")
    text = changed.astype(object).fillna("").astype("str")
    return CHANGES.check(_in_order(text)[list(CHANGES.columns)])


def moves(changes: pd.DataFrame) -> pd.DataFrame:
    """MOVES of a CHANGES frame."""
    counted = CHANGES.check(changes).groupby(_WAY, sort=False).size().rename("files").reset_index()
    rank = counted["change"].map(_ORDER.index)
    order = counted.assign(rank=rank).sort_values(["rank", "files"], ascending=[True, False])
    return MOVES.check(order[list(MOVES.columns)].astype({"files": "int64"}))


def _in_order(changes: pd.DataFrame) -> pd.DataFrame:
    """Sorted by the rank of the change, then by path."""
    rank = changes["change"].map(_ORDER.index)
    return changes.assign(rank=rank).sort_values(["rank", "path"], ignore_index=True)


def _kinds(both: pd.DataFrame) -> pd.Series:
    """The change of every row of two runs laid side by side, "" for none."""
    kinds = pd.Series("", index=both.index, dtype="str")
    kinds[_differ(both, "image_id")] = CONTENT
    kinds[_differ(both, "stage") | _differ(both, "reason")] = REASON
    kinds[_differ(both, "label")] = LABEL
    kinds[_differ(both, "outcome")] = OUTCOME
    kinds[both["side"] == "left_only"] = GONE
    kinds[both["side"] == "right_only"] = CAME
    return kinds


def _differ(both: pd.DataFrame, name: str) -> pd.Series:
    return both[f"{name}_before"] != both[name]
