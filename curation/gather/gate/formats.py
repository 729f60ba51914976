"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import struct

ALLOWED = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
"""Formats that may reach a decoder, by Pillow's names."""

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
}
"""What an extension promises."""

OTHER_MAGIC = (
    b"%PDF",
    b"%!PS",
    b"\xc5\xd0\xd3\xc6",  # EPS with a preview
    b"8BPS",  # Photoshop
    b"SIMPLE  =",  # FITS
    b"\x00\x00\x00\x0cjP  \r\n",  # JPEG 2000
    b"\xff\x4f\xff\x51",  # JPEG 2000 codestream
    b"\xff\x0a",  # JPEG XL
    b"\x00\x00\x00\x0cJXL ",
    b"\x00\x00\x01\x00",  # Windows icon
    b"\x00\x00\x02\x00",  # Windows cursor
    b"icns",
    b"DDS ",
    b"qoif",
    b"gimp xcf",
    b"\xd7\xcd\xc6\x9a",  # Windows metafile
    b"\x01\xda",  # Silicon Graphics
    b"PK\x03\x04",
    b"\x1f\x8b",  # gzip
    b"BZh",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    b"RIFF",  # video or sound; WebP is told apart first
    b"\x1a\x45\xdf\xa3",  # Matroska
    b"P1\n",
    b"P2\n",
    b"P3\n",
    b"P4\n",
    b"P5\n",
    b"P6\n",
    b"/* XPM */",
)
BMP_HEADER_SIZES = (12, 40, 52, 56, 64, 108, 124)
"""Bytes of the headers that a BMP may have: anything else only begins like one."""

HEAD_SIZE = 512
"""Bytes that tell a format: the mark of a tar archive ends at 262."""


def sniff(data: bytes) -> str:
    """One of `ALLOWED`, "other" for another picture, document or archive format, "" for none known.

    >>> sniff(b"GIF89a...")
    'GIF'
    """
    head = bytes(data[:HEAD_SIZE])
    return _allowed(head) or ("other" if _is_other(head) else "")


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
    if head[4:8] == b"ftyp" and _has_avif_brand(head):
        return "AVIF"
    return "BMP" if _is_bmp(head) else ""


def _has_avif_brand(head: bytes) -> bool:
    end = min(int.from_bytes(head[:4], "big"), HEAD_SIZE)
    brands = [head[8:12], *(head[start : start + 4] for start in range(16, end, 4))]
    return b"avif" in brands or b"avis" in brands


def _is_bmp(head: bytes) -> bool:
    return (
        head.startswith(b"BM")
        and len(head) >= 18
        and struct.unpack("<I", head[14:18])[0] in BMP_HEADER_SIZES
    )


def _is_other(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    drawing = text.startswith(b"<svg") or (
        text.startswith((b"<?xml", b"<!doctype svg")) and b"<svg" in text
    )
    return (
        head.startswith(OTHER_MAGIC) or head[4:8] == b"ftyp" or head[257:262] == b"ustar" or drawing
    )
