"""What `inksift verify` finds."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Something in a workspace that is not as inksift wrote it."""

    file: str
    what: str
    remedy: str
