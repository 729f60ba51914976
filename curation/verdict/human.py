"""What people decided outranks the machine.

A decision on any copy of a picture, exact or near, reaches the copy that is kept. Where people
decided differently on two copies the latest on each action holds. What they said of copies
themselves is for `dedup.groups`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from inksift.curation.base.media import ILLUSTRATION, PHOTO
from inksift.curation.base.reasons import BY_PERSON, PHOTO_BY_PERSON, PHOTO_VERDICT, Reason
from inksift.curation.verdict.changes import DecisionRow, changed_rows
from inksift.curation.verdict.conservation import HUMAN


class Word(NamedTuple):
    """What a person decided."""

    value: str
    """The decision, such as "kept" or the name of a class."""

    who: str
    """By whom."""

    at: str
    """When: ISO 8601, UTC."""

    note: str
    """Why, in their own words, if they gave any."""


_Words = Mapping[str, Word]
"""The last word on each action."""


def apply(decisions: pd.DataFrame, duplicates: pd.DataFrame, human: pd.DataFrame) -> pd.DataFrame:
    """DECISIONS of the machine with those of HUMAN_DECISIONS laid over them.

    `outcome` keeps or rejects whatever the machine said; short of that, `medium` keeps or rejects
    what the machine did not reject earlier than by its verdict. `label` and `medium` reach every
    copy. Unreadable files and copies stay rejected, and decisions on pictures that are not among
    `duplicates` have no effect."""
    words = _words(duplicates, human)
    about = duplicates[duplicates["group"].isin(list(words))]
    keepers = set(about.loc[about["keep"], "path"])
    group_of = dict(zip(about["path"], about["group"], strict=True))

    def overruled(row: DecisionRow) -> DecisionRow:
        path = row["path"]
        return _overruled(row, words[group_of[path]], keeper=path in keepers)

    return changed_rows(decisions, decisions["path"].isin(list(group_of)), overruled)


def answers(duplicates: pd.DataFrame, human: pd.DataFrame) -> pd.Series:
    """Whether people call a kept copy a photograph, by its image_id; only those that they answered
    for."""
    words = _words(duplicates, human[human["action"] == "medium"])
    kept = duplicates[duplicates["keep"] & duplicates["group"].isin(words)]
    media = {
        image_id: words[group]["medium"].value == PHOTO
        for image_id, group in zip(kept["image_id"], kept["group"], strict=True)
    }
    return pd.Series(media, dtype="bool")


def kept_by_people(duplicates: pd.DataFrame, human: pd.DataFrame) -> set[str]:
    """The paths of the kept copies that people keep whatever the machine says."""
    words = _words(duplicates, human[human["action"] == "outcome"])
    kept = [group for group, said in words.items() if said["outcome"].value == "kept"]
    return set(duplicates.loc[duplicates["keep"] & duplicates["group"].isin(kept), "path"])


def _words(duplicates: pd.DataFrame, human: pd.DataFrame) -> dict[int, dict[str, Word]]:
    """The last word on each action, by group of copies."""
    about = duplicates[duplicates["image_id"].isin(human["image_id"])]
    groups = about.drop_duplicates("image_id").set_index("image_id")["group"].to_dict()
    words: dict[int, dict[str, Word]] = {}
    for row in human.sort_values(["at", "image_id"]).to_dict("records"):
        if row["image_id"] in groups:
            word = Word(row["value"], row["who"], row["at"], row["note"])
            words.setdefault(groups[row["image_id"]], {})[row["action"]] = word
    return words


def _overruled(row: DecisionRow, words: _Words, *, keeper: bool) -> DecisionRow:
    changed = dict(row)
    if "medium" in words:
        changed["medium"] = words["medium"].value
    if keeper and "outcome" in words:
        changed |= _decided(row, words["outcome"], BY_PERSON)
    elif keeper and "medium" in words and row["stage"] in ("", PHOTO_VERDICT.stage):
        changed |= _decided(row, words["medium"], PHOTO_BY_PERSON)
    return changed | (_labelled(changed, words["label"]) if "label" in words else {})


_VERBS = {
    "kept": "kept",
    "rejected": "rejected",
    ILLUSTRATION: "called an illustration",
    PHOTO: "called a photo",
}


def _decided(row: Mapping[Any, Any], word: Word, reason: Reason) -> dict[str, object]:
    rejected = word.value in ("rejected", PHOTO)
    return {
        "outcome": reason.outcome if rejected else "kept",
        "stage": reason.stage if rejected else "",
        "reason": reason.name if rejected else "",
        "explanation": f"{_VERBS[word.value]} {signed(word)}; the machine: {row['explanation']}",
        "decided_by": HUMAN,
    }


def signed(word: Word) -> str:
    """By whom, when and why, on one line."""
    note = " ".join(word.note.split())
    minute = word.at[:16].replace("T", " ")
    return f"by {word.who} on {minute} UTC" + (f" ({note})" if note else "")


def _labelled(row: Mapping[Any, Any], word: Word) -> dict[str, object]:
    if word.value == row["label"]:
        return {}
    told = f"{row['explanation']}; class {word.value!r} instead of {row['label']!r} {signed(word)}"
    return {"label": word.value, "explanation": told}
