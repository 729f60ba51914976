"""All evidence becomes one outcome, one reason and one explanation per file found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.media import UNSURE
from inksift.curation.base.reasons import (
    BAD_FEATURE,
    DUPLICATE_FILE,
    PHOTO_VERDICT,
    UNREADABLE_FILE,
)
from inksift.curation.base.relations import DUPLICATE, SAME_BYTES, SAME_PIXELS
from inksift.curation.base.tables import DECISIONS
from inksift.curation.verdict.conservation import MACHINE

VERSION = 6
"""Raised whenever a picture may be decided otherwise, so that stored tables are made anew."""

_SAME = {SAME_BYTES: "bytes", SAME_PIXELS: "pixels"}


def decide(
    images: pd.DataFrame, duplicates: pd.DataFrame, evidence: pd.DataFrame, judgements: pd.DataFrame
) -> pd.DataFrame:
    """A DECISIONS row for every file of `images`.

    A file is rejected by the first stage that has a reason: it could not be read (`unreadable`),
    another copy of it is kept (`duplicate`), its embedding is unusable (`bad_feature`), or the
    recipe rejects it. Copies show the medium of the picture that stays. What is under review has a
    stage and a reason too."""
    places = pd.Index(duplicates["path"]).get_indexer(images["path"])
    compared = places >= 0  # only readable files are
    copies = duplicates.iloc[places[compared]].set_axis(images.index[compared])
    unusable = evidence.loc[evidence["embedding"] == BAD_FEATURE.name, "image_id"]
    judged = _judged(copies, _verdicts(copies, duplicates, judgements), unusable)
    decided = pd.concat([_unreadable(images[~compared]), judged])
    named = images[["path", "image_id", "label"]].join(decided)
    return DECISIONS.check(named.assign(decided_by=_text(MACHINE, named.index)))


def _verdicts(
    copies: pd.DataFrame, duplicates: pd.DataFrame, judgements: pd.DataFrame
) -> pd.DataFrame:
    """The JUDGEMENTS row on the kept picture of each of the copies."""
    keepers = duplicates[duplicates["keep"]].set_index("group")["image_id"]
    kept = keepers.loc[copies["group"]]
    return judgements.set_index("image_id").loc[kept].set_axis(copies.index)


def _unreadable(images: pd.DataFrame) -> pd.DataFrame:
    notes = (" (" + images["note"] + ")").where(images["note"] != "", "")
    columns = {
        "outcome": _text(UNREADABLE_FILE.outcome, images.index),
        "stage": _text(UNREADABLE_FILE.stage, images.index),
        "reason": _text(UNREADABLE_FILE.name, images.index),
        "duplicate_of": _text("", images.index),
        "explanation": images["error"] + notes,
        "p_photo": pd.Series(np.nan, images.index, dtype="float64"),
        "medium": _text(UNSURE, images.index),
    }
    return pd.DataFrame(columns)


def _judged(copies: pd.DataFrame, verdicts: pd.DataFrame, unusable: pd.Series) -> pd.DataFrame:
    """`copies` are rows of DUPLICATES, `verdicts` the judgements on what they show."""
    gone = ~copies["keep"]
    blind = copies["keep"] & is_among(copies["image_id"], unusable)
    stage = _text(PHOTO_VERDICT.stage, copies.index).mask(verdicts["outcome"] == "kept", "")
    words = verdicts["explanation"].mask(blind, "the network gave no usable embedding of it")
    columns = {
        "outcome": _settled(verdicts["outcome"], gone, blind, "outcome"),
        "stage": _settled(stage, gone, blind, "stage"),
        "reason": _settled(verdicts["reason"], gone, blind, "name"),
        "duplicate_of": copies["duplicate_of"].where(gone, ""),
        "explanation": words.mask(gone, _relations(copies[gone]).reindex(copies.index)),
        "p_photo": verdicts["p_photo"],
        "medium": verdicts["medium"],
    }
    return pd.DataFrame(columns)


def _settled(judged: pd.Series, gone: pd.Series, blind: pd.Series, field: str) -> pd.Series:
    """What was judged, but for copies that go and for pictures without a usable embedding, which
    have what their reasons have in this field."""
    return judged.mask(blind, getattr(BAD_FEATURE, field)).mask(
        gone, getattr(DUPLICATE_FILE, field)
    )


def _relations(copies: pd.DataFrame) -> pd.Series:
    """Of copies that go, to which file and how they are related, in words."""
    told = [_relation(row) for row in copies.itertuples()]
    return pd.Series(told, copies.index, dtype="str")


def _relation(copy: Any) -> str:
    if copy.relation != DUPLICATE:
        return f"same {_SAME[copy.relation]} as {copy.duplicate_of}"
    how = f": {copy.transform}" if copy.transform else ""
    return f"a copy of {copy.duplicate_of}{how} (similarity {copy.similarity:.2f})"


def _text(value: str, index: pd.Index) -> pd.Series:
    return pd.Series(value, index, dtype="str")
