"""All pairs of hashes within a radius, by our search and by brute force, and how far two answers
agree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from hash_crowds import RADIUS, Pairs

BLOCK = (256, 4096)


def ours(hashes: np.ndarray) -> Pairs:
    from inksift.curation.dedup.propose.near import near_pairs

    return near_pairs(hashes, RADIUS)[:2]


def brute_force(hashes: np.ndarray) -> Pairs:
    """All pairs i < j by comparing each with each."""
    high, wide = BLOCK
    differences, bits = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint8)
    found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    for top in range(0, len(hashes), high):
        for left in range(top, len(hashes), wide):
            rows, columns = hashes[top : top + high, None], hashes[None, left : left + wide]
            block = slice(rows.shape[0]), slice(columns.shape[1])
            np.bitwise_xor(rows, columns, out=differences[block])
            np.bitwise_count(differences[block], out=bits[block])
            row, column = np.divmod(np.flatnonzero(bits[block] <= RADIUS), columns.shape[1])
            later = row + top < column + left
            found.append((row[later] + top, column[later] + left))
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    return first, second


def codes(pairs: Iterable[np.ndarray], number: int) -> np.ndarray:
    """Pairs as one ascending number each."""
    one, other = pairs
    return np.sort(np.minimum(one, other) * number + np.maximum(one, other))


def agreement(found: np.ndarray, truth: np.ndarray, checked: str) -> dict[str, Any]:
    return {
        "checked": checked,
        "recall": float(np.isin(truth, found).mean()) if len(truth) else 1.0,
        "precision": float(np.isin(found, truth).mean()) if len(found) else 1.0,
        "each_once": len(np.unique(found)) == len(found),
    }
