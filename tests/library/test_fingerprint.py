"""Fingerprints: hashes of eight orientations from one transform, and the digest of pixels."""

from __future__ import annotations

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.content import find_content, pixel_digest
from inksift.curation.gather.gate.fingerprint import (
    ORIENTATIONS,
    Fingerprint,
    fingerprint,
    oriented,
    oriented_hashes,
)

Grey = np.ndarray


def _fingerprint(rgb: Rgb, small: Rgb) -> Fingerprint:
    return fingerprint(find_content(rgb, small))


def imagehash_of(grey: Grey) -> int:
    return int(str(imagehash.phash(Image.fromarray(np.ascontiguousarray(grey)))), 16)


@pytest.fixture
def picture(rng: np.random.Generator) -> Rgb:
    coarse = rng.integers(0, 256, (6, 9, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((180, 120), Image.Resampling.BICUBIC))


@given(st.integers(0, 2**32 - 1))
def test_every_orientation_has_the_hash_of_the_turned_square(seed: int) -> None:
    # noise: of a square with a few lit pixels coefficients tie with their median, and a turn may
    # round them to its other side
    grey = np.random.default_rng(seed).integers(0, 256, (32, 32)).astype(np.uint8)
    expected = [imagehash_of(oriented(grey, k)) for k in range(ORIENTATIONS)]
    far = np.bitwise_count(oriented_hashes(grey) ^ np.array(expected, np.uint64))
    assert far.max() == 0


def test_the_orientations_are_all_turns_and_mirrors(picture: Rgb) -> None:
    turned = {
        oriented(picture, k).tobytes() + bytes(oriented(picture, k).shape)
        for k in range(ORIENTATIONS)
    }
    assert len(turned) == ORIENTATIONS
    assert (oriented(picture, 0) == picture).all()
    assert (oriented(picture, 1) == picture[:, ::-1]).all()
    assert (oriented(picture, 2) == picture[::-1]).all()
    assert (oriented(picture, 4) == picture.swapaxes(0, 1)).all()
    assert (oriented(picture, 5) == np.rot90(picture, -1)).all()


@pytest.mark.parametrize("k", range(ORIENTATIONS))
def test_a_turned_copy_has_the_first_hash_in_one_orientation(picture: Rgb, k: int) -> None:
    copy = np.ascontiguousarray(oriented(picture, k))
    first, other = _fingerprint(picture, picture), _fingerprint(copy, copy)
    bits = np.bitwise_count(np.uint64(first.oriented[0]) ^ np.array(other.oriented, np.uint64))
    assert bits.min() <= 2


def test_borders_do_not_change_the_hashes(picture: Rgb) -> None:
    framed = np.pad(picture, ((30, 30), (30, 30), (0, 0)), constant_values=255)
    first, other = _fingerprint(picture, picture), _fingerprint(framed, framed)
    assert int(np.bitwise_count(np.uint64(first.oriented[0]) ^ np.uint64(other.oriented[0]))) <= 6
    assert (other.content_width, other.content_height) == pytest.approx((180, 120), abs=8)
    assert other.pixels != first.pixels


def test_the_size_of_the_content_is_in_pixels_of_the_original(picture: Rgb) -> None:
    large = np.pad(
        np.repeat(np.repeat(picture, 4, 0), 4, 1), ((100, 0), (200, 0), (0, 0)), constant_values=255
    )
    small = np.asarray(Image.fromarray(large).resize((large.shape[1] // 4, large.shape[0] // 4)))
    found = _fingerprint(large, small)
    assert (found.content_width, found.content_height) == pytest.approx((720, 480), abs=12)


def test_a_digest_tells_pixels_and_shapes_apart(picture: Rgb) -> None:
    changed = picture.copy()
    changed[0, 0, 0] ^= 1
    flat = picture.reshape(60, 360, 3)
    assert len({pixel_digest(one) for one in (picture, changed, flat)}) == 3
    assert pixel_digest(picture[:, ::1]) == pixel_digest(picture.copy())


def test_flat_pictures_have_no_contrast() -> None:
    flat = np.full((40, 60, 3), 200, np.uint8)
    assert _fingerprint(flat, flat).trimmed_contrast == 0
