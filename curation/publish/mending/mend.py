"""One thing that `inksift repair` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Mend(NamedTuple):
    """What is done about a file, in one sentence, and how."""

    file: str
    what: str
    do: Callable[[], object]
