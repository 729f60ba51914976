"""What a worker finds of the picture inside uniform borders: the pixels' digest, and the grey
square that becomes a hash outside (see `gate.fingerprint`).

No part of SciPy is imported here: it would double the time in which a worker starts."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.trim import Box, trim

GREY_SIDE_PX = 32
"""Side of the square behind a hash: that of imagehash, so that both give the same bits."""


class Content(NamedTuple):
    """`pixels` is the SHA-256 of size and pixels of the whole, of its transparency and of other
    frames; `grey` the content inside the borders as 32 x 32 grey levels; `width` and `height` those
    of the content in the original."""

    pixels: str
    grey: npt.NDArray[np.uint8]
    width: int
    height: int


def find_content(rgb: Rgb, small: Rgb, identity: bytes = b"") -> Content:
    """The content of a picture and its thumbnail `small`; sizes are in pixels of `rgb`, to about
    1/320. `identity` is what tells it from others of the same pixels."""
    return content_inside(trim(small).content, rgb, small, identity)


def content_inside(box: Box, rgb: Rgb, small: Rgb, identity: bytes = b"") -> Content:
    """The same where it is known which `box` of the thumbnail holds the content."""
    full = box.scaled(small.shape[:2], rgb.shape[:2])
    digest = pixel_digest(rgb, identity)
    return Content(digest, grey_square(box.cut(small)), full.width, full.height)


def grey_square(rgb: Rgb) -> npt.NDArray[np.uint8]:
    """The picture as 32 x 32 grey levels, whatever its shape, as `imagehash.phash` sees it."""
    grey = Image.fromarray(rgb).convert("L")
    return np.asarray(grey.resize((GREY_SIDE_PX, GREY_SIDE_PX), Image.Resampling.LANCZOS))


def pixel_digest(rgb: Rgb, identity: bytes = b"") -> str:
    """SHA-256 of the picture's height, width and pixels, then of its `identity`, in hexadecimal."""
    digest = hashlib.sha256(np.array(rgb.shape[:2], ">u4").tobytes())
    digest.update(np.ascontiguousarray(rgb).data)
    digest.update(identity)
    return digest.hexdigest()
