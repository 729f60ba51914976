"""Which colours a file says its pixels have, in the order in which Chromium listens: numbers of a
PNG before its profile, a profile before gamma, and before the numbers of an AVIF."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

from inksift.curation.gather.gate.avif_boxes import colour_numbers
from inksift.curation.gather.gate.bright import BRIGHT, Toned
from inksift.curation.gather.gate.colorimetry import (
    PRIMARIES,
    SRGB_PRIMARIES,
    TRANSFERS,
    Colours,
    numbered_colours,
    power,
    written_profile,
)
from inksift.curation.gather.gate.png_chunks import unpacked_profile
from inksift.curation.gather.gate.srgb import OddProfileError, ToSrgb, to_srgb

ODD_PROFILE = "odd_profile"
"""The flag of a file whose colours cannot be told: they are read as sRGB."""

SRGB_GAMMA = 45_455
"""What encoders write for sRGB, times 100,000, though its curve is no plain gamma."""

NEAR_GAMMA = 50
"""How far from it a gamma may be that means sRGB."""

NEAR_PRIMARIES = 0.002
"""How far from those of sRGB primaries may be that mean them."""

SRGB_CURVE = 13
"""The number of sRGB's curve."""

CAMERAS = (1, 6, 14, 15)
"""Curves of television's cameras, which Chromium takes for sRGB's in an AVIF, but not in a PNG."""

GAMMAS = (1_000, 1_000_000)
"""Least and greatest gamma that is believed, times 100,000."""


def png_colours(remarks: Mapping[bytes, bytes]) -> tuple[ToSrgb | None, str]:
    """How the pixels of a PNG become sRGB (None: they are), and a note."""
    numbers = remarks.get(b"cICP", b"")
    if len(numbers) >= 4 and is_known(*numbers[:2]) and not numbers[2]:
        return _numbered(*numbers[:2]), ""
    if b"iCCP" in remarks:
        return _packed(remarks[b"iCCP"])
    if b"sRGB" in remarks or len(remarks.get(b"gAMA", b"")) < 4:
        return None, ""
    (gamma,) = struct.unpack_from(">I", remarks[b"gAMA"])
    primaries = _primaries(remarks.get(b"cHRM", b""))
    if not GAMMAS[0] <= gamma <= GAMMAS[1]:
        return None, ODD_PROFILE
    if abs(gamma - SRGB_GAMMA) <= NEAR_GAMMA and primaries == SRGB_PRIMARIES:
        return None, ""
    return _described(Colours(primaries, power(100_000 / gamma)))


def other_colours(kind: str, info: Mapping[Any, Any], data: bytes) -> tuple[ToSrgb | None, str]:
    """The same for the other formats: `info` is Pillow's, `kind` its name of the format."""
    profile = info.get("icc_profile")
    if profile:
        return _by_profile(bytes(profile))
    numbers = colour_numbers(data) if kind in ("AVIF", "HEIC") else None
    if not numbers or not is_known(*numbers):
        return None, ""
    primaries, transfer = numbers
    return _numbered(primaries, SRGB_CURVE if transfer in CAMERAS else transfer), ""


def _numbered(primaries: int, transfer: int) -> ToSrgb | None:
    if transfer in BRIGHT:
        return ToSrgb("RGB", Toned(primaries, transfer))
    colours = numbered_colours(primaries, transfer)
    return to_srgb(written_profile(colours)) if colours else None


def is_known(primaries: int, transfer: int) -> bool:
    """Whether numbers of H.273 name a space that is shown here."""
    return primaries in PRIMARIES and (transfer in TRANSFERS or transfer in BRIGHT)


def _packed(chunk: bytes) -> tuple[ToSrgb | None, str]:
    try:
        return _by_profile(unpacked_profile(chunk))
    except (ValueError, zlib.error):
        return None, ODD_PROFILE


def _by_profile(profile: bytes) -> tuple[ToSrgb | None, str]:
    try:
        return to_srgb(profile), ""
    except OddProfileError:
        return None, ODD_PROFILE


def _described(colours: Colours) -> tuple[ToSrgb | None, str]:
    try:
        return to_srgb(written_profile(colours)), ""
    except (OddProfileError, ValueError):
        return None, ODD_PROFILE


def _primaries(chunk: bytes) -> tuple[float, ...]:
    """x and y of red, green, blue and white in a cHRM chunk, which has white first."""
    if len(chunk) < 32:
        return SRGB_PRIMARIES
    values = [value / 100_000 for value in struct.unpack_from(">8I", chunk)]
    found = (*values[2:], *values[:2])
    near = all(
        abs(one - other) < NEAR_PRIMARIES for one, other in zip(found, SRGB_PRIMARIES, strict=True)
    )
    return SRGB_PRIMARIES if near else found
