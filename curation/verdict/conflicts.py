"""Labels in conflict: a picture whose copies are filed under several classes waits for a person to
say which."""

from __future__ import annotations

import pandas as pd

from inksift.curation.base.reasons import LABEL_CONFLICT
from inksift.curation.gather.folder.walk import UNLABELLED
from inksift.curation.verdict.changes import DecisionRow, changed_rows
from inksift.curation.verdict.conservation import MACHINE

_SETTLING = ("label", "outcome")


def hold(decisions: pd.DataFrame, duplicates: pd.DataFrame, human: pd.DataFrame) -> pd.DataFrame:
    """DECISIONS with every picture that would stay, but whose copies in DUPLICATES lie in several
    classes, under review as `label_conflict`.

    A label or an outcome in HUMAN_DECISIONS on any of the copies settles it. What is rejected stays
    rejected."""
    classes = _classes(decisions, duplicates, human)
    would_stay = decisions["outcome"] != "rejected"
    chosen = would_stay & decisions["path"].isin(list(classes))
    return changed_rows(decisions, chosen, lambda row: _held(row, classes[row["path"]]))


def is_conflict(decisions: pd.DataFrame) -> pd.Series:
    """Which rows of DECISIONS wait for a person to say the class."""
    return decisions["reason"] == LABEL_CONFLICT.name


def _classes(
    decisions: pd.DataFrame, duplicates: pd.DataFrame, human: pd.DataFrame
) -> dict[str, pd.Series]:
    """How many files of its group lie in which class, by the path of each kept file with an open
    conflict."""
    settled = human.loc[human["action"].isin(_SETTLING), "image_id"]
    settled_groups = duplicates.loc[duplicates["image_id"].isin(settled), "group"]
    in_conflict = duplicates["conflict"] != ""
    open_ = duplicates[in_conflict & ~duplicates["group"].isin(settled_groups)]
    labels = open_["path"].map(decisions.set_index("path")["label"])
    # a file outside every class folder says nothing of its class
    filed = labels[labels != UNLABELLED].groupby(open_["group"])
    kept = open_[open_["keep"]].set_index("group")["path"]
    counts = {kept[group]: some.value_counts().sort_index() for group, some in filed}
    # a rule may have settled it for the machine
    return {path: some for path, some in counts.items() if len(some) > 1}


def _held(row: DecisionRow, classes: pd.Series) -> DecisionRow:
    """The row under review; the most frequent class first."""
    ordered = classes.sort_values(ascending=False, kind="stable")
    *several, last = (f"{label} ({count})" for label, count in ordered.items())
    filed = f"copies of it are filed under {', '.join(several)} and {last}"
    return {
        **row,
        "outcome": LABEL_CONFLICT.outcome,
        "stage": LABEL_CONFLICT.stage,
        "reason": LABEL_CONFLICT.name,
        "explanation": f"{filed}: {LABEL_CONFLICT.remedy}; {row['explanation']}",
        "decided_by": MACHINE,
    }
