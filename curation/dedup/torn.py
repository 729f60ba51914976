"""Files of the same pixels that a person told apart: each such file counts as a picture of its own,
still tied to the others of the same pixels that nobody told it apart from."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import pandas as pd

from inksift.curation.base.tables import HASHES, PAIRS
from inksift.curation.dedup.related_groups import pixels_of
from inksift.curation.dedup.relation import Relation

_OWN = "|"
"""Between a digest of pixels and the image_id of the file that counts by itself."""

_SAME = {"relation": "duplicate", "distance": 0, **Relation("duplicate", 1.0)._asdict()}
"""A row of PAIRS of the same pixels, short of its ends."""


def tear(hashes: pd.DataFrame, human: pd.DataFrame) -> pd.DataFrame:
    """HASHES in which files of the same pixels, but other bytes, that HUMAN_DECISIONS call
    different have `pixels` of their own."""
    said = human[human["action"] == "different"]
    first, second = (pixels_of(said[name], hashes) for name in ("image_id", "value"))
    torn = said[(first == second) & (said["image_id"] != said["value"])]
    alone = hashes["image_id"].isin({*torn["image_id"], *torn["value"]})
    own = hashes["pixels"] + _OWN + hashes["image_id"]
    return HASHES.check(hashes.assign(pixels=hashes["pixels"].mask(alone, own).astype("str")))


def plain_pixels(pixels: pd.Series) -> pd.Series:
    """The digests, whether torn or not.

    >>> plain_pixels(pd.Series(["1a", "1a|2b"])).tolist()
    ['1a', '1a']
    """
    return pixels.str.split(_OWN, regex=False).str[0]


def ties_of_torn(pairs: pd.DataFrame, hashes: pd.DataFrame) -> pd.DataFrame:
    """PAIRS with what holds for one file of some pixels told of all that were torn from it, and
    those tied to each other; HASHES as `tear` gives them."""
    parts = _parts(hashes)
    if not parts:
        return pairs
    plain = dict(zip(hashes["image_id"], plain_pixels(hashes["pixels"]), strict=True))
    rows: list[dict[Any, Any]] = []
    # Where files of the same pixels were told of otherwise, the last row holds in any order of rows
    for row in pairs.sort_values(["similarity", "marked", "first", "second"]).to_dict("records"):
        ends = [parts.get(plain.get(row[end], ""), [row[end]]) for end in ("first", "second")]
        rows += [{**row, "first": one, "second": other} for one, other in product(*ends)]
    for some in parts.values():
        rows += [{**_SAME, "first": one, "second": other} for one, other in combinations(some, 2)]
    return PAIRS.frame(list({(row["first"], row["second"]): row for row in rows}.values()))


def _parts(hashes: pd.DataFrame) -> dict[str, list[str]]:
    """One image_id for each part of every digest that was torn, in order."""
    each = hashes.sort_values("image_id").drop_duplicates("pixels")
    plain = plain_pixels(each["pixels"])
    several = each.groupby(plain)["image_id"].agg(list)
    return {str(digest): ids for digest, ids in several.items() if len(ids) > 1}
