"""Pictures filed under several classes: a rule that says which one counts, and what to do where
folders are tags rather than classes."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from inksift.curation.base.errors import DataError
from inksift.curation.base.tables import DECISIONS
from inksift.curation.gather.folder.walk import UNLABELLED
from inksift.curation.verdict.changes import DecisionRow, changed_rows
from inksift.curation.verdict.conflicts import is_conflict
from inksift.curation.verdict.curated import CURATED

SeveralRule = Literal["ask", "rarest", "commonest"]
"""Which class counts for a picture whose copies lie in several: a person says, or the one that
holds the fewest or the most pictures."""

_MANY = 0.5
"""Share of the pictures that would stay (0 to 1) from which on folders seem to be tags."""

_WAYS_OUT = (
    "to take one of them for its class, say --set verdicts.several_classes=rarest (or commonest), "
    "and the class that holds the fewest pictures (or the most) counts; to keep all of them, "
    "`inksift export DIR --form labels` writes every picture once with all its classes; to decide "
    "one by one, there is `inksift review`"
)


def settle(decisions: pd.DataFrame, duplicates: pd.DataFrame, rule: SeveralRule) -> pd.DataFrame:
    """DECISIONS in which every group of DUPLICATES that lies in several classes has the one that
    the `rule` picks; unchanged where people are asked."""
    if rule == "ask":
        return decisions
    chosen = _chosen(decisions, duplicates, rule)

    def settled(row: DecisionRow) -> DecisionRow:
        label, told = chosen[row["path"]]
        return {**row, "label": label, "explanation": f"{told}; {row['explanation']}"}

    return changed_rows(decisions, decisions["path"].isin(list(chosen)), settled)


def several_told(decisions: pd.DataFrame) -> str:
    """A sentence with the ways out where most pictures of DECISIONS that would stay are filed under
    several classes; "" where that is not so."""
    staying = int((decisions["outcome"] != "rejected").sum())
    several = int(is_conflict(decisions).sum())
    if not staying or several < _MANY * staying:
        return ""
    which = "every picture" if several == staying else f"{several} of {staying} pictures"
    verb = "are" if several < staying else "is"
    return (
        f"{which} that would stay {verb} filed under several classes, so the folders seem to be "
        f"tags: {_WAYS_OUT}"
    )


def demand_classes(decisions: pd.DataFrame, curated: pd.DataFrame) -> None:
    """DataError where fewer than two classes are left in CURATED because most pictures are filed
    under several."""
    told = several_told(DECISIONS.check(decisions))
    if told and CURATED.check(curated)["label"].nunique() < 2:
        raise DataError(f"nothing to train on: {told}")


def _chosen(
    decisions: pd.DataFrame, duplicates: pd.DataFrame, rule: str
) -> dict[str, tuple[str, str]]:
    """The class of every file in several, and a word on why, by path."""
    labels = decisions.set_index("path")["label"]
    files = duplicates[["path", "group"]].assign(label=duplicates["path"].map(labels))
    filed = files[files["label"] != UNLABELLED]
    sizes = filed.groupby("label")["group"].nunique().sort_index()
    order = sizes.sort_values(ascending=rule == "rarest", kind="stable")
    rank = {str(label): place for place, label in enumerate(order.index)}
    classes = filed.groupby("group")["label"].agg(
        lambda some: sorted(set(some), key=rank.__getitem__)
    )
    several = {group: some for group, some in classes.items() if len(some) > 1}
    return {
        path: (several[group][0], _told(several[group], rule))
        for path, group in zip(files["path"], files["group"], strict=True)
        if group in several
    }


def _told(classes: list[str], rule: str) -> str:
    return f"filed under {', '.join(sorted(classes))}: {classes[0]} is the {rule}"
