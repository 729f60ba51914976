"""A copy laid over what is kept instead of it: where it lies there, and what was done to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from inksift.curation.base.rgb import Rgb

NEARLY_ALL = 0.97
"""Share of an area from which words speak of no crop."""

_AREAS = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
"""From pixels as points to pixels as areas, of which the first begins at 0."""


class Overlay(NamedTuple):
    """How a copy lies over the kept one. `size` and `other_size` are width and height of the kept
    one and of the copy, in units of their own; `matrix` is the a, b, c, d, e, f of CSS that bring
    the copy's to the kept one's, and `words` say what was done to the kept one."""

    size: tuple[int, int]
    other_size: tuple[int, int]
    matrix: tuple[float, ...]
    words: list[str]


class Overlays:
    """Lays pictures over one another, of which `read` gives the pixels by image_id. Safe to use
    from many threads, which take turns."""

    def __init__(self, read: Callable[[str], Rgb]) -> None:
        self._read = read
        self._turn = threading.Lock()

    def __call__(self, kept: str, copy: str) -> Overlay | None:
        """How the copy lies over the kept one, None where nothing tells; whatever `read` raises."""
        with self._turn:
            return overlay_of(self._read(kept), self._read(copy))


def overlay_of(kept: Rgb, copy: Rgb) -> Overlay | None:
    """The same of two thumbnails, height x width x 3."""
    # Only now: the comparison takes memory, and many who look compare nothing.
    from inksift.curation.dedup.aligned.view import View
    from inksift.curation.dedup.close_look.closer import exact_matrix
    from inksift.curation.dedup.relation import laid_over, turn_in_words

    first, second = (View(one, width=one.shape[1], height=one.shape[0]) for one in (kept, copy))
    laid = laid_over(first, second)
    if laid is None:
        return None
    matrix = _AREAS @ exact_matrix(first, second, laid[0]) @ np.linalg.inv(_AREAS)
    words = [*turn_in_words(matrix), *_shown(_shares(kept, copy, matrix))]
    return Overlay(_size(kept), _size(copy), tuple(matrix[:2].T.ravel().tolist()), words)


def _shares(kept: Rgb, copy: Rgb, matrix: npt.NDArray[np.float64]) -> tuple[float, float]:
    """How much of the kept one the copy covers, and how much of the copy lies on the kept one."""
    placed = np.asarray(_corners(copy) @ matrix[:2, :2].T + matrix[:2, 2], np.float32)
    under = np.asarray(_corners(kept), np.float32)
    both, _ = cv2.intersectConvexConvex(under, placed)
    return both / cv2.contourArea(under), both / cv2.contourArea(placed)


def _shown(shares: tuple[float, float]) -> list[str]:
    """What the areas say, in words."""
    shown, other_shown = shares
    words = [] if shown > NEARLY_ALL else [f"cropped, {100 * shown:.0f} % of the other"]
    if other_shown <= NEARLY_ALL:
        words.append(f"extended, the other is {100 * other_shown:.0f} % of it")
    return words


def _corners(rgb: Rgb) -> npt.NDArray[np.float64]:
    width, height = _size(rgb)
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def _size(rgb: Rgb) -> tuple[int, int]:
    return rgb.shape[1], rgb.shape[0]
