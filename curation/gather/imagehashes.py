"""Our pictures beside `imagehash` values that somebody else computed: a list of known pictures, an
index of another program.

    read = Thumbnails(workspace, thumbnails)
    known = imagehash.hex_to_hash("d1c4e8a5b3929ce6")
    near = [image_id for image_id in ids if imagehash_of(read(image_id)) - known <= 8]

The hashes that inksift itself compares (HASHES) are the same function of the picture without its
uniform borders: `stored_imagehash` reads one of them."""

from __future__ import annotations

import imagehash
from PIL import Image

from inksift.curation.base.rgb import Rgb


def imagehash_of(rgb: Rgb) -> imagehash.ImageHash:
    """`imagehash.phash` of a picture, 64 bits; of a thumbnail, for little cost.

    A thumbnail's hash is mostly that of the original, and seldom more than 2 of its 64 bits away.
    Subtract two hashes for the bits in which they differ."""
    return imagehash.phash(Image.fromarray(rgb))


def stored_imagehash(bits: int) -> imagehash.ImageHash:
    """A 64-bit hash as HASHES stores it (`oriented`, the first of a picture) as an ImageHash.

    >>> str(stored_imagehash(0x0123456789ABCDEF))
    '0123456789abcdef'
    """
    return imagehash.hex_to_hash(f"{int(bits):016x}")
