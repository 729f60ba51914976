"""How many of 18 drawings are recognised when they are saved in another colour space.

    python benchmarks/colour_copies.py

Each drawing (of `curation/sample/`) is written as sRGB and in every other space, both are read by
the gate, and `dedup` says what the two are to each other. `raw` is the same without a conversion of
colours, as inksift read them before. Profiles come from Debian's libgs-common. The last line is
JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO

import numpy as np
from format_encoders import chunk, pillow, profile, with_chunks
from PIL import Image, ImageCms

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.relation import relate
from inksift.curation.gather.gate.colorimetry import numbered_colours, written_profile
from inksift.curation.gather.gate.decode import decode
from inksift.curation.sample.scenes import SUBJECTS, draw_scene
from inksift.curation.sample.styles import STYLES, paint

SEEDS = (*range(14), *range(15, 19))  # the scene of 14 cannot be painted
DRAWINGS, SIDE_PX, MAX_PIXELS, THUMBNAIL_PX = len(SEEDS), 360, 10**7, 640


def main() -> None:
    """Print the table and one line of JSON."""
    counts = {}
    for name, write in SPACES.items():
        counts[name] = [0, 0]
        for number in SEEDS:
            drawing = drawn(number)
            data = write(drawing)
            counts[name][0] += is_copy(np.asarray(drawing), raw(data))
            counts[name][1] += is_copy(np.asarray(drawing), decode(data, max_pixels=MAX_PIXELS).rgb)
        print(f"{name:20}{'raw':>5}{counts[name][0]:4}{'read':>6}{counts[name][1]:4} of {DRAWINGS}")
    print(json.dumps({"benchmark": "colour_copies", "drawings": DRAWINGS, "raw_and_read": counts}))


def drawn(number: int) -> Image.Image:
    """One of the drawings."""
    subjects, styles = sorted(SUBJECTS), sorted(STYLES)
    rng = np.random.default_rng(number)
    scene = draw_scene(subjects[number % len(subjects)], 1.0, 0.8, rng)
    return Image.fromarray(paint(scene, styles[number % len(styles)], SIDE_PX, rng))


def is_copy(one: Rgb, other: Rgb) -> bool:
    """Whether one of the two would be left out."""
    views = []
    for rgb in (one, other):
        views.append(View(shrink(rgb, THUMBNAIL_PX), width=rgb.shape[1], height=rgb.shape[0]))
    return relate(*views).kind == "duplicate"


def raw(data: bytes) -> Rgb:
    """The pixels without their colour space."""
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def in_icc(icc: bytes, mode: str, kind: str) -> Callable[[Image.Image], bytes]:
    """A writer into the space of a profile."""
    theirs = ImageCms.ImageCmsProfile(BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(srgb, theirs, "RGB", mode)
    transform.output_profile = ImageCms.ImageCmsProfile(srgb)  # not all profiles write back

    def write(image: Image.Image) -> bytes:
        return pillow(
            transform.apply(image),
            kind,
            icc_profile=icc,
            **({"quality": 92} if kind == "JPEG" else {}),
        )

    return write


def linear(image: Image.Image) -> bytes:
    """Linear light, of which gAMA tells."""
    values = np.asarray(image) / 255
    light = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    data = pillow(Image.fromarray(np.rint(light * 255).astype(np.uint8)), "PNG")
    return with_chunks(data, chunk(b"gAMA", (100_000).to_bytes(4, "big")))


def display_p3() -> bytes:
    """The profile of screens of today."""
    colours = numbered_colours(12, 13)
    assert colours
    return written_profile(colours)


SPACES = {
    "Display P3": in_icc(display_p3(), "RGB", "PNG"),
    "Adobe RGB": in_icc(profile("ghostscript/a98.icc"), "RGB", "PNG"),
    "ProPhoto RGB": in_icc(profile("ghostscript/rommrgb.icc"), "RGB", "PNG"),
    "linear (gAMA)": linear,
    "CMYK": in_icc(profile("ghostscript/default_cmyk.icc"), "CMYK", "JPEG"),
}

if __name__ == "__main__":
    main()
