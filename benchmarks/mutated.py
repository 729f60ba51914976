"""A file after a few changes of the kinds that break decoders: for `mutants.py`, and for the tests
of the gate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which lengths, offsets and sizes go wrong."""

MOST_CHANGES = 5
MOST_BYTES = 40
"""Of one change."""

SHARES = {
    "flip": 0.25,
    "noise": 0.15,
    "cut": 0.12,
    "double": 0.12,
    "splice": 0.15,
    "number": 0.18,
    "end": 0.03,
}
"""How frequent each change is: behind an end that is cut off nothing is reached."""


def mutant(data: bytes, others: Sequence[bytes], rng: np.random.Generator) -> bytes:
    """The file after one to five changes, of which one is the most frequent number: bits flipped,
    bytes overwritten, cut out, doubled or taken from one of `others`, a number made extreme, and
    now and then the end cut off. Never empty."""
    changed = bytearray(data)
    for _ in range(min(rng.geometric(0.5), MOST_CHANGES)):
        _change(changed, others, rng)
        changed = changed or bytearray(b"\0")
    return bytes(changed)


def _change(data: bytearray, others: Sequence[bytes], rng: np.random.Generator) -> None:
    start, length = int(rng.integers(len(data))), int(rng.integers(1, MOST_BYTES))
    part = slice(start, start + length)
    kind = rng.choice(list(SHARES), p=list(SHARES.values()))
    if kind == "flip":
        data[start] ^= 1 << int(rng.integers(8))
    elif kind == "noise":
        data[part] = rng.bytes(length)
    elif kind == "cut":
        del data[part]
    elif kind == "double":
        data[start:start] = data[part]
    elif kind == "splice":
        data[part] = others[rng.integers(len(others))][part]
    elif kind == "number":
        number = _extreme(rng)
        data[start : start + len(number)] = number
    else:
        del data[start:]


def _extreme(rng: np.random.Generator) -> bytes:
    size, order = int(rng.choice((1, 2, 4))), ("big", "little")[rng.integers(2)]
    value = EXTREMES[rng.integers(len(EXTREMES))] % 256**size
    return value.to_bytes(size, order)
