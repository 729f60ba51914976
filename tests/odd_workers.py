"""Decode workers that do something else first, for tests of what a worker can do to others."""

from __future__ import annotations

import sys
from pathlib import Path

from inksift.curation.gather.gate.worker import Settings

SETTINGS = Settings(
    max_bytes=10**7,
    max_pixels=50_000_000,
    thumbnail_side_px=640,
    timeout_s=20,
    memory_bytes=2 * 2**30,
)
"""What workers of tests are told."""

_ROOT = Path(__file__).parents[1]
_SCRIPT = """
import os, signal, sys, time
sys.path.insert(0, {root!r})
from inksift.curation.gather.gate import worker

honest = worker.examine

{before}

def odd(data, settings):
    {body}
    return honest(data, settings)

worker.examine = odd
worker.main()
"""


def odd_worker(folder: Path, body: str, *, before: str = "") -> list[str]:
    """The command of a worker that runs `body`, with the file's bytes in `data`, before it answers
    as usual, and `before` while it may still do everything."""
    script = folder / "odd_worker.py"
    text = _SCRIPT.format(root=str(_ROOT), before=before, body=body.replace("\n", "\n    "))
    script.write_text(text)
    return [sys.executable, str(script)]
