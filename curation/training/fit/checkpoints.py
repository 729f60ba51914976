"""Training states and finished networks on disk: written whole, checked when read, never
unpickled."""

from __future__ import annotations

import logging
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from inksift.curation.store.files import write_atomically

log = logging.getLogger("inksift")


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a state (tensors, numbers, text, lists and dicts of these), whole or not at all."""
    import torch

    buffer = BytesIO()
    torch.save(state, buffer)
    write_atomically(path, buffer.getvalue())


def load(path: Path) -> dict[str, Any] | None:
    """The state in a file; None when there is none, or when it is damaged: then it is set aside
    with a warning."""
    import torch

    if not path.exists():
        return None
    if not _sound(path):
        path.replace(path.with_suffix(".damaged"))
        log.warning("checkpoint %s is damaged: set aside, its training starts again", path)
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def _sound(path: Path) -> bool:
    """Whether every part of the archive matches its CRC-32."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, RuntimeError):
        return False
