"""Everything that is measured on a picture's pixels in the one decode that it gets."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

import cv2
import numpy as np
import PIL

from curation.base import thumbnail_codec as packed
from curation.base.rgb import Rgb, shrink
from curation.base.thumbnail_codec import pack
from curation.gather.gate import decode, phash
from curation.gather.gate import fingerprint as prints
from curation.gather.gate.fingerprint import Fingerprint, fingerprint
from curation.gather.signals import SIGNALS

VERSION = 1


class Measures(NamedTuple):
    """Numbers of one picture, and its working thumbnail, packed."""

    phash: int
    contrast: float
    fingerprint: Fingerprint
    signals: dict[str, float]
    thumbnail: bytes


def measure_pixels(rgb: Rgb, *, thumbnail_side_px: int) -> Measures:
    """Hash, contrast and fingerprint from the full picture; every signal from its thumbnail."""
    grey = phash.grey_square(rgb)
    small = shrink(rgb, thumbnail_side_px, cv2.INTER_LINEAR)
    return Measures(
        phash=int(phash.phashes(grey[np.newaxis])[0]),
        contrast=float(grey.std()),
        fingerprint=fingerprint(rgb, small),
        signals={signal.name: signal.measure(small) for signal in SIGNALS},
        thumbnail=pack(small),
    )


def pixels_version(*, thumbnail_side_px: int, max_pixels: int) -> str:
    """The version under which measures are stored: another one for other decoders, code, signals or
    settings."""
    facts = [
        (PIL.__version__, cv2.__version__),
        (
            VERSION,
            packed.VERSION,
            decode.VERSION,
            phash.VERSION,
            prints.VERSION,
            decode.MAX_SIDE_PX,
        ),
        (thumbnail_side_px, max_pixels),
        [(signal.name, signal.version) for signal in SIGNALS],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
