"""Where benchmarks take their pictures from: illustrations of all styles, and drawn pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from drawn_figures import Page, draw_page, some_page
from PIL import Image
from planted_copies import on_white, sketch
from planted_folder import real_drawings

from inksift.curation.base.rgb import Rgb

LEAST_SIDE_PX = 200
"""Shorter side from which a picture has room for a change that can be seen."""


class Source(NamedTuple):
    """A picture, height x width x 3, and where it comes from."""

    rgb: Rgb
    name: str


class Sources:
    """Illustrations below a data folder and drawn pages, by chance; of real ones every style is as
    likely as the others."""

    def __init__(self, data: Path) -> None:
        drawings = real_drawings(data)
        groups = drawings.groupby("style")
        self._styles: list[pd.DataFrame] = [rows for _, rows in groups]

    def real(self, rng: np.random.Generator) -> Source:
        """An illustration of the data, on white."""
        while True:
            drawing = self.drawing(rng)
            with Image.open(drawing.file) as picture:
                rgb = on_white(picture)
            if min(rgb.shape[:2]) >= LEAST_SIDE_PX:
                return Source(rgb, str(drawing.source))

    def drawing(self, rng: np.random.Generator) -> Any:
        """A row of an illustration: file, source, style, sha256."""
        style = self._styles[rng.integers(len(self._styles))]
        return next(style.iloc[[rng.integers(len(style))]].itertuples())

    def any(self, rng: np.random.Generator) -> Source:
        """A real one in six of ten cases, a page in three, pen strokes in one."""
        drawn = rng.random()
        if drawn < 0.6:
            return self.real(rng)
        return drawn_page(rng)[0] if drawn < 0.9 else Source(sketch(rng), "pen strokes")


def drawn_page(rng: np.random.Generator, head: float | None = None) -> tuple[Source, Page]:
    """A drawn page, and what it was drawn from."""
    page = some_page(rng, head)
    return Source(draw_page(page), f"drawn, {page.ground}"), page
