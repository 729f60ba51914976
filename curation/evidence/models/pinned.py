"""Files of weights as their authors published them: pinned by digest, and opened without running
code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inksift.curation.base.errors import WeightsError
from inksift.curation.store.files import file_digest


@dataclass(frozen=True)
class Weights:
    """A published file. `digests` are SHA-256s, or their first digits (8 at least), any of which it
    may have; `package` is an installed package that carries the file, as a path below
    site-packages."""

    name: str
    file: str
    digests: tuple[str, ...]
    url: str
    licence: str
    package: str = ""


def digest_of(path: Path) -> str:
    """The first 16 digits of the file's SHA-256, which name everything made with these weights."""
    return file_digest(path)[:16]


def load_state(path: Path) -> dict[str, Any]:
    """The tensors of a checked .pth file, by name, without running code from it."""
    import torch

    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged file reaches us as any of a dozen types
        raise WeightsError(f"{path} is not a file of plain tensors: {first_line(error)}") from error
    return state


def first_line(error: Exception) -> str:
    """What an error says, on one line; its type where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]
