"""How rows of IMAGES are made: of the file, and of what its content decides."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from inksift.curation.base.arrays import Flags
from inksift.curation.base.tables import IMAGES
from inksift.curation.gather.folder.identity import Identity
from inksift.curation.gather.folder.walk import Found
from inksift.curation.gather.gate.answer import Decoded
from inksift.curation.gather.gate.formats import EXTENSIONS

CONTENT_FACTS = {
    "error": "",
    "note": "",
    "width": 0,
    "height": 0,
    "format": "",
    "mode": "",
    "ai_mark": "",
}
"""The columns of IMAGES that a content alone decides, and what they say where it could not be
read."""


def image_rows(
    found: Sequence[Found],
    identities: Sequence[Identity],
    pixels: pd.DataFrame,
    failed: Mapping[str, Decoded],
) -> pd.DataFrame:
    """An IMAGES row for each file found, in that order, by the content that it holds: `pixels` are
    rows of PIXELS, `failed` the answers on contents, by image_id, that stand for theirs."""
    ids = pd.Series([one.image_id for one in identities], dtype="str")
    unread = (ids == "").to_numpy()
    facts = _facts(pixels, failed).reindex(ids[~unread])
    told = {name: np.full(len(ids), nothing, object) for name, nothing in CONTENT_FACTS.items()}
    for name, column in told.items():
        column[~unread] = facts[name]
    for name in ("error", "note"):
        told[name][unread] = [getattr(one, name) for one in identities if not one.image_id]
    readable = told["error"] == ""
    told["note"][readable] += [
        f"; {flag}" if flag and note else flag
        for note, flag in zip(
            told["note"][readable], _mismatches(found, told, readable), strict=True
        )
    ]
    return IMAGES.of_columns(
        **told,
        path=[file.path for file in found],
        path_bytes=[file.path_bytes for file in found],
        image_id=ids,
        label=[file.label for file in found],
        size_bytes=[one.entry.size_bytes for one in identities],
        mtime_ns=[one.entry.mtime_ns for one in identities],
        readable=readable,
    )


def _facts(pixels: pd.DataFrame, failed: Mapping[str, Decoded]) -> pd.DataFrame:
    """What is known of each content, by image_id."""
    known = pixels[["image_id", *CONTENT_FACTS]].set_index("image_id")
    if not failed:
        return known
    lost = pd.DataFrame([decoded._asdict() for decoded in failed.values()], index=list(failed))
    return pd.concat([known.drop(index=list(failed), errors="ignore"), lost[list(CONTENT_FACTS)]])


def _mismatches(
    found: Sequence[Found], told: Mapping[str, npt.NDArray[Any]], readable: Flags
) -> list[str]:
    """A flag of each readable file."""
    formats = zip(compress(found, readable), told["format"][readable], strict=True)
    return [_mismatch(file, kind) for file, kind in formats]


def _mismatch(file: Found, kind: str) -> str:
    """A flag for a name that promises another format than the bytes are."""
    promised = EXTENSIONS.get(os.path.splitext(os.fsdecode(file.path_bytes))[1].lower(), kind)
    return "" if promised == kind else "ext_mismatch"
