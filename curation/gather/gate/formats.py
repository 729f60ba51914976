"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import struct

from inksift.curation.gather.gate.other_formats import other_format

PLAIN = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Formats of the web and of scanners, by Pillow's names."""

ALLOWED = (*PLAIN, "JXL", "HEIC", "SVG", "PSD", "ORA", "KRA", "CLIP")
"""Formats that may reach a decoder: those, and what illustrators work with."""

EXTENSIONS = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".mpo": "JPEG",
    ".png": "PNG",
    ".apng": "PNG",
    ".webp": "WEBP",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".dib": "BMP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".avif": "AVIF",
    ".jxl": "JXL",
    ".heic": "HEIC",
    ".heif": "HEIC",
    ".hif": "HEIC",
    ".svg": "SVG",
    ".psd": "PSD",
    ".psb": "PSD",
    ".ora": "ORA",
    ".kra": "KRA",
    ".clip": "CLIP",
}
"""What an extension promises."""

BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
"""Bytes of the headers that a BMP may have: anything else only begins like one."""

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
ARCHIVES = {b"image/openraster": "ORA", b"application/x-krita": "KRA"}
"""Drawings that are ZIP archives, by what their first member says."""

PROLOG_BYTES = 65_536
"""Of an XML text that may stand before its first element: long remarks of drawing programs."""

HEAD_SIZE = 512
"""Bytes that tell a format: the mark of a tar archive ends at 262."""


def sniff(data: bytes) -> str:
    """One of `ALLOWED`, "other" for another picture, document or archive format, "" for none known.

    >>> sniff(b"GIF89a...")
    'GIF'
    """
    head = bytes(data[:HEAD_SIZE])
    return _allowed(head) or _drawn_with(data) or ("other" if other_format(data) else "")


def _allowed(head: bytes) -> str:
    if head.lstrip(b"\r\n \t").startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "TIFF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    brands = _brands(head)
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    if brands & HEIC_BRANDS:
        return "HEIC"
    return "BMP" if _is_bmp(head) else ""


def _brands(head: bytes) -> set[bytes]:
    """What an ISO media file says that it is."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), HEAD_SIZE)
    return {head[8:12], *(head[start : start + 4] for start in range(16, end, 4))}


def _drawn_with(data: bytes) -> str:
    """The formats that illustrators work with."""
    if data.startswith((b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n")):
        return "JXL"
    if data.startswith(b"8BPS"):
        return "PSD"
    if data.startswith(b"CSFCHUNK"):
        return "CLIP"
    if data.startswith(b"PK\x03\x04"):
        return ARCHIVES.get(_first_member(bytes(data[:HEAD_SIZE])), "")
    return "SVG" if starts_as_svg(data) else ""


def _first_member(head: bytes) -> bytes:
    """What a ZIP archive says that it is, in its first member as the standard asks."""
    if head[8:10] != b"\0\0" or head[30:38] != b"mimetype":
        return b""
    size, extra = int.from_bytes(head[22:26], "little"), int.from_bytes(head[28:30], "little")
    return head[38 + extra : 38 + extra + size]


def starts_as_svg(data: bytes) -> bool:
    """Whether the first element of an XML text is a drawing.

    >>> starts_as_svg(b"<?xml version='1.0'?><!-- by hand --><svg/>")
    True
    """
    text = _first_text(bytes(data[:PROLOG_BYTES]))
    while text.startswith(("<?", "<!")):
        text = _after(text).lstrip()
    name = text[1:].split(maxsplit=1)[:1] if text.startswith("<") else []
    return bool(name) and name[0].partition(">")[0].strip("/").rpartition(":")[2] == "svg"


def _first_text(head: bytes) -> str:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if wide else "utf-8", "ignore")
    return text.lstrip("\ufeff \t\r\n")


def _after(text: str) -> str:
    """What follows a remark, an instruction or a document type; "" where it has no end."""
    if text.startswith("<!--"):
        return text.partition("-->")[2]
    declared = text.partition(">")[0]
    return text.partition("]")[2].partition(">")[2] if "[" in declared else text.partition(">")[2]


def _is_bmp(head: bytes) -> bool:
    return (
        head.startswith(b"BM")
        and len(head) >= 18
        and struct.unpack("<I", head[14:18])[0] in BMP_HEADER_SIZES
    )
