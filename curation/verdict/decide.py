"""All evidence becomes one outcome, one reason and one explanation per file found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from inksift.curation.base.media import UNSURE
from inksift.curation.base.reasons import (
    BAD_FEATURE,
    DUPLICATE_FILE,
    PHOTO_VERDICT,
    UNREADABLE_FILE,
    Reason,
)
from inksift.curation.base.relations import DUPLICATE, SAME_BYTES, SAME_PIXELS
from inksift.curation.base.tables import DECISIONS
from inksift.curation.verdict.conservation import MACHINE

VERSION = 6
"""Raised whenever a picture may be decided otherwise, so that stored tables are made anew."""

_UNKNOWN = {"p_photo": float("nan"), "medium": UNSURE}
_SAME = {SAME_BYTES: "bytes", SAME_PIXELS: "pixels"}


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
    unusable = set(evidence.loc[evidence["embedding"] == BAD_FEATURE.name, "image_id"])
    rows = []
    for image in images.to_dict("records"):
        fields = {name: image[name] for name in ("path", "image_id", "label")}
        place = places.get(image["path"])
        if place is None:  # only readable files are compared
            decided = _unreadable(image)
        else:
            verdict = verdicts[keepers[place["group"]]]
            decided = _judged(place, verdict, unusable)
        rows.append({**fields, "decided_by": MACHINE, **decided})
    return DECISIONS.frame(rows)


def _unreadable(image: Mapping[Any, Any]) -> dict[str, object]:
    note = f" ({image['note']})" if image["note"] else ""
    return _because(UNREADABLE_FILE, f"{image['error']}{note}") | _UNKNOWN


def _judged(
    place: Mapping[Any, Any], verdict: Mapping[Any, Any], unusable: set[str]
) -> dict[str, object]:
    medium = {"p_photo": verdict["p_photo"], "medium": verdict["medium"]}
    if not place["keep"]:
        copy = _because(DUPLICATE_FILE, _relation(place))
        return copy | medium | {"duplicate_of": place["duplicate_of"]}
    if place["image_id"] in unusable:
        return _because(BAD_FEATURE, "the network gave no usable embedding of it") | medium
    return medium | {
        "outcome": verdict["outcome"],
        "stage": "" if verdict["outcome"] == "kept" else PHOTO_VERDICT.stage,
        "reason": verdict["reason"],
        "duplicate_of": "",
        "explanation": verdict["explanation"],
    }


def _relation(place: Mapping[Any, Any]) -> str:
    kept, transform = place["duplicate_of"], place["transform"]
    if place["relation"] != DUPLICATE:
        return f"same {_SAME[place['relation']]} as {kept}"
    how = f": {transform}" if transform else ""
    return f"a copy of {kept}{how} (similarity {place['similarity']:.2f})"


def _because(reason: Reason, explanation: str) -> dict[str, object]:
    return {
        "outcome": reason.outcome,
        "stage": reason.stage,
        "reason": reason.name,
        "duplicate_of": "",
        "explanation": explanation,
    }
