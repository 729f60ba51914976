"""How much of a picture the words of a transform say is missing."""

from __future__ import annotations

import re
from typing import Literal

_SHARE = {way: re.compile(rf"\b{way} (\d+) %") for way in ("cropped", "extended")}


def cropped_share(transform: str, way: Literal["cropped", "extended"]) -> float:
    """The share (0 to 1) that the second of two pictures lacks ("cropped") or shows beyond the
    first ("extended"), in the words of PAIRS.

    >>> cropped_share("resized to 50 %, cropped 12 %", "cropped")
    0.12
    """
    found = _SHARE[way].search(transform)
    return int(found[1]) / 100 if found else 0.0
