"""HEIC, as telephones write it, by libheif."""

from __future__ import annotations

from PIL import Image

from inksift.curation.gather.gate.drawn.found import Check, Whole, library

BY_ALPHA = {"RGBA": "RGBa", "LA": "La"}
"""Pillow's modes for colours that are multiplied by their alpha."""


def read_heic(data: bytes, check: Check) -> Whole:
    """The main picture, turned as its boxes say, with 8 bits a channel."""
    heif = library("pillow_heif", extra="heic", name="HEIC")
    heif.options.DECODE_THREADS = 1
    heif.options.THUMBNAILS = heif.options.DEPTH_IMAGES = heif.options.AUX_IMAGES = False
    main = heif.open_heif(data, convert_hdr_to_8bit=True)
    check(main.size)
    image = main.to_pillow()
    check(image.size)
    if main.premultiplied_alpha and image.mode in BY_ALPHA:
        image = Image.frombytes(BY_ALPHA[image.mode], image.size, image.tobytes())
    return Whole(image, main.info.get("icc_profile"))
