"""Colour spaces that a file names by number or by gamma and primaries, as the colour profile that
one engine can read.

Numbers are those of ITU-T H.273, which PNG (cICP) and AVIF (nclx) use."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Curve = Callable[[Reals], Reals]
"""From what is stored, 0 to 1, to linear light, 0 to 1."""

CURVE_STEPS = 255 * 16 + 1
"""Entries of a stored curve: every 8-bit level has one of its own."""

D65 = (0.3127, 0.3290)
"""The white of sRGB, of television and of most screens."""

DCI_WHITE = (0.314, 0.351)
"""The greenish white of cinema projectors."""

C_WHITE = (0.310, 0.316)
"""The white of American television of 1953."""

D50_XYZ = np.array([0.9642, 1.0, 0.8249])
"""The white of every profile's connection space."""

BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""From XYZ to the cone responses in which one white is adapted to another."""

SRGB_PRIMARIES = (0.640, 0.330, 0.300, 0.600, 0.150, 0.060, *D65)
"""x and y of red, green, blue and white."""

PRIMARIES = {
    1: SRGB_PRIMARIES,
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *C_WHITE),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *C_WHITE),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *DCI_WHITE),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *D65),
}
"""Colour primaries by their number in H.273."""

CINEMA_WHITE = 48 / 52.37
"""The white of the cinema beside the largest value."""


def power(exponent: float) -> Curve:
    """A plain gamma."""

    def curve(values: Reals) -> Reals:
        return np.asarray(values**exponent)

    return curve


def srgb(values: Reals) -> Reals:
    """The curve of sRGB."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _cinema(values: Reals) -> Reals:
    return np.minimum(values**2.6 / CINEMA_WHITE, 1)


TRANSFERS: dict[int, Curve] = {
    1: power(2.4),
    4: power(2.2),
    5: power(2.8),
    6: power(2.4),
    8: power(1.0),
    13: srgb,
    14: power(2.4),
    15: power(2.4),
    17: _cinema,
}
"""Transfer characteristics by their number in H.273. Those of television's cameras (1, 6, 14, 15)
are shown by the gamma of its screens."""


class Colours(NamedTuple):
    """A colour space: x and y of red, green, blue and white, and the curve to linear light."""

    primaries: tuple[float, ...]
    curve: Curve


def numbered_colours(primaries: int, transfer: int) -> Colours | None:
    """The space with these numbers; None for sRGB, and for numbers that say nothing."""
    if (primaries, transfer) == (1, 13) or primaries not in PRIMARIES or transfer not in TRANSFERS:
        return None
    return Colours(PRIMARIES[primaries], TRANSFERS[transfer])


def written_profile(colours: Colours) -> bytes:
    """The space as an ICC profile; ValueError for primaries that span no space."""
    matrix = to_d50(colours.primaries)
    light = colours.curve(np.linspace(0, 1, CURVE_STEPS))
    stored = np.rint(np.clip(light, 0, 1) * 65_535).astype(">u2").tobytes()
    curve = b"curv" + bytes(4) + struct.pack(">I", CURVE_STEPS) + stored
    tags = {b"desc": _described(), b"wtpt": _xyz(D50_XYZ)}
    for index, name in enumerate((b"r", b"g", b"b")):
        tags[name + b"XYZ"] = _xyz(matrix[:, index])
        tags[name + b"TRC"] = curve
    return _with_header(tags)


def to_d50(primaries: tuple[float, ...]) -> Reals:
    """The matrix from linear red, green and blue to XYZ under D50."""
    xy = np.array(primaries).reshape(4, 2)
    if not np.isfinite(xy).all() or (xy[:, 1] < 0.001).any() or np.abs(xy).max() > 2:
        raise ValueError(f"primaries {primaries}")
    xyz = np.stack([xy[:, 0] / xy[:, 1], np.ones(4), (1 - xy.sum(axis=1)) / xy[:, 1]])
    try:
        scale = np.linalg.solve(xyz[:, :3], xyz[:, 3])
    except np.linalg.LinAlgError as error:
        raise ValueError(f"primaries {primaries}") from error
    ratio = (BRADFORD @ D50_XYZ) / (BRADFORD @ xyz[:, 3])
    adapted = np.linalg.inv(BRADFORD) @ np.diag(ratio) @ BRADFORD
    return np.asarray(adapted @ (xyz[:, :3] * scale))


def _xyz(values: Reals) -> bytes:
    if np.abs(values).max() > 4:
        raise ValueError(f"XYZ {values}")
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(value * 65_536) for value in values))


def _described() -> bytes:
    text = b"named in the file\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)


def _with_header(tags: dict[bytes, bytes]) -> bytes:
    place, table, body = 132 + 12 * len(tags), b"", b""
    for name, value in tags.items():
        table += struct.pack(">4sII", name, place + len(body), len(value))
        body += value.ljust(-(-len(value) // 4) * 4, b"\0")
    white = _xyz(D50_XYZ)[8:]
    header = struct.pack(
        ">I4sI4s4s4s12s4s28s12s48s",
        place + len(body),
        b"none",
        0x02400000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        bytes(12),
        b"acsp",
        bytes(28),
        white,
        bytes(48),
    )
    return header + struct.pack(">I", len(tags)) + table + body
