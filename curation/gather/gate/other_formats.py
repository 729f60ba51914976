"""Files that are not read here, by their first bytes: what they are called, and what to do."""

from __future__ import annotations

from typing import NamedTuple


class Other(NamedTuple):
    """A format: how its files start, what people call it, and what to do with one."""

    magic: bytes
    name: str
    remedy: str = "export it as PNG"

    @property
    def words(self) -> str:
        """All that a person has to know."""
        return f"{self.name}: {self.remedy}"


VIDEO = "only still pictures are read"
ARCHIVE = "unpack it"
OTHER_FORMATS = (
    Other(b"%PDF", "PDF document"),
    Other(b"%!PS", "PostScript"),
    Other(b"\xc5\xd0\xd3\xc6", "EPS"),
    Other(b"SIMPLE  =", "FITS"),
    Other(b"\x00\x00\x00\x0cjP  \r\n", "JPEG 2000"),
    Other(b"\xff\x4f\xff\x51", "JPEG 2000"),
    Other(b"II\xbc\x01", "JPEG XR"),
    Other(b"\x00\x00\x01\x00", "Windows icon"),
    Other(b"\x00\x00\x02\x00", "Windows cursor"),
    Other(b"icns", "Apple icon"),
    Other(b"DDS ", "DirectDraw texture"),
    Other(b"qoif", "QOI"),
    Other(b"gimp xcf", "GIMP file"),
    Other(b"SAI-CANVAS", "PaintTool SAI 2 file"),
    Other(b"mdipack", "MediBang or FireAlpaca file"),
    Other(b"PDN3", "Paint.NET file"),
    Other(b"Paint Shop Pro Image File", "PaintShop Pro file"),
    Other(b"\x00\xffKSA", "Affinity file"),
    Other(b"\x76\x2f\x31\x01", "OpenEXR"),
    Other(b"#?RADIANCE", "Radiance HDR"),
    Other(b"\xd7\xcd\xc6\x9a", "Windows metafile"),
    Other(b"\x01\xda", "Silicon Graphics picture"),
    Other(b"/* XPM */", "XPM"),
    *(Other(b"P%d\n" % kind, "Netpbm picture") for kind in range(1, 7)),
    Other(b"FUJIFILM", "camera raw file"),
    Other(b"\x1f\x8b", "gzip archive", ARCHIVE),
    Other(b"BZh", "bzip2 archive", ARCHIVE),
    Other(b"7z\xbc\xaf\x27\x1c", "7-Zip archive", ARCHIVE),
    Other(b"Rar!", "RAR archive", ARCHIVE),
    Other(b"PK\x03\x04", "ZIP archive", ARCHIVE),
    Other(b"RIFF", "video or sound (RIFF)", VIDEO),
    Other(b"\x1a\x45\xdf\xa3", "Matroska or WebM video", VIDEO),
    Other(b"OggS", "Ogg sound or video", VIDEO),
    Other(b"FLV\x01", "Flash video", VIDEO),
)
PROCREATE = Other(b"PK\x03\x04", "Procreate file", "share it as PNG")
TAR = Other(b"", "tar archive", ARCHIVE)
BRAND_NAMES = {b"qt  ": "QuickTime video", b"crx ": "camera raw file (CR3)", b"M4A ": "sound (M4A)"}
"""What an ISO media file of this brand is called; any other is an MP4 video."""

PROCREATE_PART = b"QuickLook/Thumbnail.png"
"""A name in every Procreate file's archive, whose directory stands at the end."""

DIRECTORY_BYTES = 2**20
"""Of the end of an archive that are searched for it."""


def other_format(data: bytes) -> Other | None:
    """Which format these are the bytes of; None for none that is known.

    >>> other_format(b"%PDF-1.7").name
    'PDF document'
    """
    if data[257:262] == b"ustar":
        return TAR
    if data[4:8] == b"ftyp":
        return Other(b"", BRAND_NAMES.get(data[8:12], "MP4 video"), VIDEO)
    found = next((one for one in OTHER_FORMATS if data.startswith(one.magic)), None)
    if found and found.magic == PROCREATE.magic and PROCREATE_PART in data[-DIRECTORY_BYTES:]:
        return PROCREATE
    return found
