"""What a thumbnail does not show comes back bit for bit, and bytes of a stranger are refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import (
    BLACK,
    FILM_FRAMES,
    NOTHING_UNSEEN,
    Unseen,
    check_unseen,
    film_of,
    pack_unseen,
    unpack_unseen,
)


def _random(seed: int, *shape: int) -> Rgb:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


FILM = tuple(_random(seed, 9, 12, 3) for seed in range(3))


@pytest.mark.parametrize(
    "unseen",
    [Unseen(_random(1, 30, 40), BLACK), Unseen(film=FILM), Unseen(_random(2, 1, 7), 255, FILM)],
    ids=["alpha", "film", "both"],
)
def test_everything_comes_back(unseen: Unseen) -> None:
    back = unpack_unseen(pack_unseen(unseen))
    assert back.ground == unseen.ground
    assert (back.alpha is None) == (unseen.alpha is None)
    if back.alpha is not None:
        np.testing.assert_array_equal(back.alpha, unseen.alpha)
    assert len(back.film) == len(unseen.film)
    for one, other in zip(back.film, unseen.film, strict=True):
        np.testing.assert_array_equal(one, other)


def test_nothing_is_no_bytes() -> None:
    assert pack_unseen(NOTHING_UNSEEN) == b""
    assert unpack_unseen(b"") is NOTHING_UNSEEN


def test_a_film_is_short_small_and_goes_from_end_to_end() -> None:
    frames = [np.full((300, 200, 3), value, np.uint8) for value in range(40)]
    film = film_of(frames)
    assert len(film) == FILM_FRAMES
    assert (int(film[0][0, 0, 0]), int(film[-1][0, 0, 0])) == (0, 39)
    assert film[0].shape == (128, 85, 3)
    assert film_of(frames[:1]) == ()


GOOD = pack_unseen(Unseen(_random(1, 8, 8), BLACK, FILM))


@pytest.mark.parametrize(
    "data",
    [
        GOOD[:2],
        GOOD[:-1],
        GOOD + b"\0",
        bytes([2]) + GOOD[1:],
        GOOD[:2] + bytes([9]) + GOOD[3:],
        GOOD[:3] + struct.pack("!I", 2**31) + GOOD[7:],
        pack_unseen(Unseen(film=(_random(1, 200, 3, 3),))),
    ],
    ids=range(7),
)
def test_bytes_of_a_stranger_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        check_unseen(data)
    with pytest.raises(ValueError, match=r".+"):
        unpack_unseen(data)
