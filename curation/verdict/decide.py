"""All evidence becomes one outcome, one reason and one explanation per file found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from curation.base.tables import DECISIONS

VERSION = 3
"""Raised whenever a picture may be decided otherwise, so that stored tables are made anew."""

_UNKNOWN = {"p_photo": float("nan"), "medium": "unsure"}
_SAME = {"exact": "bytes", "pixels": "pixels"}


def decide(
    images: pd.DataFrame, duplicates: pd.DataFrame, evidence: pd.DataFrame, judgements: pd.DataFrame
) -> pd.DataFrame:
    """A DECISIONS row for every file of `images`.

    A file is rejected by the first stage that has a reason: it could not be read (`unreadable`),
    another copy of it is kept (`duplicate`), its embedding is unusable (`bad_feature`), or the
    recipe rejects it. Copies show the medium of the picture that stays. What is under review has a
    stage and a reason too."""
    places = duplicates.set_index("path").to_dict("index")
    keepers = duplicates[duplicates["keep"]].set_index("group")["image_id"].to_dict()
    verdicts = judgements.set_index("image_id").to_dict("index")
    unusable = set(evidence.loc[evidence["embedding"] == "bad_feature", "image_id"])
    rows = []
    for image in images.to_dict("records"):
        fields = {
            "path": image["path"],
            "image_id": image["image_id"],
            "label": image["label"],
            "decided_by": "machine",
        }
        place = places.get(image["path"])
        if place is None:
            rows.append(fields | _unreadable(image))
        else:
            verdict = verdicts[keepers[place["group"]]]
            rows.append(fields | _judged(place, verdict, unusable))
    return DECISIONS.frame(rows)


def _unreadable(image: Mapping[Any, Any]) -> dict[str, object]:
    note = f" ({image['note']})" if image["note"] else ""
    return _rejected("images", "unreadable", f"{image['error']}{note}") | _UNKNOWN


def _judged(
    place: Mapping[Any, Any], verdict: Mapping[Any, Any], unusable: set[str]
) -> dict[str, object]:
    medium = {"p_photo": verdict["p_photo"], "medium": verdict["medium"]}
    if not place["keep"]:
        words = _relation(place)
        return (
            _rejected("duplicates", "duplicate", words)
            | medium
            | {"duplicate_of": place["duplicate_of"]}
        )
    if place["image_id"] in unusable:
        return (
            _rejected("embeddings", "bad_feature", "the network gave no usable embedding of it")
            | medium
        )
    return medium | {
        "outcome": verdict["outcome"],
        "stage": "" if verdict["outcome"] == "kept" else "verdicts",
        "reason": verdict["reason"],
        "duplicate_of": "",
        "explanation": verdict["explanation"],
    }


def _relation(place: Mapping[Any, Any]) -> str:
    kept, transform = place["duplicate_of"], place["transform"]
    if place["relation"] != "duplicate":
        return f"same {_SAME[place['relation']]} as {kept}"
    return (
        f"a copy of {kept}{': ' if transform else ''}{transform} (similarity "
        f"{place['similarity']:.2f})"
    )


def _rejected(stage: str, reason: str, explanation: str) -> dict[str, object]:
    return {
        "outcome": "rejected",
        "stage": stage,
        "reason": reason,
        "duplicate_of": "",
        "explanation": explanation,
    }
