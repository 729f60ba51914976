"""Which reader knows which format."""

from __future__ import annotations

from collections.abc import Callable

from inksift.curation.gather.gate.drawn.archives import read_archive
from inksift.curation.gather.gate.drawn.clip import read_clip
from inksift.curation.gather.gate.drawn.found import Check, Inside, Whole
from inksift.curation.gather.gate.drawn.heic import read_heic
from inksift.curation.gather.gate.drawn.jxl import read_jxl
from inksift.curation.gather.gate.drawn.psd import read_psd
from inksift.curation.gather.gate.drawn.svg import read_svg

Reader = Callable[[bytes, Check], Whole | Inside]
READERS: dict[str, Reader] = {
    "JXL": read_jxl,
    "HEIC": read_heic,
    "SVG": read_svg,
    "PSD": read_psd,
    "ORA": read_archive,
    "KRA": read_archive,
    "CLIP": read_clip,
}
"""By the name that `sniff` gives a format."""
