"""What decoding would import when it is first needed: a worker that can open no file any more has
it all."""

from __future__ import annotations

import codecs
from contextlib import suppress
from importlib import import_module

from PIL import Image

OPTIONAL = ("pillow_heif", "pillow_jxl", "resvg_py")
"""Libraries of drawn formats, which a machine may lack."""

NEEDED = ("inksift.curation.gather.gate.drawn.readers", "numpy.fft", "numpy.ma")
"""NumPy itself imports its parts as late."""

SINGLE_BYTES = (
    *(f"cp{number}" for number in (437, 866, *range(1250, 1259))),
    *(f"iso8859_{number}" for number in range(1, 17) if number != 12),
    *("koi8_r", "koi8_u", "mac_roman"),
)
"""Encodings of names in a ZIP archive, and of XML."""


def preload() -> None:
    """Import everything that any file may ask for."""
    Image.init()
    for module in NEEDED:
        import_module(module)
    for module in OPTIONAL:
        with suppress(ImportError):
            import_module(module)
    for encoding in SINGLE_BYTES:
        codecs.lookup(encoding)
