"""Names for exported files that are safe on every file system, told apart even where case is
ignored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_EXTENSIONS = {
    "JPEG": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "GIF": "gif",
    "BMP": "bmp",
    "TIFF": "tif",
    "AVIF": "avif",
    "JXL": "jxl",
    "HEIC": "heic",
    "SVG": "svg",
    "PSD": "psd",
    "ORA": "ora",
    "KRA": "kra",
    "CLIP": "clip",
}
_MOST_BYTES = 120
"""Bytes of a name before the digest: with it and an ending it stays below the 255 of file
systems."""

_MOST_ADDED_BYTES = 90
"""Bytes that a sidecar may add to the name of its picture, for the same reason."""

_ID_CHARS = 12
"""Digits of the digest in a name, enough to tell pictures of one name apart."""

_UNSAFE = re.compile(r"[^\w.+-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def class_folders(labels: Iterable[str]) -> dict[str, str]:
    """A folder name for every label; no two are equal, whatever a file system makes of case and
    accents.

    >>> class_folders(["Cats", "cats", "../x"])
    {'../x': 'x', 'Cats': 'Cats', 'cats': 'cats-2'}
    """
    taken: set[str] = set()
    return {label: distinct(safe_name(label) or "class", taken) for label in sorted(set(labels))}


def file_name(path: str, image_id: str, kind: str) -> str:
    """The name of an exported picture: its own, made safe, part of its digest, and the extension of
    its content.

    >>> file_name("cats/a b.PNG", "0123456789abcdef", "JPEG")
    'a_b-0123456789ab.jpg'
    """
    stem = path.rsplit("/", 1)[-1].rpartition(".")
    name = safe_name(stem[0] or stem[2])
    return f"{name or 'picture'}-{image_id[:_ID_CHARS]}.{_EXTENSIONS.get(kind, 'bin')}"


def sidecar_name(picture: str, sidecar: str, exported: str) -> str:
    """The name of a sidecar of `picture`, after the name under which that is `exported`.

    >>> sidecar_name("fox/0.png", "fox/0.txt", "0-0123.png")
    '0-0123.txt'
    >>> sidecar_name("fox/0.png", "fox/0.png.json", "0-0123.png")
    '0-0123.png.json'
    """
    name, own = picture.rpartition("/")[2], sidecar.rpartition("/")[2]
    stem, dot, _ = name.rpartition(".")
    whole = bool(stem and dot) and own.startswith(name)
    added = own.removeprefix(name if whole or not stem else stem)
    base = exported if whole else exported.rpartition(".")[0]
    return f"{base}{_shortened(_UNSAFE.sub('_', unicodedata.normalize('NFC', added)))}"


def _shortened(added: str) -> str:
    """What a sidecar adds to a name; of a long one the end, where its ending stands."""
    if len(added.encode()) <= _MOST_ADDED_BYTES:
        return added
    return "_" + added.encode()[-_MOST_ADDED_BYTES:].decode(errors="ignore")


def safe_name(text: str) -> str:
    """`text` of letters, digits and . _ + - only, at most 120 bytes, without a leading dot or dash;
    may be empty."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", text)).lstrip("._-")
    name = name.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip("._-")
    return f"{name}_" if _RESERVED.fullmatch(name) else name


def distinct(name: str, taken: set[str]) -> str:
    """`name`, numbered before its extension if one that differs only in case or accent form is
    among `taken`.

    Adds the result to `taken`.
    """
    stem, dot, extension = name.partition(".") if name.count(".") == 1 else (name, "", "")
    candidate, number = name, 1
    while _folded(candidate) in taken:
        number += 1
        candidate = f"{stem}-{number}{dot}{extension}"
    taken.add(_folded(candidate))
    return candidate


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
