"""Changed copies of a picture for small classes, by the recipe of camp2022, the same for the same seed."""

from __future__ import annotations

import os
import warnings
from typing import Any

import cv2
import numpy as np

from curation.signals.base import Rgb

VERSION = 1
_WHITE = 255


def augmented(rgb: Rgb, side_px: int, seed: int) -> Rgb:
    """A changed copy of `rgb`, side_px x side_px x 3: turned, mirrored, lighter or darker, cut; a function of `seed`.

    The whole picture, letterboxed, is turned by up to 90 degrees on white ground and mirrored one way with
    probability 0.5 each; then contrast, gamma or brightness changes; then it is taken whole, or its middle at 1.25
    times the size.
    """
    changed: Rgb = recipe(side_px, seed)(image=letterboxed(rgb, round(side_px * 1.25)))["image"]
    return changed


def recipe(side_px: int, seed: int) -> Any:
    """The pipeline of changes as an albumentations Compose.

    One is built per picture (0.4 ms), since a shared one would deal its seeds to threads in no fixed order.
    albumentations only warns about an argument that it does not know, and then ignores it: here that is an error.
    """
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # or its import asks a server for the newest version
    import albumentations as A  # noqa: N812 - the name that its documentation uses

    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        return A.Compose(
            [
                A.Rotate(angle_range=(-90, 90), fill=_WHITE, p=1.0),
                A.OneOf([A.HorizontalFlip(), A.VerticalFlip()], p=0.5),
                A.OneOf(
                    [
                        A.RandomBrightnessContrast(brightness_range=(0, 0), contrast_range=(-0.5, 0.5)),
                        A.RandomGamma(gamma_range=(200, 250)),
                        A.RandomBrightnessContrast(brightness_range=(-0.4, 0.4), contrast_range=(-0.4, 0.4)),
                    ],
                    p=1.0,
                ),
                A.OneOf(
                    [A.Resize(side_px, side_px, area_for_downscale="image"), A.CenterCrop(side_px, side_px)], p=1.0
                ),
            ],
            seed=seed,
            telemetry=False,
        )


def letterboxed(rgb: Rgb, side_px: int) -> Rgb:
    """The whole picture in the middle of a white square of this side.

    White is the ground of most drawings; stretching would change the strokes by which a style is known, and cutting
    would lose what stands at the border.
    """
    height, width = rgb.shape[:2]
    scale = side_px / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shrunk = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    square = np.full((side_px, side_px, 3), _WHITE, np.uint8)
    top, left = (side_px - size[1]) // 2, (side_px - size[0]) // 2
    square[top : top + size[1], left : left + size[0]] = shrunk
    return square
