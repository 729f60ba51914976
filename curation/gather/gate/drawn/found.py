"""What a reader of one of these formats finds, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from PIL import Image

from inksift.curation.gather.gate.undecodable import UndecodableError

Check = Callable[[tuple[int, int]], None]
"""Raises where a width and a height are not allowed; asked before any pixel is decoded."""

EXPORT = "export it as PNG"


class Whole(NamedTuple):
    """A loaded upright picture with its colour profile, if it has one."""

    image: Image.Image
    profile: bytes | None = None
    note: str = ""


class Inside(NamedTuple):
    """A file of an ordinary format (`kind`) that holds the picture."""

    data: bytes
    kind: str
    note: str = ""


def library(module: str, *, extra: str, name: str) -> Any:
    """An optional library; UndecodableError that says how to install it where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        words = f"{name}: install inksift[{extra}], or {EXPORT}"
        raise UndecodableError("decoder_missing", words) from error


def unsupported(what: str) -> UndecodableError:
    """The error of a file whose kind is known, and not read."""
    return UndecodableError("kind_not_supported", f"{what}: {EXPORT}")
