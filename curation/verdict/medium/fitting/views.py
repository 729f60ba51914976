"""Views: a picture as a crawler may meet it.

As it is, squashed to a square, made smaller or tiny and re-encoded, cropped, in grey, or with its
subject cut out on white. A head that saw only pictures as they are would take the traces of JPEG
and of resizing for what sets photographs apart."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from inksift.curation.base.rgb import Rgb

VERSION = 1
"""Raise it whenever a view may show another pixel."""

_Rng = np.random.Generator
_View = Callable[[Rgb, _Rng], Rgb]

AS_IT_IS = "as it is"
SQUASHED = "squashed"
CUT_OUT = "cut out"

SCORED_VIEWS = (AS_IT_IS, SQUASHED)
"""Views in which voters, calibration and thresholds are fitted: what a crawl's pictures come in."""


@dataclass(frozen=True)
class ViewSettings:
    """How far a view goes from the picture. Chosen to span what crawls hold; no benchmark set
    them one by one."""

    squashed_px: int = 227
    """Side of the square that early networks took and old data sets were stored in."""

    smaller_px: tuple[int, int] = (160, 480)
    """Longest side of a smaller picture, from and below."""

    tiny_px: tuple[int, int] = (64, 140)
    """Longest side of a thumbnail, from and below."""

    cropped_area: tuple[float, float] = (0.35, 0.9)
    """Share of the area that a crop keeps, from and to."""

    least_crop_px: int = 32
    """A crop is not made smaller than this."""

    most_quality: int = 96
    """JPEG qualities lie below this, and at or above the least of each view."""

    squashed_quality: int = 80
    """Least JPEG quality of a squashed picture."""

    reduced_quality: int = 50
    """Least JPEG quality of a smaller or tiny picture."""

    cropped_quality: int = 60
    """Least JPEG quality of a crop."""

    grey_quality: int = 70
    """Least JPEG quality of a grey picture."""

    cut_out_quality: int = 75
    """Least JPEG quality of a subject on white."""


@dataclass(frozen=True)
class CutOutSettings:
    """How a subject is found and shown on white. Chosen by looking at the results."""

    longest_px: int = 320
    """Longest side of the picture before its subject is cut out."""

    least_px: int = 8
    """Shortest side of it."""

    search_px: int = 96
    """Side of the square on which GrabCut looks for the subject."""

    outer_low: tuple[int, int] = (6, 22)
    """Where, in px of that square, the region that may be subject begins, from and below."""

    outer_high: tuple[int, int] = (74, 90)
    """Where it ends, from and below."""

    middle: tuple[int, int] = (36, 60)
    """What is certainly subject, in px of that square, along both axes."""

    iterations: int = 3
    """Rounds of GrabCut."""

    least_share: float = 0.1
    """Where GrabCut finds less of the square than this, an ellipse stands in."""

    edge_blur_px: float = 1.5
    """Deviation of the Gaussian that softens the mask."""

    edge_steepness: float = 4.0
    """How much harder the softened edge is made again."""

    visible: float = 0.05
    """Opacity above which a pixel belongs to the subject when the margin is cut off."""

    most_border: float = 0.2
    """The white margin is at most this share of the subject's longest side."""


_VIEW, _CUT = ViewSettings(), CutOutSettings()
_WHITE = 255
"""The ground that cut-outs lie on."""


def see(view: str, image_id: str, picture: Rgb) -> Rgb:
    """A picture in one of VIEWS; what is left to chance depends on the view and `image_id`
    alone."""
    seed = int.from_bytes(hashlib.sha256(f"{view} {image_id}".encode()).digest()[:8])
    return np.ascontiguousarray(VIEWS[view](picture, np.random.default_rng(seed)))


def _as_it_is(picture: Rgb, rng: _Rng) -> Rgb:
    return picture


def _squashed(picture: Rgb, rng: _Rng) -> Rgb:
    side = _VIEW.squashed_px
    how = cv2.INTER_AREA if max(picture.shape[:2]) > side else cv2.INTER_CUBIC
    square = _resized(picture, (side, side), how)
    return _encoded(square, rng, _VIEW.squashed_quality)


def _smaller(picture: Rgb, rng: _Rng) -> Rgb:
    return _reduced(picture, int(rng.integers(*_VIEW.smaller_px)), rng)


def _tiny(picture: Rgb, rng: _Rng) -> Rgb:
    return _reduced(picture, int(rng.integers(*_VIEW.tiny_px)), rng)


def _reduced(picture: Rgb, longest_px: int, rng: _Rng) -> Rgb:
    scale = longest_px / max(picture.shape[:2])
    how = int(rng.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    if scale < 1:
        picture = _resized(picture, _size(picture, scale, least_px=1), how)
    return _encoded(_mirrored(picture, rng), rng, _VIEW.reduced_quality)


def _cropped(picture: Rgb, rng: _Rng) -> Rgb:
    share = np.sqrt(rng.uniform(*_VIEW.cropped_area))
    height, width = (_cropped_side(side, share) for side in picture.shape[:2])
    top = int(rng.integers(0, picture.shape[0] - height + 1))
    left = int(rng.integers(0, picture.shape[1] - width + 1))
    part = _mirrored(picture[top : top + height, left : left + width], rng)
    return _encoded(part, rng, _VIEW.cropped_quality) if rng.random() < 0.5 else part


def _cropped_side(side_px: int, share: float) -> int:
    return min(side_px, max(_VIEW.least_crop_px, int(side_px * share)))


def _grey(picture: Rgb, rng: _Rng) -> Rgb:
    levels = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    grey = np.asarray(cv2.cvtColor(levels, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    return _encoded(grey, rng, _VIEW.grey_quality) if rng.random() < 0.5 else grey


def _cut_out(picture: Rgb, rng: _Rng) -> Rgb:
    """The subject, found by GrabCut from the middle outwards, on white as shops show their
    goods."""
    scale = min(1.0, _CUT.longest_px / max(picture.shape[:2]))
    size = _size(picture, scale, least_px=_CUT.least_px)
    picture = _resized(picture, size, cv2.INTER_AREA)
    mask = cv2.resize(_subject(picture, rng), size, interpolation=cv2.INTER_LINEAR)
    # a hard mask would leave a staircase that no shop's picture has: soften, then steepen
    softened = cv2.GaussianBlur(mask, (0, 0), _CUT.edge_blur_px)
    opacity = np.clip((softened - 0.5) * _CUT.edge_steepness + 0.5, 0, 1)[..., None]
    shown = (picture * opacity + _WHITE * (1 - opacity)).round().astype(np.uint8)
    rows, columns = np.nonzero(opacity[..., 0] > _CUT.visible)
    shown = shown[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    border = int(rng.uniform(0, _CUT.most_border) * max(shown.shape[:2]))
    margins = ((border, border), (border, border), (0, 0))
    framed = np.pad(shown, margins, constant_values=_WHITE)
    return _encoded(framed, rng, _VIEW.cut_out_quality)


def _subject(picture: Rgb, rng: _Rng) -> npt.NDArray[np.float32]:
    """A square of float32, 1 where the subject is; an ellipse where GrabCut finds next to
    nothing."""
    side = _CUT.search_px
    small = _resized(picture, (side, side), cv2.INTER_AREA)
    left, top = (int(edge) for edge in rng.integers(*_CUT.outer_low, 2))
    right, bottom = (int(edge) for edge in rng.integers(*_CUT.outer_high, 2))
    certain = slice(*_CUT.middle)
    guess = np.full((side, side), cv2.GC_BGD, np.uint8)
    guess[top:bottom, left:right] = cv2.GC_PR_FGD
    guess[certain, certain] = cv2.GC_FGD
    cv2.setRNGSeed(0)  # GrabCut draws from OpenCV's own generator
    ignored = (0, 0, 0, 0)  # with a mask there is no rectangle to begin from
    behind, front = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, guess, ignored, behind, front, _CUT.iterations, cv2.GC_INIT_WITH_MASK)
    subject = np.isin(guess, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    if subject.mean() < _CUT.least_share:
        centre = (left + right) // 2, (top + bottom) // 2
        radii = (right - left) // 2, (bottom - top) // 2
        cv2.ellipse(subject, centre, radii, 0, 0, 360, 1.0, -1)
    return subject


def _size(picture: Rgb, scale: float, *, least_px: int) -> tuple[int, int]:
    """Width and height of the scaled picture."""
    height, width = picture.shape[:2]
    return max(least_px, round(width * scale)), max(least_px, round(height * scale))


def _resized(picture: Rgb, size: tuple[int, int], how: int) -> Rgb:
    return np.asarray(cv2.resize(picture, size, interpolation=how), dtype=np.uint8)


def _mirrored(picture: Rgb, rng: _Rng) -> Rgb:
    turned = picture[:, ::-1] if rng.random() < 0.5 else picture
    return np.ascontiguousarray(turned)


def _encoded(picture: Rgb, rng: _Rng, least_quality: int) -> Rgb:
    """The picture as JPEG leaves it."""
    data = io.BytesIO()
    quality = int(rng.integers(least_quality, _VIEW.most_quality))
    Image.fromarray(picture).save(data, "JPEG", quality=quality)
    return np.array(Image.open(data).convert("RGB"))


VIEWS: Mapping[str, _View] = {
    AS_IT_IS: _as_it_is,
    SQUASHED: _squashed,
    "smaller": _smaller,
    "tiny": _tiny,
    "cropped": _cropped,
    "grey": _grey,
    CUT_OUT: _cut_out,
}
