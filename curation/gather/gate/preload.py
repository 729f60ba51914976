"""What decoding would import when it is first needed: a worker that can open no file any more has
it all."""

from __future__ import annotations

import codecs
import encodings
from contextlib import suppress
from importlib import import_module
from pkgutil import iter_modules

from PIL import Image

OPTIONAL = ("pillow_heif", "pillow_jxl", "resvg_py")
"""Libraries of drawn formats, which a machine may lack."""

NEEDED = ("inksift.curation.gather.gate.drawn.readers", "numpy.fft", "numpy.ma")
"""NumPy itself imports its parts as late."""


def preload() -> None:
    """Import everything that any file may ask for."""
    Image.init()
    for module in NEEDED:
        import_module(module)
    for module in OPTIONAL:
        with suppress(Exception):  # whatever is wrong with it is told of the files that need it
            import_module(module)
    for encoding in iter_modules(encodings.__path__):  # of names in archives, and of XML
        with suppress(LookupError, ImportError):  # those of other systems
            codecs.lookup(encoding.name)
