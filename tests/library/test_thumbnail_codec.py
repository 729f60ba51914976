"""Packed thumbnails come back bit for bit, and bytes of a stranger are refused at no cost."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from inksift.curation.base.thumbnail_codec import MAX_THUMBNAIL_PX, pack, packed_size, unpack


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_every_picture_comes_back(seed: int, height: int, width: int, top: int) -> None:
    rgb = np.random.default_rng(seed).integers(
        0, top, (height, width, 3), dtype=np.uint8, endpoint=True
    )
    assert packed_size(pack(rgb)) == (height, width)
    np.testing.assert_array_equal(unpack(pack(rgb)), rgb)


def test_the_largest_side_fits() -> None:
    rgb = np.zeros((1, MAX_THUMBNAIL_PX, 3), np.uint8)
    np.testing.assert_array_equal(unpack(pack(rgb)), rgb)


def test_a_drawing_takes_a_fraction_of_its_pixels() -> None:
    rgb = np.full((200, 200, 3), 255, np.uint8)
    rgb[50:150, 50:150] = (200, 30, 60)
    assert len(pack(rgb)) < rgb.size / 100


GOOD = pack(np.arange(27, dtype=np.uint8).reshape(3, 3, 3))
BOMB = struct.pack("<4sHH", b"ISTN", 2, 2) + zstandard.ZstdCompressor().compress(bytes(10**9))


@pytest.mark.parametrize(
    "data",
    [b"", b"ISTN", b"RIFF" + GOOD[4:], GOOD[:-3], GOOD[:8], GOOD[:8] + b"\0" * 20, BOMB]
    + [
        struct.pack("<4sHH", b"ISTN", *size) + GOOD[8:]
        for size in [(0, 3), (3, 0), (3, 4), (8193, 1), (4096, 4096), (65535, 65535)]
    ],
    ids=range(13),
)
def test_bytes_of_a_stranger_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        unpack(data)
