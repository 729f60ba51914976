"""What headers say of loss and quality, whatever a file is called."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inksift.curation.gather.gate.stored_as import NOT_TOLD, stored_as

PIXELS = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def _saved(kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    Image.fromarray(PIXELS).save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("quality", [15, 30, 50, 75, 92, 100])
def test_the_quality_of_a_jpeg_is_that_of_its_encoder(quality):
    told = stored_as(_saved("JPEG", quality=quality), "JPEG", "")
    assert not told.lossless
    assert abs(told.quality - quality) <= 1


@pytest.mark.parametrize(
    ("kind", "options", "lossless"),
    [
        ("PNG", {}, True),
        ("BMP", {}, True),
        ("GIF", {}, True),
        ("WEBP", {"lossless": True}, True),
        ("WEBP", {"quality": 90}, False),
        ("TIFF", {}, True),
        ("TIFF", {"compression": "tiff_lzw"}, True),
        ("TIFF", {"compression": "jpeg"}, False),
        ("AVIF", {"quality": 90}, False),
    ],
)
def test_loss_is_told_by_the_coding_and_not_by_the_format(kind, options, lossless):
    told = stored_as(_saved(kind, **options), kind, "")
    assert told == (lossless, 100.0 if lossless else NOT_TOLD)


def test_a_preview_is_not_the_drawing():
    assert stored_as(b"8BPS", "PSD", "").lossless
    assert not stored_as(b"8BPS", "PSD", "preview; odd_profile").lossless


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff\xdb\0\x43\0\1\2", b"RIFF\1\0\0\0WEBPVP8"])
def test_damaged_headers_tell_nothing(kind, data):
    assert stored_as(data, kind, "") == (False, NOT_TOLD)
