"""Colours by a profile, as sRGB: what a screen shows.

The table for perception is used where a profile has one, else relative colorimetry, as Chromium
does. The black of a press becomes the black of the screen (black point compensation), as in
programs for printing; nothing else is compensated. A profile that says sRGB in whatever form
changes nothing."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from inksift.curation.base.rgb import Rgb
from inksift.curation.gather.gate.colour_modes import DEEP_GREYS, to_rgb

PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Pillow's mode of the pixels that a profile speaks of."""

CLASSES = ("scnr", "mntr", "prtr", "spac")
"""Kinds of profiles that describe pixels; others link devices or name colours."""

SAME_LEVELS = 1
"""Levels by which a profile may differ from sRGB and still be it: rounding."""

LEAST_SPAN = 64
"""Levels between the lightest and the darkest colour that a profile which makes sense has."""

MAX_PROFILE_BYTES = 8 * 2**20
"""Twice the largest of a real press."""

KEPT_TRANSFORMS = 4
"""Of the last profiles: most files of a folder have one of a few."""

ROWS = 256
"""Rows of an array that are turned at a time."""


class Transform(Protocol):
    """What turns the colours of a picture."""

    def apply(self, im: Image.Image, /) -> Image.Image:
        """The picture in sRGB."""


class ToSrgb(NamedTuple):
    """How pixels of `mode` become sRGB."""

    mode: str
    transform: Transform


class OddProfileError(Exception):
    """A profile that cannot be read, or whose colours make no sense."""


@lru_cache(KEPT_TRANSFORMS)
def to_srgb(profile: bytes) -> ToSrgb | None:
    """How pixels under an ICC profile become sRGB; None for sRGB itself.

    OddProfileError for a profile that cannot be used."""
    if len(profile) > MAX_PROFILE_BYTES:
        raise OddProfileError(f"a profile of {len(profile)} bytes")
    try:
        found = _transform(profile)
        probes, turned = _probed(found)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise OddProfileError(str(error)) from error
    if int(turned.max()) - int(turned.min()) < LEAST_SPAN:
        raise OddProfileError("it makes all colours the same")
    if found.mode != "CMYK" and np.abs(turned - probes).max() <= SAME_LEVELS:
        return None
    return found


def _transform(profile: bytes) -> ToSrgb:
    theirs = ImageCms.ImageCmsProfile(BytesIO(profile))
    mode = PROFILE_MODES.get(theirs.profile.xcolor_space.strip())
    if mode is None or theirs.profile.device_class not in CLASSES:
        raise OddProfileError(f"a profile of {theirs.profile.xcolor_space.strip()}")
    ours = ImageCms.ImageCmsProfile(BytesIO(_plain_srgb()))
    intent, flags = ImageCms.Intent.PERCEPTUAL, ImageCms.Flags.NONE
    if mode == "CMYK":
        flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
    return ToSrgb(mode, ImageCms.buildTransform(theirs, ours, mode, "RGB", intent, flags))


@lru_cache(1)
def _plain_srgb() -> bytes:
    """sRGB said to be of version 2: for version 4, the engine would compensate black points."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    data[8:10] = b"\x02\x40"
    return bytes(data)


def _probed(found: ToSrgb) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Colours from all over the space, and what becomes of them."""
    channels = len(Image.new(found.mode, (1, 1)).getbands())
    steps = np.linspace(0, 255, 256 if channels == 1 else 9 if channels == 3 else 5)
    grid = np.stack(np.meshgrid(*[np.rint(steps)] * channels), axis=-1).astype(np.uint8)
    flat = np.ascontiguousarray(grid.reshape(1, -1, channels))
    image = Image.fromarray(flat[..., 0] if channels == 1 else flat, found.mode)
    turned = np.asarray(found.transform.apply(image)).reshape(-1, 3)
    return flat.reshape(-1, channels).astype(np.int64), turned.astype(np.int64)


def shown_image(image: Image.Image, how: ToSrgb) -> Image.Image:
    """The picture in sRGB, its transparency as it was; as it is, where the profile speaks of other
    pixels. The picture that is given stays: later frames may be laid over it."""
    plain = _plain(image)
    return _turned(plain, how, ours=plain is not image)


def _turned(image: Image.Image, how: ToSrgb, *, ours: bool) -> Image.Image:
    """The same for a plain mode; in place where the picture is `ours`, which saves the room of a
    second one."""
    if image.mode in ("LA", "RGBA"):
        colours = _turned(image.convert(image.mode[:-1]), how, ours=True).convert("RGB")
        colours.putalpha(image.getchannel("A"))
        return colours
    if image.mode == "L" and how.mode == "RGB":
        image, ours = image.convert("RGB"), True
    if image.mode != how.mode:
        return image
    if ours and image.mode == "RGB" and isinstance(how.transform, ImageCms.ImageCmsTransform):
        how.transform.apply_in_place(image)
        return image
    return how.transform.apply(image)


def _plain(image: Image.Image) -> Image.Image:
    """The same picture in one of the modes L, LA, RGB, RGBA and CMYK."""
    mode, clear = image.mode, "transparency" in image.info
    if mode.startswith("I;16") or mode in DEEP_GREYS:
        return Image.fromarray(np.ascontiguousarray(to_rgb(image)[..., 0]))
    if mode in ("La", "RGBa"):
        return image.convert(mode.upper())
    if clear or mode in ("P", "PA"):
        return image.convert("RGBA" if clear or mode == "PA" else "RGB")
    if mode == "1":
        return image.convert("L")
    return image if mode in ("L", "LA", "RGB", "RGBA", "CMYK") else image.convert("RGB")


def shown_rgb(rgb: Rgb, how: ToSrgb) -> Rgb:
    """The array in sRGB, turned in strips."""
    result = np.empty_like(rgb)
    for start in range(0, len(rgb), ROWS):
        strip = Image.fromarray(np.ascontiguousarray(rgb[start : start + ROWS]))
        result[start : start + ROWS] = np.asarray(how.transform.apply(strip))
    return result
