"""A drawing stored without loss stays beside a JPEG of itself, whatever quantising adds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from inksift.curation.sample.scenes import draw_scene
from inksift.curation.sample.styles import paint
from tests.benchmark import load_benchmark

SIDE_PX = 420
QUALITY = 80
SCENES = (
    ("cartoon", "fish", 0.0, 1),
    ("line", "tree", 0.0, 2),
    ("pencil", "flower", 0.0, 5),
    ("cartoon", "mushroom", 0.8, 7),
    ("watercolour", "tree", 0.8, 10),
    ("pencil", "house", 0.8, 11),
)
"""Style, subject, deviation of the blur in pixels, and seed of drawings that differ."""


def drawn(style: str, subject: str, blur_px: float, seed: int) -> Image.Image:
    rng = np.random.default_rng([seed, 5])
    picture = Image.fromarray(paint(draw_scene(subject, 1.0, 0.8, rng), style, SIDE_PX, rng))
    return picture.filter(ImageFilter.GaussianBlur(blur_px)) if blur_px else picture


def test_a_lossless_drawing_stays_beside_a_plain_jpeg_of_itself(tmp_path: Path) -> None:
    """Soft ones too, to which compression adds more fine detail than they have."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, scene in enumerate(SCENES):
        picture = drawn(*scene)
        picture.save(pictures / f"{number}.png")
        picture.save(pictures / f"{number}.jpg", quality=QUALITY)
    found = load_benchmark("dedup_contenders").run_library(tmp_path).duplicates
    kept = sorted(found.loc[found["keep"], "path"])
    assert kept == [f"{number}.png" for number in range(len(SCENES))]
