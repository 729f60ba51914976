"""Relatives: pictures that any chain of copies and variants ties together, and that no split may
part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from inksift.curation.base.arrays import Integers
from inksift.curation.base.components import connected_components
from inksift.curation.base.tables import HASHES, PAIRS


def related_groups(
    image_ids: Sequence[str] | pd.Series, hashes: pd.DataFrame, pairs: pd.DataFrame
) -> Integers:
    """A number for each of `image_ids`, the same where a chain of same pixels, copies and variants
    ties two of them.

    The links of a chain need not be among `image_ids`. An id without a row in HASHES has no pixels
    to share. Groups are numbered by their smallest id, independent of the order of the input."""
    known, related = HASHES.check(hashes), PAIRS.check(pairs)
    ids = pd.Series(np.asarray(image_ids, dtype=object), dtype="str")
    named = pd.concat([ids, related["first"], related["second"]], ignore_index=True)
    pictures, distinct = pd.factorize(pixels_of(named, known))
    own, first, second = np.split(pictures, [len(ids), len(ids) + len(related)])
    component = connected_components(len(distinct), first, second)[own]
    # Numbered by id and not by place: a group keeps its number however the rows are sorted.
    order = np.argsort(ids.to_numpy(dtype=object), kind="stable")
    numbers = np.empty(len(ids), np.int64)
    numbers[order] = pd.factorize(component[order])[0]
    return numbers


def pixels_of(image_ids: pd.Series, hashes: pd.DataFrame) -> pd.Series:
    """What stands for the pixels of each picture: their digest in HASHES, the id itself where it
    has no row."""
    pixels = dict(zip(hashes["image_id"], hashes["pixels"], strict=True))
    found = [pixels.get(name, name) for name in image_ids]
    return pd.Series(found, index=image_ids.index, dtype="str")
