"""Names for exported files that are safe on every file system, told apart even where case is
ignored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from inksift.curation.gather.gate.formats import EXTENSIONS

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
_ALSO_USUAL = ("jpeg", "tiff")
"""Second endings of a format that tools look for like the first."""

_MOST_BYTES = 120
"""Bytes of a name before the digest: with it and an ending it stays below the 255 of file
systems."""

_MOST_ADDED_BYTES = 90
"""Bytes that a sidecar may add to the name of its picture, for the same reason."""

_ID_CHARS = 12
"""Digits of the digest in a name, enough to tell pictures of one name apart."""

_MOST_KEPT_BYTES = 150
"""Bytes of a name that is kept: with a number and what a sidecar adds it stays below the same
255."""

_UNSAFE = re.compile(r"[^\w.+-]+")
_REFUSED = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
"""What no name may hold somewhere: on Windows, in an address, or in a terminal."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def class_folders(
    labels: Iterable[str],
    named: Callable[[str], str] | None = None,
    *,
    reserved: Iterable[str] = (),
) -> dict[str, str]:
    """A folder name for every label, as `named` makes it or else a safe one; no two are equal, and
    none is a `reserved` name of a file, whatever a file system makes of case and accents.

    >>> class_folders(["Cats", "cats", "../x"])
    {'../x': 'x', 'Cats': 'Cats', 'cats': 'cats-2'}
    """
    taken = set(map(folded, reserved))
    name = named or safe_name
    return {label: distinct(name(label) or "class", taken) for label in sorted(set(labels))}


def kept_folder(label: str) -> str:
    """The name of a class as it is, apart from what no name may hold and from what hides a folder.

    >>> kept_folder("my fox"), kept_folder("../x"), kept_folder(". __x")
    ('my fox', '_x', 'x')
    """
    return _plain(_REFUSED.sub("_", unicodedata.normalize("NFC", label)), "") if label else ""


def file_name(path: str, image_id: str, kind: str) -> str:
    """The name of an exported picture: its own, made safe, part of its digest, and the extension of
    its content.

    >>> file_name("cats/a b.PNG", "0123456789abcdef", "JPEG")
    'a_b-0123456789ab.jpg'
    """
    stem = path.rsplit("/", 1)[-1].rpartition(".")
    name = safe_name(stem[0] or stem[2])
    return f"{name or 'picture'}-{image_id[:_ID_CHARS]}.{extension_of(kind)}"


def extension_of(kind: str) -> str:
    """The usual ending of a format, without a dot.

    >>> extension_of("JPEG")
    'jpg'
    """
    return _EXTENSIONS.get(kind, "bin")


def kept_name(path: str, kind: str) -> str:
    """The name of a picture as it is, apart from characters that some file system refuses and from
    what hides a file; with the ending of its content where its own says something else.

    >>> kept_name("cats/a b (1).JPG", "JPEG"), kept_name("cats/.x?.png", "JPEG")
    ('a b (1).JPG', 'x_.jpg')
    """
    name = _REFUSED.sub("_", unicodedata.normalize("NFC", path.rsplit("/", 1)[-1]))
    stem, dot, ending = name.rpartition(".")
    own = EXTENSIONS.get(f".{ending.lower()}") if dot else None
    if own is None:
        stem = name
    elif own == kind and _is_usual(ending):
        return f"{_plain(stem, ending)}.{ending}"
    ending = extension_of(kind)
    return f"{_plain(stem, ending)}.{ending}"


def _is_usual(ending: str) -> bool:
    """Whether every tool knows an ending: none looks for jfif or apng everywhere, or for Jpg."""
    usual = {*_EXTENSIONS.values(), *_ALSO_USUAL}
    return ending.lower() in usual and ending in (ending.lower(), ending.upper())


def _plain(stem: str, ending: str) -> str:
    """A stem that hides no file, and is neither too long nor reserved."""
    shown = re.sub(r"^(?:[. ]|__)+", "", stem).strip(" .")
    short = shown.encode()[: _MOST_KEPT_BYTES - len(ending)].decode(errors="ignore").strip(" .")
    return f"{short}_" if _RESERVED.fullmatch(short) else short or "picture"


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
    while folded(candidate) in taken:
        number += 1
        candidate = f"{stem}-{number}{dot}{extension}"
    taken.add(folded(candidate))
    return candidate


def with_number(name: str, number: int) -> str:
    """The name of a file with a number before its ending, the first without.

    >>> with_number("a.b.png", 1), with_number("a.b.png", 2)
    ('a.b.png', 'a.b-2.png')
    """
    stem, dot, ending = name.rpartition(".")
    return name if number == 1 else f"{stem}-{number}{dot}{ending}"


def folded(name: str) -> str:
    """A name as a file system sees it that tells neither case nor accent forms apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
