"""Pictures for bright screens (PQ and HLG), toned down to the white of a page as Chromium does on a
screen that shows no more than that."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from inksift.curation.gather.gate.colorimetry import PRIMARIES, SRGB_PRIMARIES, to_d50

Lights = npt.NDArray[np.float32]
PQ, HLG = 16, 18  # numbers of the two curves in H.273
BRIGHT = (PQ, HLG)
PAGE_NITS = 203
"""The white of a page."""

PQ_NITS, HLG_NITS = 10_000, 1_000
"""The brightest light of the two curves."""

SYSTEM_GAMMA = 1.2
"""From the light of a scene to that of a screen, in HLG."""

TONED = ((0, 0.1, 0.4, 0.82, 1.49, 2.68, 4.93), (0, 0.0507, 0.203, 0.43, 0.665, 0.847, 1))
"""Light of the strongest channel beside the white of a page, and what becomes of it, measured in
Chromium for a picture of 1,000 nits."""

FLOAT_ROWS = 64
"""Turned at a time, since floats take room."""


class Toned:
    """The transform of one space, by its numbers in H.273."""

    def __init__(self, primaries: int, transfer: int) -> None:
        self._primaries, self._transfer = PRIMARIES[primaries], transfer

    def apply(self, image: Image.Image, /) -> Image.Image:
        """The picture in sRGB."""
        values = np.asarray(image)
        result = np.empty_like(values)
        for start in range(0, len(values), FLOAT_ROWS):
            result[start : start + FLOAT_ROWS] = self._shown(values[start : start + FLOAT_ROWS])
        return Image.fromarray(result)

    def _shown(self, rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        light = self._light[rows]
        if self._transfer == HLG:
            luminance = light @ self._weights
            gain = luminance ** (SYSTEM_GAMMA - 1) * HLG_NITS / PAGE_NITS
            light = (light * gain[..., None]).astype(np.float32)
        strongest = np.maximum(light.max(axis=2), np.float32(1e-6))
        tone = np.interp(strongest, *TONED) / strongest
        linear = np.clip((light * tone[..., None]) @ self._matrix.T, 0, 1)
        encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        return np.asarray(np.rint(encoded * 255), np.uint8)

    @cached_property
    def _light(self) -> Lights:
        """Of the 256 levels."""
        values = np.arange(256) / 255
        light = _pq(values) * PQ_NITS / PAGE_NITS if self._transfer == PQ else _hlg(values)
        return light.astype(np.float32)

    @cached_property
    def _matrix(self) -> Lights:
        matrix = np.linalg.inv(to_d50(SRGB_PRIMARIES)) @ to_d50(self._primaries)
        return matrix.astype(np.float32)

    @cached_property
    def _weights(self) -> Lights:
        """What each channel adds to the luminance."""
        return np.asarray(to_d50(self._primaries)[1], np.float32)


def _pq(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    raised = values ** (1 / m2)
    return np.asarray((np.maximum(raised - c1, 0) / (c2 - c3 * raised)) ** (1 / m1))


def _hlg(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    return np.where(values <= 0.5, values**2 / 3, (np.exp((values - c) / a) + b) / 12)
