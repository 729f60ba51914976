"""Duplicates: same bytes, or perceptual hashes so close that both files show one picture. One copy of each stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from curation.errors import SchemaError
from curation.params import Params
from curation.tables import DUPLICATES, HASHES, IMAGES

VERSION = 1

Hashes = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]

_BLOCK = 1024


class DedupParams(Params):
    """When two pictures count as copies. A hash has 64 bits; the distance of two hashes is nearly always even."""

    max_distance: int = Field(4, ge=0, le=16, description="Hash bits that may differ between two copies")
    min_contrast: float = Field(
        16.0, ge=0, le=128, description="Deviation of grey levels (0 to 128) below which a hash is not trusted"
    )
    min_contrast_ratio: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Contrast of the weaker copy over that of the stronger: lower, and they are no copies",
    )


def find_duplicates(images: pd.DataFrame, hashes: pd.DataFrame, params: DedupParams) -> pd.DataFrame:
    """DUPLICATES of all readable IMAGES, sorted by path, whatever the order of the input.

    Files with the same bytes are copies. So are pictures whose hashes differ in at most `max_distance` bits, if both
    have enough contrast and about equally much: on flat colour the hash is made of rounding noise (white, red and blue
    share one), and a hash knows no contrast, so that small figures on large flat grounds collide.

    Pictures are taken by pixels, then bytes, both falling, then digest. Each becomes a copy of the nearest picture kept
    before it, or else is kept itself; so no chain of small steps joins what is far apart. Of files with the same bytes
    the first path stays. SchemaError when a readable picture has no hash.
    """
    files = IMAGES.check(images)
    files = files[files["readable"]].sort_values("path", ignore_index=True)
    pictures = _in_keep_order(files).merge(HASHES.check(hashes), on="image_id", how="left", validate="1:1")
    if pictures["contrast"].isna().any():
        raise SchemaError(f"hashes: {int(pictures['contrast'].isna().sum())} readable picture(s) have no row")
    keeper, distance = _keepers(pictures["phash"].to_numpy(np.uint64), pictures["contrast"].to_numpy(), params)
    return _table(files, pictures.assign(keeper_path=pictures["path"].to_numpy()[keeper], distance=distance))


def near_pairs(hashes: Hashes, max_distance: int) -> tuple[Indices, Indices, Indices]:
    """All pairs i < j of hashes that differ in at most `max_distance` bits: i, j and the bits, ordered by i, then j.

    Exact, by comparing all pairs block by block in about 15 MB besides the result. Collapse identical hashes first:
    n of them are n (n - 1) / 2 pairs.

    >>> [found.tolist() for found in near_pairs(np.array([0b1, 0b111, 0b11], dtype=np.uint64), 1)]
    [[0, 1], [2, 2], [1, 1]]
    """
    found = [
        _block_pairs(hashes, top, left, max_distance)
        for top in range(0, len(hashes), _BLOCK)
        for left in range(top, len(hashes), _BLOCK)
    ]
    first, second, bits = (np.concatenate([np.empty(0, np.int64), *(block[k] for block in found)]) for k in range(3))
    order = np.lexsort((second, first))
    return first[order], second[order], bits[order]


def related_groups(
    image_ids: Sequence[str], hashes: pd.DataFrame, distance: int, *, min_contrast: float = 16.0
) -> Indices:
    """A group number for each of `image_ids`: pictures joined by any chain of hashes at most `distance` bits apart.

    For splits, where relatives must stay together. Hashes below `min_contrast` link to nothing, nor do pictures without
    a row in HASHES. Groups are numbered by their smallest id, independent of the order of the input.
    """
    ids, position = np.unique(np.asarray(image_ids, dtype=object).astype(str), return_inverse=True)
    known = HASHES.check(hashes)
    known = known[known["image_id"].isin(ids) & (known["contrast"] >= min_contrast)]
    distinct, bucket = np.unique(known["phash"].to_numpy(np.uint64), return_inverse=True)
    first, second, _ = near_pairs(distinct, distance)
    nodes = np.searchsorted(ids, known["image_id"].to_numpy(dtype=object).astype(str))
    starts = np.concatenate([nodes, len(ids) + first])
    ends = np.concatenate([len(ids) + bucket, len(ids) + second])
    size = len(ids) + len(distinct)
    graph = coo_array((np.ones(len(starts), np.int8), (starts, ends)), shape=(size, size))
    component = connected_components(graph, directed=False)[1][: len(ids)]
    return _numbered(component)[position]


def _in_keep_order(files: pd.DataFrame) -> pd.DataFrame:
    """One row per different picture, with its first path; the one that should rather be kept comes first."""
    pictures = files.drop_duplicates("image_id")
    pictures = pictures.assign(pixels=pictures["width"] * pictures["height"])
    by = ["pixels", "size_bytes", "image_id"]
    return pictures.sort_values(by, ascending=[False, False, True])[["path", "image_id"]]


def _keepers(hashes: Hashes, contrasts: npt.NDArray[np.float64], params: DedupParams) -> tuple[Indices, Indices]:
    """For pictures in keep order: the position of each one's keeper (its own if it is kept), and the bits between."""
    distinct, bucket = np.unique(hashes, return_inverse=True)
    neighbours = _neighbours(distinct, params.max_distance)
    kept: dict[int, list[int]] = defaultdict(list)
    keeper, distance = np.arange(len(hashes)), np.zeros(len(hashes), np.int64)
    for picture in np.flatnonzero(contrasts >= params.min_contrast).tolist():
        candidates = [
            (bits, other)
            for near, bits in [(bucket[picture], 0), *neighbours[bucket[picture]]]
            for other in kept[near]
            if _agree(contrasts[picture], contrasts[other], params.min_contrast_ratio)
        ]
        if candidates:
            distance[picture], keeper[picture] = min(candidates)
        else:
            kept[bucket[picture]].append(picture)
    return keeper, distance


def _neighbours(distinct: Hashes, max_distance: int) -> dict[int, list[tuple[int, int]]]:
    neighbours: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for first, second, bits in zip(*(found.tolist() for found in near_pairs(distinct, max_distance)), strict=True):
        neighbours[first].append((second, bits))
        neighbours[second].append((first, bits))
    return neighbours


def _agree(one: float, other: float, min_ratio: float) -> bool:
    return min(one, other) >= min_ratio * max(one, other)


def _block_pairs(hashes: Hashes, top: int, left: int, max_distance: int) -> tuple[Indices, Indices, Indices]:
    bits = np.bitwise_count(hashes[top : top + _BLOCK, None] ^ hashes[None, left : left + _BLOCK])
    near = bits <= max_distance
    rows, columns = np.nonzero(np.triu(near, 1) if top == left else near)
    return rows + top, columns + left, bits[rows, columns].astype(np.int64)


def _numbered(component: npt.NDArray[np.integer[Any]]) -> Indices:
    """Components renumbered 0, 1, 2 ... in the order in which they first appear."""
    _, first, inverse = np.unique(component, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)


def _table(files: pd.DataFrame, pictures: pd.DataFrame) -> pd.DataFrame:
    """One row per file, from one row per picture with its `path`, `keeper_path` and `distance`."""
    judged = files[["path", "image_id"]].merge(pictures[["image_id", "keeper_path", "distance"]], on="image_id")
    judged = judged.sort_values("path", ignore_index=True)
    keep = judged["path"] == judged["keeper_path"]
    kept_id = dict(zip(judged["path"], judged["image_id"], strict=True))
    exact = judged["image_id"] == judged["keeper_path"].map(kept_id)
    groups = _numbered(pd.factorize(judged["keeper_path"])[0])
    return DUPLICATES.check(
        judged.assign(
            group=groups,
            keep=keep,
            duplicate_of=judged["keeper_path"].mask(keep, "").astype("str"),
            relation=pd.Series(np.select([keep, exact], ["none", "exact"], "near"), index=judged.index, dtype="str"),
        )
    )
