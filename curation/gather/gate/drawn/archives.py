"""Drawings that are ZIP archives, by the flattened picture that they carry: OpenRaster, which many
programs write, and Krita's own."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from inksift.curation.gather.gate.drawn.found import Check, Inside, unsupported

PREVIEW = "preview"
"""The flag of a drawing that is read from a small preview, for want of the whole."""

MEMBERS = {
    "mergedimage.png": "",
    "Thumbnails/thumbnail.png": PREVIEW,
    "preview.png": PREVIEW,
}
"""Where the picture may stand, the best place first, and the flag that goes with it."""

MEMBER_BYTES = 256 * 2**20
"""Of an unpacked member: a picture of fifty megapixels in a PNG that packs badly."""


def read_archive(data: bytes, check: Check) -> Inside:
    """The flattened picture, else the preview; UndecodableError where there is neither."""
    with ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        found = next((name for name in MEMBERS if name in names), None)
        if found is None:
            raise unsupported("drawing without a flattened picture")
        return Inside(_member(archive, found), "PNG", MEMBERS[found])


def _member(archive: ZipFile, name: str) -> bytes:
    """A member's bytes; ValueError for more than it may have, whatever it promises."""
    with archive.open(name) as file:
        found = file.read(MEMBER_BYTES + 1)
    if len(found) > MEMBER_BYTES:
        raise ValueError(f"{name} unfolds to more than {MEMBER_BYTES >> 20} MB")
    return found
