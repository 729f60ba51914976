"""Real photographs: distinct crops of the pictures that ship inside packages which inksift needs
anyway."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from inksift.curation.base.errors import MissingError
from inksift.curation.base.rgb import Rgb
from inksift.curation.sample.shapes import Rng

_PICTURES = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("ultralytics", "assets/bus.jpg"),
    ("ultralytics", "assets/zidane.jpg"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)
_TRIES = 40
"""Crops drawn of which the one least like those before is taken."""


class Crop(NamedTuple):
    """A rectangle of one picture, its sides as shares of that picture's, perhaps mirrored, grey or
    made smaller."""

    picture: int
    left: float
    top: float
    right: float
    bottom: float
    mirrored: bool
    grey: bool
    scale: float


def plan_crops(count: int, rng: Rng) -> list[Crop]:
    """`count` crops, each the one of several random ones that overlaps least with those taken
    before."""
    taken: list[Crop] = []
    for number in range(count):
        tries = [_random_crop(number % len(_PICTURES), rng) for _ in range(_TRIES)]
        taken.append(
            min(
                tries, key=lambda crop: max((_overlap(crop, other) for other in taken), default=0.0)
            )
        )
    return taken


def cut(crop: Crop) -> Rgb:
    """The pixels of a crop. MissingError when the package that brings the picture is not
    installed."""
    whole = Image.fromarray(_picture(crop.picture))
    width, height = whole.size
    part = whole.crop(
        (crop.left * width, crop.top * height, crop.right * width, crop.bottom * height)
    )
    if crop.mirrored:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if crop.grey:
        part = part.convert("L").convert("RGB")
    size = round(part.width * crop.scale), round(part.height * crop.scale)
    return np.asarray(part.resize(size, Image.Resampling.LANCZOS))


def _random_crop(picture: int, rng: Rng) -> Crop:
    wide, high = rng.uniform(0.35, 0.75, 2)
    left, top = rng.uniform(0, 1 - wide), rng.uniform(0, 1 - high)
    mirrored, grey = rng.uniform() < 0.5, rng.uniform() < 0.25
    return Crop(picture, left, top, left + wide, top + high, mirrored, grey, rng.uniform(0.8, 1.0))


def _overlap(one: Crop, other: Crop) -> float:
    """Common area over united area, 0 for crops that cannot look alike."""
    if (one.picture, one.mirrored) != (other.picture, other.mirrored):
        return 0.0
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    common = max(wide, 0) * max(high, 0)
    return common / (_area(one) + _area(other) - common)


def _area(crop: Crop) -> float:
    return (crop.right - crop.left) * (crop.bottom - crop.top)


@cache
def _picture(number: int) -> Rgb:
    package, name = _PICTURES[number]
    with Image.open(_folder(package) / name) as opened:
        return np.asarray(opened.convert("RGB"))


def _folder(package: str) -> Path:
    """Where a package lies, found without importing it, for two of them are slow to import."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingError(
            f"the sample takes photographs from {package}, which is not installed: pip install "
            f"{package}"
        )
    return Path(spec.origin).parent
