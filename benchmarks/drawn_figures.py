"""Drawn pages with a figure on them whose face, skin, hair and words can be changed alone.

A page is drawn from its description: two that differ in one field differ in that one thing, pixel
for pixel. All is drawn at twice the size and made smaller, as a drawing program smooths lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from inksift.curation.base.rgb import Rgb

Colour = tuple[int, int, int]
Point = tuple[float, float]

EYES = ("open", "closed", "half", "wide", "aside", "wink")
MOUTHS = ("smile", "sad", "open", "flat", "teeth", "round")
BROWS = ("calm", "angry", "worried")
GROUNDS = ("plain", "sky", "room", "outdoors", "line art")
SIZES = ((700, 1400), (800, 1000), (1200, 900), (640, 480), (600, 800), (900, 600))
"""Width and height in pixels."""

_KINDS = (EYES, MOUTHS, BROWS)

INK: Colour = (32, 26, 30)
PAPER: Colour = (252, 250, 246)
SHARPER = 2
"""How much larger than the page it is drawn."""

SPRITE_SIDES_PX = (16, 20, 24, 32)


class Face(NamedTuple):
    """An expression: one of EYES, of MOUTHS and of BROWS."""

    eyes: str
    mouth: str
    brows: str


class Figure(NamedTuple):
    """Who stands on the page."""

    skin: Colour
    hair: Colour
    shirt: Colour
    trousers: Colour
    long_hair: bool
    face: Face


class Page(NamedTuple):
    """All that a page is drawn from; `head` is the height of the face as a share of the page's, and
    `seed` decides the ground and where the figure stands."""

    size: tuple[int, int]
    ground: str
    seed: int
    head: float
    figure: Figure


def some_page(rng: np.random.Generator, head: float | None = None) -> Page:
    """A page of any kind; `head` as in `Page`, else 1/16 to 1/4."""
    size = SIZES[rng.integers(len(SIZES))]
    ground = GROUNDS[rng.integers(len(GROUNDS))]
    share = float(np.exp(rng.uniform(np.log(1 / 16), np.log(1 / 4)))) if head is None else head
    return Page(size, ground, int(rng.integers(2**31)), share, some_figure(rng))


def some_figure(rng: np.random.Generator) -> Figure:
    """Anyone."""
    return Figure(
        skin_colour(rng), *(colour(rng) for _ in range(3)), bool(rng.integers(2)), some_face(rng)
    )


def some_face(rng: np.random.Generator) -> Face:
    """Any expression."""
    return Face(*(kinds[rng.integers(len(kinds))] for kinds in _KINDS))


def other_face(face: Face, rng: np.random.Generator) -> Face:
    """Another mouth, other eyes, or another expression altogether."""
    new = Face(*(_another(kinds, was, rng) for kinds, was in zip(_KINDS, face, strict=True)))
    return (face._replace(mouth=new.mouth), face._replace(eyes=new.eyes), new)[rng.integers(3)]


def _another(kinds: tuple[str, ...], was: str, rng: np.random.Generator) -> str:
    return [kind for kind in kinds if kind != was][rng.integers(len(kinds) - 1)]


def skin_colour(rng: np.random.Generator) -> Colour:
    """From dark to pale."""
    dark, pale = np.array([96, 60, 40]), np.array([250, 220, 196])
    return _whole(dark + (pale - dark) * rng.uniform(0, 1) + rng.uniform(-8, 8, 3))


def colour(rng: np.random.Generator, low: int = 30, high: int = 240) -> Colour:
    """Any colour with channels from `low` to `high`."""
    return _whole(rng.uniform(low, high, 3))


def draw_page(page: Page) -> Rgb:
    """The page, height x width x 3."""
    rng, (width, height) = np.random.default_rng(page.seed), page.size
    picture = Image.new("RGB", (width * SHARPER, height * SHARPER), PAPER)
    draw = ImageDraw.Draw(picture)
    _GROUNDS[page.ground](draw, picture.size, rng)
    _stand(draw, picture.size, page, rng)
    return _smoothed(picture)


def draw_head(figure: Figure, height_px: int) -> Image.Image:
    """A head alone on a transparent ground that is twice as high as its face."""
    side = 2 * height_px * SHARPER
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    _head(ImageDraw.Draw(picture), (side / 2, side / 2), side / 4, figure)
    return picture.resize((2 * height_px, 2 * height_px), Image.Resampling.LANCZOS)


def draw_scenery(size: tuple[int, int], seed: int) -> Rgb:
    """Outdoors without a figure, of that width and height."""
    picture = Image.new("RGB", (size[0] * SHARPER, size[1] * SHARPER), PAPER)
    _outdoors(ImageDraw.Draw(picture), picture.size, np.random.default_rng(seed))
    return _smoothed(picture)


def draw_sprite(seed: int, frame: int) -> Rgb:
    """A frame (0 to 2) of a walking sprite of 16 to 32 px, symmetric above the legs."""
    rng = np.random.default_rng(seed)
    side = int(SPRITE_SIDES_PX[rng.integers(len(SPRITE_SIDES_PX))])
    colours = [np.array(colour(rng), np.uint8) for _ in range(3)]
    sprite = np.full((side, side, 3), 255, np.uint8)
    half = rng.integers(0, 3, (side // 2, side // 2 - 3))
    for row, column in np.argwhere(_within(half.shape)):
        for x in (side // 2 - 1 - column, side // 2 + column):
            sprite[row + 1, x] = colours[half[row, column]]
    _walk(sprite, frame, colours)
    return sprite


def _within(shape: Sequence[int]) -> np.ndarray:
    """Which cells of half a body lie in its outline."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.asarray((rows / shape[0] - 0.5) ** 2 * 4 + (columns / shape[1]) ** 2 < 1)


def _walk(sprite: Rgb, frame: int, colours: list[np.ndarray]) -> None:
    """Legs and arms in a step of the walk, drawn into the sprite."""
    side = len(sprite)
    length, step = side // 4, (0, 1, -1)[frame]
    for hand in (-1, 1):
        for down in range(length):
            x = side // 2 + hand * (2 + side // 16) + round(step * hand * down * 0.8)
            sprite[side // 2 + 1 + down, x] = colours[0]
        arm = side // 2 - length // 2 + step * hand * (side // 10)
        sprite[arm, side // 2 + hand * (side // 2 - 2)] = colours[1]


def _stand(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], page: Page, rng: np.random.Generator
) -> None:
    (width, height), radius = size, page.head * size[1] / 2
    x = width * rng.uniform(0.3, 0.7)
    lowest = max(1.5 * radius, height - 9 * radius)
    y = rng.uniform(1.5 * radius, min(lowest, 0.7 * height))
    outlined = page.ground == "line art"
    figure = page.figure if not outlined else _uncoloured(page.figure)
    _body(draw, (x, y), radius, figure)
    _head(draw, (x, y), radius, figure)


def _uncoloured(figure: Figure) -> Figure:
    return figure._replace(skin=PAPER, hair=PAPER, shirt=PAPER, trousers=PAPER)


def _body(draw: ImageDraw.ImageDraw, at: Point, radius: float, figure: Figure) -> None:
    """From the neck down, as far as the page shows it; `radius` is half the face's height."""
    (x, y), r, line = at, radius, _line(radius)
    for hand in (-1, 1):
        leg = _box(x + hand * 0.5 * r, y + 5.2 * r, 0.4 * r, 2 * r)
        draw.rectangle(leg, fill=figure.trousers, outline=INK, width=line)
        arm = [(x + hand * 0.9 * r, y + 1.4 * r), (x + hand * 1.7 * r, y + 3.2 * r)]
        draw.line(arm, fill=INK, width=round(0.5 * r) + 2 * line)
        draw.line(arm, fill=figure.skin, width=round(0.5 * r))
    trunk = _box(x, y + 2.4 * r, r, 1.5 * r)
    draw.rounded_rectangle(trunk, 0.4 * r, fill=figure.shirt, outline=INK, width=line)
    for button in range(3):
        draw.ellipse(_box(x, y + (1.7 + 0.7 * button) * r, 0.1 * r, 0.1 * r), fill=PAPER)


def _head(draw: ImageDraw.ImageDraw, at: Point, radius: float, figure: Figure) -> None:
    (x, y), r, line = at, radius, _line(radius)
    if figure.long_hair:
        draw.ellipse(_box(x, y + 0.3 * r, 1.1 * r, 1.4 * r), figure.hair, INK, line)
    draw.ellipse(_box(x, y, 0.86 * r, r), figure.skin, INK, line)
    draw.pieslice(_box(x, y - 0.25 * r, 0.95 * r, 0.85 * r), 180, 360, figure.hair, INK, line)
    nose = [(x, y + 0.05 * r), (x + 0.1 * r, y + 0.3 * r), (x - 0.02 * r, y + 0.32 * r)]
    draw.line(nose, fill=INK, width=line)
    for hand in (-1, 1):
        _eye(draw, (x + hand * 0.38 * r, y), r, figure.face, hand)
        _brow(draw, (x + hand * 0.38 * r, y - 0.22 * r), r, figure.face.brows, hand)
    _mouth(draw, (x, y + 0.55 * r), r, figure.face.mouth)


def _eye(draw: ImageDraw.ImageDraw, at: Point, radius: float, face: Face, hand: int) -> None:
    (x, y), r, line = at, radius, _line(radius)
    if face.eyes == "closed" or (face.eyes == "wink" and hand > 0):
        draw.arc(_box(x, y, 0.18 * r, 0.12 * r), 10, 170, INK, line * 2)
        return
    height = {"half": 0.08, "wide": 0.24}.get(face.eyes, 0.16) * r
    draw.ellipse(_box(x, y, 0.17 * r, height), (255, 255, 255), INK, line)
    sideways = 0.09 * r if face.eyes == "aside" else 0.0
    draw.ellipse(_box(x + sideways, y, 0.07 * r, min(0.09 * r, height)), INK)


def _brow(draw: ImageDraw.ImageDraw, at: Point, radius: float, brows: str, hand: int) -> None:
    (x, y), r = at, radius
    slope = {"angry": 0.1, "worried": -0.1}.get(brows, 0.0) * r * hand
    ends = [(x - 0.18 * r, y + slope - 0.02 * r), (x + 0.18 * r, y - slope - 0.02 * r)]
    draw.line(ends, fill=INK, width=2 * _line(r))


def _mouth(draw: ImageDraw.ImageDraw, at: Point, radius: float, mouth: str) -> None:
    (x, y), r, line = at, radius, 2 * _line(radius)
    match mouth:
        case "smile":
            draw.arc(_box(x, y - 0.1 * r, 0.32 * r, 0.22 * r), 15, 165, INK, line)
        case "sad":
            draw.arc(_box(x, y + 0.2 * r, 0.3 * r, 0.2 * r), 200, 340, INK, line)
        case "flat":
            draw.line([(x - 0.28 * r, y), (x + 0.28 * r, y)], fill=INK, width=line)
        case "open":
            draw.ellipse(_box(x, y + 0.05 * r, 0.22 * r, 0.2 * r), (140, 40, 48), INK, line // 2)
        case "round":
            draw.ellipse(_box(x, y, 0.1 * r, 0.12 * r), (90, 30, 36), INK, line // 2)
        case "teeth":
            grin = _box(x, y + 0.02 * r, 0.32 * r, 0.12 * r)
            draw.rounded_rectangle(grin, 0.1 * r, (255, 255, 255), INK, max(1, line // 2))


def _plain(draw: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    draw.rectangle((0, 0, *size), fill=colour(rng, 170, 255))


def _sky(draw: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    """From one colour above to another below."""
    above, below = (np.array(colour(rng, 90, 255)) for _ in range(2))
    for y in range(size[1]):
        level = above + (below - above) * y / size[1]
        draw.line([(0, y), (size[0], y)], fill=_whole(level))


def _room(draw: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    width, height = size
    draw.rectangle((0, 0, *size), fill=colour(rng, 150, 245))
    for x in range(0, width, max(8, width // int(rng.integers(8, 24)))):
        draw.line([(x, 0), (x, 0.7 * height)], fill=colour(rng, 140, 250), width=width // 200)
    draw.rectangle((0, 0.7 * height, width, height), fill=colour(rng), outline=INK, width=4)
    for _ in range(rng.integers(2, 5)):
        x, y = rng.uniform(0.05, 0.85) * width, rng.uniform(0.05, 0.45) * height
        across, down = rng.uniform(0.08, 0.2, 2) * min(size)
        draw.rectangle((x, y, x + across, y + down), colour(rng), INK, 5)
        draw.rectangle(_box(x + across / 2, y + down / 2, across / 4, down / 4), colour(rng))


def _outdoors(draw: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    width, height = size
    _sky(draw, size, rng)
    for layer in range(3):
        along = np.arange(0, width + 1, max(1, height // 6))
        ridge = height * (0.5 + 0.13 * layer) + rng.uniform(-0.07, 0.07, len(along)) * height
        corners = [*zip(along.tolist(), ridge.tolist(), strict=True), (width, height), (0, height)]
        draw.polygon(corners, fill=colour(rng), outline=INK, width=4)
    for _ in range(round(width / height * rng.uniform(5, 12))):
        _tree(draw, (rng.uniform(0, 1) * width, rng.uniform(0.55, 0.95) * height), height, rng)
    for _ in range(round(width / height * 2)):
        cloud = _box(
            rng.uniform(0, width), rng.uniform(0.05, 0.3) * height, height / 9, height / 22
        )
        draw.ellipse(cloud, (250, 250, 252), (200, 204, 214), 3)


def _tree(draw: ImageDraw.ImageDraw, at: Point, height: int, rng: np.random.Generator) -> None:
    (x, y), tall = at, rng.uniform(0.05, 0.16) * height
    draw.rectangle(_box(x, y - tall / 2, tall / 10, tall / 2), (104, 72, 50), INK, 3)
    crown = _box(x, y - 1.2 * tall, 0.45 * tall, 0.6 * tall)
    draw.ellipse(crown, colour(rng, 40, 190), INK, 4)


def _line_art(draw: ImageDraw.ImageDraw, size: tuple[int, int], rng: np.random.Generator) -> None:
    """Pen lines alone, on paper."""
    for _ in range(rng.integers(8, 20)):
        corners = rng.uniform(0, 1, (int(rng.integers(2, 5)), 2)) * size
        draw.line([(float(x), float(y)) for x, y in corners], fill=INK, width=5, joint="curve")
    for _ in range(rng.integers(3, 9)):
        x, y = rng.uniform(0, 1, 2) * size
        draw.ellipse(_box(x, y, *(rng.uniform(0.03, 0.15, 2) * min(size))), None, INK, 5)


def _box(x: float, y: float, across: float, down: float) -> tuple[float, float, float, float]:
    """Left, top, right and bottom about a centre."""
    return x - across, y - down, x + across, y + down


def _line(radius: float) -> int:
    return max(2, round(radius / 22))


def _whole(levels: np.ndarray) -> Colour:
    red, green, blue = levels.round().clip(0, 255).astype(int).tolist()
    return red, green, blue


def _smoothed(picture: Image.Image) -> Rgb:
    size = picture.width // SHARPER, picture.height // SHARPER
    return np.asarray(picture.resize(size, Image.Resampling.BOX))


_GROUNDS = {
    "plain": _plain,
    "sky": _sky,
    "room": _room,
    "outdoors": _outdoors,
    "line art": _line_art,
}
