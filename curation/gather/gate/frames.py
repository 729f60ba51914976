"""Files of several frames or pages: which one is shown, and what tells the file from others that
show the same one.

The work is bounded: at most `MOST_FRAMES` frames after the first, and in all of them as many pixels
as one picture may have, once more where another than the first is shown. A file that goes on beyond
that is the same only as one of the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from PIL import Image

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import film_frame, film_of
from inksift.curation.gather.gate.ground import Shown
from inksift.curation.gather.signals.colours import colours

WITH_FRAMES = ("GIF", "PNG", "WEBP", "AVIF", "TIFF")
"""Formats that may hold several frames or pages and are read beyond the first."""

WITH_PAGES = ("TIFF",)
"""Formats whose pictures are pages and no animation: the first counts unless it is blank."""

MOST_FRAMES = 63
"""Frames looked at after the first."""

SHOWS_LITTLE = 0.6
"""Share of the most that any frame shows: a first frame below it is a title card or the begin of a
fade. By eye, as are the next two."""

BLANK_BITS = 0.1
"""Bits of colour below which a page is blank."""

SHOWS_ENOUGH = 0.9
"""Share of the most that any frame shows, from which a later one may stand for the file."""

AsSeen = Callable[[Image.Image], Shown]
"""A loaded frame as people see it."""


class Chosen(NamedTuple):
    """The picture that stands for the file, with all that tells it from others in its `identity`,
    and the `film` of its frames, none for a single one."""

    shown: Shown
    film: tuple[Rgb, ...] = ()


@dataclass
class _Look:
    """What was seen so far of a file of several frames."""

    left_px: int
    """Pixels that may still be decoded."""

    digests: list[bytes] = field(default_factory=list)
    frames: list[Rgb] = field(default_factory=list)
    bits: list[float] = field(default_factory=list)
    whole: bool = False
    """Whether nothing of the file was left out."""

    def add(self, shown: Shown) -> None:
        height, width = shown.rgb.shape[:2]
        self.left_px -= height * width
        self.digests.append(_digest(shown))
        self.frames.append(film_frame(shown.rgb))
        self.bits.append(colours(self.frames[-1]))

    def identity(self, data: bytes) -> bytes:
        """What tells the file from others: its frames, and its bytes where it has more."""
        rest = b"" if self.whole else hashlib.sha256(data).digest()
        return hashlib.sha256(b"".join(self.digests) + rest).digest()


def choose_frame(
    image: Image.Image,
    first: Shown,
    *,
    kind: str,
    seen: AsSeen,
    data: bytes,
    max_pixels: int,
    begin: int = 0,
) -> Chosen:
    """The frame that stands for an opened file, whose `first` is read already: that one where it
    shows about as much as any, else the first that does. The first is Pillow's frame `begin`: some
    PNGs have a picture before it that no animation shows.

    Later frames that are damaged cost no picture: what is left of the file counts by its bytes."""
    if kind not in WITH_FRAMES or not _goes_on(image):
        return Chosen(first)
    look = _Look(max_pixels)
    look.add(first)
    _look_through(image, look, seen, begin)
    number = len(look.frames)
    if number == 1 and look.whole:
        return Chosen(first)
    at = _best(look.bits, kind)
    shown = first if at == 0 else _frame(image, begin + at, seen) or first
    at = 0 if shown is first else at
    note = "; ".join(filter(None, (shown.note, _note(number, at, kind, whole=look.whole))))
    told = shown._replace(note=note, identity=look.identity(data))
    return Chosen(told, film_of(look.frames))


def _goes_on(image: Image.Image) -> bool:
    """Whether the file says that it holds more; bad metadata costs no picture."""
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:
        return False


def _look_through(image: Image.Image, look: _Look, seen: AsSeen, begin: int) -> None:
    for at in range(1, MOST_FRAMES + 2):
        try:
            image.seek(begin + at)
        except EOFError:
            look.whole = True
            return
        except Exception:
            return
        width, height = image.size
        if at > MOST_FRAMES or not 0 < width * height <= look.left_px:
            return
        shown = _loaded(image, seen)
        if shown is None:
            return
        look.add(shown)


def _frame(image: Image.Image, at: int, seen: AsSeen) -> Shown | None:
    """A frame that was seen before, again; None where that fails."""
    try:
        image.seek(0)
        for step in range(1, at + 1):
            image.seek(step)
            image.load()
    except Exception:
        return None
    return _loaded(image, seen)


def _loaded(image: Image.Image, seen: AsSeen) -> Shown | None:
    """The frame at hand, None where it cannot be read: a decoder may raise anything."""
    try:
        image.load()
        return seen(image)
    except Exception:
        return None


def _best(bits: list[float], kind: str) -> int:
    """The first frame, unless it shows too little and a later one enough."""
    most = max(bits)
    paged = kind in WITH_PAGES
    least, enough = (BLANK_BITS,) * 2 if paged else (SHOWS_LITTLE * most, SHOWS_ENOUGH * most)
    if bits[0] >= least or most < enough:
        return 0
    return next(at for at, some in enumerate(bits) if some >= enough)


def _digest(shown: Shown) -> bytes:
    digest = hashlib.sha256(repr(shown.rgb.shape).encode())
    digest.update(np.ascontiguousarray(shown.rgb).data)
    digest.update(shown.identity)
    return digest.digest()


def _note(number: int, at: int, kind: str, *, whole: bool) -> str:
    """How many there are, and which one is shown.

    >>> _note(12, 4, "GIF", whole=True), _note(5, 0, "TIFF", whole=True)
    ('12 frames, shown: 5', '5 pages, first read')
    """
    more = "" if whole else "more than "
    if kind not in WITH_PAGES:
        return f"{more}{number} frames, shown: {at + 1}"
    return f"{more}{number} pages, {'first' if at == 0 else f'page {at + 1}'} read"
