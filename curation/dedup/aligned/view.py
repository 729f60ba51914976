"""What comparing needs of one picture: a small copy, its content and page, and its keypoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.arrays import Floats32
from inksift.curation.base.rgb import Rgb, shrink
from inksift.curation.base.thumbnail_codec import pack, unpack
from inksift.curation.base.trim import TRIM_SIDE_PX, trim, whole_box
from inksift.curation.base.unseen import NOTHING_UNSEEN, Unseen, pack_unseen, unpack_unseen

Bytes = npt.NDArray[np.uint8]
Source = Callable[[], tuple[Rgb, Unseen]]
"""Gives a thumbnail, and what it does not show, once more."""


@dataclass(frozen=True)
class ViewLimits:
    """How much of a picture is looked at.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`."""

    side_px: int = 192
    """Longest side of the small copy. 256 px was no better there, at half the speed."""

    square_px: int = 32
    """Side of the squares by which an orientation is chosen."""

    most_keypoints: int = 300
    """Keypoints kept, those with the most contrast; comparing takes their number squared."""

    contrast_threshold: float = 0.01
    """SIFT's least contrast of a keypoint. OpenCV's default is 0.04: flat drawings have few."""

    edge_threshold: float = 20.0
    """SIFT's largest ratio of curvatures. OpenCV's default is 10: drawings are made of lines."""


_LIMITS = ViewLimits()


class View:
    """A picture of at most 192 px a side, made of its thumbnail. `width` and `height` are those of
    the original, and `source` gives the thumbnail again; without one, a packed copy is held."""

    def __init__(
        self,
        thumbnail: Rgb,
        *,
        width: int,
        height: int,
        unseen: Unseen = NOTHING_UNSEEN,
        source: Source | None = None,
    ) -> None:
        self.ground, self.film = unseen.ground, unseen.film
        self._source = source or _held(thumbnail, unseen)
        self._layers = _packed(thumbnail, unseen)
        self.rgb: Rgb = np.ascontiguousarray(shrink(thumbnail, _LIMITS.side_px, cv2.INTER_AREA))
        self.width, self.height = width, height
        # The larger picture is trimmed: at 192 px a thin border is mixed with what it frames.
        trimmed = trim(thumbnail)
        self.content, self.page = (
            box.scaled(thumbnail.shape[:2], self.rgb.shape[:2]) for box in trimmed
        )

    @property
    def transparent(self) -> bool:
        """Whether other grounds than `ground` would show through it."""
        return self._layers is not None

    def on(self, colour: tuple[int, int, int]) -> View:
        """A transparent picture laid on another colour, of which nothing is unseen then."""
        if self._layers is None:
            return self
        rgb, layers = unpack(self._layers[0]), unpack_unseen(self._layers[1])

        def laid() -> tuple[Rgb, Unseen]:
            thumbnail, unseen = self._source()
            return unseen.on(thumbnail, colour), NOTHING_UNSEEN

        on_colour = layers.on(rgb, colour)
        return View(on_colour, width=self.width, height=self.height, source=laid)

    def thumbnail(self) -> Rgb:
        """What the view was made of, for a closer look: unpacked or read again at every call, as
        thousands of views stay in memory."""
        return self._source()[0]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the small copy in pixels."""
        return self.rgb.shape[0], self.rgb.shape[1]

    @property
    def bordered(self) -> bool:
        """Whether a border of one colour lies around the page."""
        return self.page != whole_box(self.rgb)

    @cached_property
    def keypoints(self) -> tuple[Floats32, Bytes]:
        """SIFT: n x 2 places (x, y) and n x 128 descriptors, whole numbers from 0 to 255."""
        points, descriptors = detected(self.rgb, _LIMITS.most_keypoints)
        places = np.array([point.pt for point in points], np.float32).reshape(-1, 2)
        # OpenCV's descriptors are bytes held as floats: thousands of views stay in memory.
        return places, descriptors.astype(np.uint8)

    @cached_property
    def content_square(self) -> Floats32:
        """The content as 32 x 32 grey levels of mean 0 and length 1."""
        return view_square(self.content.cut(self.rgb))

    @cached_property
    def page_square(self) -> Floats32:
        """The same of the page."""
        return view_square(self.page.cut(self.rgb))


def _held(thumbnail: Rgb, unseen: Unseen) -> Source:
    """A source that keeps a packed copy."""
    packed = pack(thumbnail), pack_unseen(unseen)
    return lambda: (unpack(packed[0]), unpack_unseen(packed[1]))


def _packed(thumbnail: Rgb, unseen: Unseen) -> tuple[bytes, bytes] | None:
    """A transparent picture at the size at which borders are looked for; packed, as thousands of
    views stay in memory."""
    if unseen.alpha is None:
        return None
    alpha = shrink(unseen.alpha, TRIM_SIDE_PX)
    layers = unseen._replace(alpha=alpha, film=())
    return pack(shrink(thumbnail, TRIM_SIDE_PX)), pack_unseen(layers)


def detected(rgb: Rgb, most: int) -> tuple[list[cv2.KeyPoint], Floats32]:
    """At most so many SIFT keypoints, those with the most contrast (or more where it ties), and
    n x 128 descriptors, as OpenCV gives them."""
    sift = cv2.SIFT.create(
        nfeatures=most,
        contrastThreshold=_LIMITS.contrast_threshold,
        edgeThreshold=_LIMITS.edge_threshold,
    )
    found, raw = sift.detectAndCompute(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), None)
    descriptors = np.zeros((0, 128), np.float32) if raw is None else np.asarray(raw, np.float32)
    return list(found), descriptors


def roots(descriptors: Bytes | Floats32) -> Floats32:
    """Square roots of the shares in each row: dot products of these compare descriptors, equal ones
    have 1."""
    numbers = descriptors.astype(np.float32)
    sums = numbers.sum(axis=1, keepdims=True)
    return np.asarray(np.sqrt(numbers / np.maximum(sums, 1e-6)), np.float32)


def view_square(rgb: Rgb) -> Floats32:
    """A picture as 32 x 32 grey levels of mean 0 and length 1; zeros where it has one level."""
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    side = _LIMITS.square_px
    small = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    square = small - small.mean()
    length = float(np.linalg.norm(square))
    # A square of one grey level has no direction; zeros correlate with nothing.
    return np.asarray(square / length if length > 1 else np.zeros_like(square), np.float32)
