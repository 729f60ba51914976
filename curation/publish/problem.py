"""What `inksift verify` finds."""

from __future__ import annotations

from typing import NamedTuple

REPAIR = "run `inksift repair`"
"""The remedy of what a run does not mend by itself."""


class Problem(NamedTuple):
    """Something in a workspace that is not as inksift wrote it."""

    file: str
    what: str
    remedy: str
