"""The packages that labelled free pictures are taken from, all of them looked at.

Left out on purpose: renderings and what is rendered in part, screenshots, logos, abstract
wallpapers, textures that show no object, and what may be made by a network."""

from __future__ import annotations

from free_picture_package import Package
from free_pictures_demos import DEMOS
from free_pictures_drawn import DRAWN
from free_pictures_games import GAMES
from free_pictures_mixed import MIXED
from free_pictures_painted import PAINTED
from free_pictures_photographed import PHOTOGRAPHED
from free_pictures_samples import SAMPLES
from free_pictures_teaching import TEACHING
from free_pictures_worlds import WORLDS

PACKAGES: tuple[Package, ...] = (
    *(*PHOTOGRAPHED, *SAMPLES, *DEMOS, *MIXED, *TEACHING, *WORLDS),
    *(*GAMES, *PAINTED, *DRAWN),
)
"""In the order in which they are fetched: photographs first, since they are scarce."""
