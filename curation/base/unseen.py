"""What a picture does not show by itself: its transparency, and the other frames of its file.

A comparison needs both, small: a drawing in white ink is blank on white, and two animations may
begin alike."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.strips import working_size
from inksift.curation.base.thumbnail_codec import pack, packed_size, unpack

Alpha = npt.NDArray[np.uint8]
"""How opaque every pixel is: height x width, 0 to 255."""

WHITE, BLACK = 255, 0
"""The grey levels that a transparent picture is laid on."""

FILM_FRAMES = 4
"""Frames that stand for an animation in a comparison, from its first to its last."""

FILM_SIDE_PX = 128
"""Longest side of such a frame."""

_HEADER = struct.Struct("!BBB")
_LENGTH = struct.Struct("!I")


class Unseen(NamedTuple):
    """`alpha` is None for an opaque picture; `ground` is the grey level that a transparent one is
    shown on; `film` holds a few frames of a file that has several, in order, as they are shown."""

    alpha: Alpha | None = None
    ground: int = WHITE
    film: tuple[Rgb, ...] = ()

    def small(self, longest_side_px: int) -> Unseen:
        """The same at the size of the working thumbnail."""
        if self.alpha is None:
            return self
        alpha = working_size(self.alpha, longest_side_px)
        return self._replace(alpha=alpha)

    def on(self, rgb: Rgb, colour: tuple[int, int, int]) -> Rgb:
        """The picture `rgb`, which lies on `ground`, laid on another colour."""
        if self.alpha is None:
            return rgb
        through = (255 - self.alpha.astype(np.float32))[..., None] / 255
        change = np.asarray(colour, np.float32) - self.ground
        return np.clip(np.rint(rgb + through * change), 0, 255).astype(np.uint8)


NOTHING_UNSEEN = Unseen()


def nothing_unseen(_image_id: str) -> Unseen:
    """For readers of pictures that show all that there is."""
    return NOTHING_UNSEEN


def film_of(frames: list[Rgb]) -> tuple[Rgb, ...]:
    """A few frames that stand for all of these, evenly spread, small; none for a single one."""
    if len(frames) < 2:
        return ()
    chosen = np.linspace(0, len(frames) - 1, FILM_FRAMES).round().astype(int)
    return tuple(film_frame(frames[at]) for at in dict.fromkeys(chosen.tolist()))


def film_frame(rgb: Rgb) -> Rgb:
    """A frame as a film holds it."""
    return shrink(rgb, FILM_SIDE_PX)


def pack_unseen(unseen: Unseen) -> bytes:
    """As bytes; none where nothing is unseen."""
    if unseen.alpha is None and not unseen.film:
        return b""
    alphas = [] if unseen.alpha is None else [np.asarray(cv2.merge([unseen.alpha] * 3), np.uint8)]
    parts = [pack(rgb) for rgb in (*alphas, *unseen.film)]
    lengths = b"".join(_LENGTH.pack(len(part)) + part for part in parts)
    return _HEADER.pack(len(alphas), unseen.ground, len(unseen.film)) + lengths


def unpack_unseen(data: bytes) -> Unseen:
    """What `pack_unseen` was given; ValueError for bytes that it did not make."""
    if not data:
        return NOTHING_UNSEEN
    alphas, ground, _ = check_unseen(data)
    pictures = [unpack(part) for part in _parts(data)]
    alpha = np.ascontiguousarray(pictures[0][..., 0]) if alphas else None
    return Unseen(alpha, ground, tuple(pictures[alphas:]))


def check_unseen(data: bytes) -> tuple[int, int, int]:
    """The header: how many alphas, the ground, how many frames. ValueError, at little cost, for
    bytes of a stranger."""
    if len(data) < _HEADER.size:
        raise ValueError("too short for what a picture does not show")
    alphas, ground, frames = _HEADER.unpack_from(data)
    sizes = [packed_size(part) for part in _parts(data)]
    film = sizes[alphas:]
    if alphas > 1 or frames > FILM_FRAMES or len(sizes) != alphas + frames:
        raise ValueError("not what a picture does not show")
    if max((max(size) for size in film), default=0) > FILM_SIDE_PX:
        raise ValueError("a frame too large for a film")
    return alphas, ground, frames


def _parts(data: bytes) -> Iterator[bytes]:
    at = _HEADER.size
    while at < len(data):
        if at + _LENGTH.size > len(data):
            raise ValueError("a part is cut off")
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if at + length > len(data):
            raise ValueError("a part is cut off")
        yield data[at : at + length]
        at += length
