"""Which code and settings made the stored fingerprints and thumbnails."""

from __future__ import annotations

import hashlib
import json

import cv2
import PIL
import simplejpeg

from inksift.curation.base import strips, thumbnail_codec
from inksift.curation.gather.gate import decode, detail, fingerprint, stored_as
from inksift.curation.gather.gate.undecodable import MAX_SIDE_PX

VERSION = 3
"""Raised whenever what a decode measures is arranged otherwise."""


def pictures_version(*, thumbnail_side_px: int, max_pixels: int) -> str:
    """The version under which fingerprints and thumbnails are stored: another one for other
    decoders, code or settings.

    No signal is part of it: a new one is measured on the stored thumbnails, and neither decodes
    nor embeds nor compares anything again."""
    facts = [
        (PIL.__version__, cv2.__version__, simplejpeg.__version__),
        (
            VERSION,
            thumbnail_codec.VERSION,
            strips.VERSION,
            decode.VERSION,
            fingerprint.VERSION,
            detail.VERSION,
            stored_as.VERSION,
            MAX_SIDE_PX,
        ),
        (thumbnail_side_px, max_pixels),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
