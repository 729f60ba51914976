"""A frame around a drawing is told from more of the drawing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.trim import Box
from inksift.curation.dedup.aligned.framing import is_framed
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.relation import relate

SIDE, MARGIN = 160, 16


def _drawing(side: int) -> Rgb:
    """Soft areas of many colours, as large as a third of the picture."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (9, 9, 3)).astype(np.uint8)
    return np.ascontiguousarray(coarse.repeat(side // 9 + 1, 0).repeat(side // 9 + 1, 1))[
        :side, :side
    ]


def _moved(by: float) -> np.ndarray:
    return np.array([[1.0, 0.0, by], [0.0, 1.0, by], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize("level", [240, 32])
def test_a_plain_window_around_it_is_a_frame(level):
    window = np.full((SIDE + 2 * MARGIN, SIDE + 2 * MARGIN, 3), level, np.uint8)
    window[MARGIN:-MARGIN, MARGIN:-MARGIN] = _drawing(SIDE)
    window[3:9, 10:60] = 128
    assert is_framed(Box(0, 0, SIDE, SIDE), window, _moved(MARGIN))


def test_more_of_the_drawing_is_none():
    whole = _drawing(SIDE + 2 * MARGIN)
    assert not is_framed(Box(0, 0, SIDE, SIDE), whole, _moved(MARGIN))


def test_nothing_beyond_is_none():
    assert not is_framed(Box(0, 0, SIDE, SIDE), _drawing(SIDE), _moved(0.0))


def test_the_relation_calls_a_window_a_border_whichever_comes_first():
    blurred = np.asarray(cv2.GaussianBlur(_drawing(480), (0, 0), 3), np.uint8)
    window = np.full((600, 600, 3), 240, np.uint8)
    window[80:560, 60:540] = blurred
    window[20:40, 100:400] = 128
    drawing, framed = View(blurred, width=480, height=480), View(window, width=600, height=600)
    assert "border added" in relate(drawing, framed).transform
    assert "border removed" in relate(framed, drawing).transform
