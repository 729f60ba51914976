"""Small changes that make another drawing: tints, fog, colours, words, bars, elements.

An edit takes a picture (height x width x 3) and random numbers and gives the changed picture, or
None where this picture has no place for it. `shows` says whether a change can be seen at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt
from drawn_figures import INK, Colour, colour, draw_head, some_figure
from PIL import Image, ImageDraw, ImageFont

from inksift.curation.base.rgb import Rgb, channels_apart
from inksift.curation.base.strips import working_size

Edit = Callable[[Rgb, np.random.Generator], "Rgb | None"]
Floats = npt.NDArray[np.float64]
Area = tuple[int, int, int, int]
"""Left, top, right and bottom in pixels."""


@dataclass(frozen=True)
class SightLimits:
    """What can be seen in a picture of `side_px`."""

    side_px: int = 640
    """Longest side of a thumbnail, at which changes are looked for."""

    block_px: int = 8
    """Side of the blocks whose means are compared."""

    block_levels: float = 12.0
    """Levels (0 to 255) by which the means of one block differ in a channel, where it shows."""

    stroke_levels: int = 40
    """Levels by which a pixel of a changed stroke differs."""

    stroke_pixels: int = 12
    """Such pixels that show."""

    covered_levels: float = 6.0
    """Mean levels by which a covered place differs from what it covers."""

    recoloured_levels: float = 25.0
    """Levels between two colours, in the channel where they differ most, that are two at sight."""


_SEEN = SightLimits()

SENTENCES = (
    "I saw a fox by the river and he was asleep in the long grass when we came home",
    "and she said that no one knew where old rain goes but my little goat may know it all",
    "since last winter under this tree our bread cake moon boat song never told them",
    "why fish sing quite softly",
)
WORDS = tuple(" ".join(SENTENCES).split())

FLAT_BITS = 4
"""Bits of a channel that tell flat colours apart."""

TRIES = 30
"""Random places of which the busiest is taken."""


def shows(one: Rgb, other: Rgb) -> bool:
    """Whether the two differ at sight: in the mean of a block, or in the pixels of a stroke."""
    first, second = (working_size(rgb, _SEEN.side_px) for rgb in (one, other))
    apart = channels_apart(first, second)
    if (apart >= _SEEN.stroke_levels).sum() >= _SEEN.stroke_pixels:
        return True
    difference = first.astype(np.float32) - second
    blocks = np.abs(cv2.blur(difference, (_SEEN.block_px, _SEEN.block_px)))
    return bool(blocks.max() >= _SEEN.block_levels)


def tint(levels: int, share: float) -> Edit:
    """Another `levels` in some channels over that share of the picture, with a hard edge or a soft
    one."""
    return partial(_tint, levels=levels, share=share)


def _tint(rgb: Rgb, rng: np.random.Generator, levels: int, share: float) -> Rgb:
    signs = rng.integers(-1, 2, 3)
    signs[rng.integers(3)] = rng.choice([-1, 1])
    mask = _blob(rgb.shape[:2], share, rng)
    return _whole(rgb + mask[..., None] * signs * levels)


def fog(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A pale veil without an edge over 10 to 50 % of the picture, 15 to 35 % opaque."""
    height, width = rgb.shape[:2]
    mask = _blob((height, width), rng.uniform(0.1, 0.5), rng)
    soft = _softened(mask, min(height, width) * rng.uniform(0.03, 0.1))
    pale = rng.uniform(200, 255) + rng.uniform(-12, 12, 3)
    dark = rng.uniform(10, 60) + rng.uniform(-10, 10, 3)
    return _mixed(rgb, pale if rng.random() < 0.7 else dark, soft * rng.uniform(0.15, 0.35))


def ghost(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A head that the picture shows through, 15 to 30 % opaque."""
    size = round(min(rgb.shape[:2]) * rng.uniform(0.15, 0.4))
    head = draw_head(some_figure(rng), size)
    layer = Image.new("RGBA", rgb.shape[1::-1])
    layer.paste(head, _corner(rgb, head.size, rng))
    drawn = np.asarray(layer).astype(np.float64)
    alpha = drawn[..., 3] / 255 * rng.uniform(0.15, 0.3)
    return _mixed(rgb, drawn[..., :3], alpha)


def recolour(rgb: Rgb, rng: np.random.Generator) -> Rgb | None:
    """Another colour for one of the three commonest flat regions that are not white."""
    regions = _flat_regions(rgb)
    if not regions:
        return None
    mask = regions[rng.integers(len(regions))]
    was = rgb[mask].mean(axis=0)
    shift = np.array(colour(rng)) - was
    if np.abs(shift).max() < _SEEN.recoloured_levels:
        return None
    return _whole(rgb + mask[..., None] * shift)


def _flat_regions(rgb: Rgb) -> list[npt.NDArray[np.bool_]]:
    """The three largest regions of one colour, 0.3 to 50 % of the picture, none of them paper."""
    key = (rgb >> (8 - FLAT_BITS)).astype(np.int32) @ np.array([1, 16, 256])
    levels, counts = np.unique(key, return_counts=True)
    found = []
    for level in levels[np.argsort(-counts)][:6]:
        mean = rgb[key == level].mean(axis=0)
        near = (np.abs(rgb - mean).max(axis=2) < 20).astype(np.uint8)
        label = cv2.connectedComponentsWithStats(near, connectivity=4)
        largest = 1 + int(np.argmax(label[2][1:, cv2.CC_STAT_AREA]))
        share = label[2][largest, cv2.CC_STAT_AREA] / near.size
        if 0.003 < share < 0.5 and mean.min() < 235:
            found.append(label[1] == largest)
    return found[:3]


def bar(share: float) -> Edit:
    """A censor bar over that share of the picture, 2 to 6 times as wide as high."""
    return partial(_bar, share=share)


def _bar(rgb: Rgb, rng: np.random.Generator, share: float) -> Rgb | None:
    place = _busy_place(rgb, share, rng.uniform(2, 6), rng)
    return None if place is None else _covered(rgb, place, _bar_colour(rng))


def _bar_colour(rng: np.random.Generator) -> Colour:
    return ((0, 0, 0), (255, 255, 255), colour(rng))[rng.choice(3, p=[0.6, 0.25, 0.15])]


def _covered(rgb: Rgb, place: Area, filling: Colour | Rgb) -> Rgb | None:
    """The place filled, where that changes what can be seen there."""
    left, top, right, bottom = place
    drawn = rgb.copy()
    drawn[top:bottom, left:right] = filling
    apart = channels_apart(drawn, rgb)[top:bottom, left:right]
    return drawn if apart.mean() >= _SEEN.covered_levels else None


def mosaic(share: float) -> Edit:
    """Squares of one colour, 5 to 12 across, over that share of the picture."""
    return partial(_mosaic, share=share)


def _mosaic(rgb: Rgb, rng: np.random.Generator, share: float) -> Rgb | None:
    place = _busy_place(rgb, share, rng.uniform(0.8, 1.6), rng)
    if place is None:
        return None
    patch, cells = _cut(rgb, place), int(rng.integers(5, 13))
    coarse = cv2.resize(patch, (cells, cells), interpolation=cv2.INTER_AREA)
    size = patch.shape[1::-1]
    return _covered(rgb, place, cv2.resize(coarse, size, interpolation=cv2.INTER_NEAREST))


def blurred(share: float) -> Edit:
    """A blur of a sixth to a tenth of its height over that share of the picture."""
    return partial(_blurred, share=share)


def _blurred(rgb: Rgb, rng: np.random.Generator, share: float) -> Rgb | None:
    place = _busy_place(rgb, share, rng.uniform(0.8, 1.6), rng)
    if place is None:
        return None
    patch = _cut(rgb, place)
    return _covered(rgb, place, cv2.GaussianBlur(patch, (0, 0), len(patch) / rng.uniform(6, 10)))


def element_added(rgb: Rgb, rng: np.random.Generator) -> Rgb:
    """A ball, box, star or bow of its own colour, 2 to 6 % of the width."""
    across = max(5, round(rgb.shape[1] * rng.uniform(0.02, 0.06)))
    picture = Image.fromarray(rgb)
    left, top = _corner(rgb, (across, across), rng)
    corners = _ELEMENTS[rng.integers(len(_ELEMENTS))] * across + (left, top)
    points = [(float(x), float(y)) for x, y in corners]
    outline = INK if rng.random() < 0.6 else None
    ImageDraw.Draw(picture).polygon(points, colour(rng), outline, max(1, across // 12))
    return np.asarray(picture)


def element_erased(rgb: Rgb, rng: np.random.Generator) -> Rgb | None:
    """The busiest of 30 places, 2 to 6 % of the width, painted over with what surrounds it."""
    across = max(5, round(rgb.shape[1] * rng.uniform(0.02, 0.06)))
    place = _busiest(rgb, (across, across), rng)
    if place is None:
        return None
    left, top, right, bottom = place
    mask = np.zeros(rgb.shape[:2], np.uint8)
    mask[top:bottom, left:right] = 255
    return np.asarray(cv2.inpaint(rgb, mask, 3, cv2.INPAINT_TELEA), np.uint8)


def some_words(rng: np.random.Generator, count: int) -> list[str]:
    """So many words, some of them capitalised."""
    return [str(word).title() if rng.random() < 0.2 else str(word) for word in _drawn(rng, count)]


def _drawn(rng: np.random.Generator, count: int) -> list[str]:
    return [WORDS[number] for number in rng.integers(0, len(WORDS), count)]


def changed_words(words: list[str], rng: np.random.Generator) -> list[str]:
    """One word changed, or two, or, as in a translation, all of them."""
    changes = int(rng.choice([1, 2, len(words)]))
    places = rng.choice(len(words), min(changes, len(words)), replace=False)
    told = words.copy()
    for place in places:
        others = [word for word in WORDS if word.lower() != words[place].lower()]
        told[place] = others[rng.integers(len(others))]
    return told


def with_bubble(rgb: Rgb, words: list[str], seed: int) -> Rgb:
    """A speech bubble with these words; its place and size follow from the seed alone."""
    rng, picture = np.random.default_rng(seed), Image.fromarray(rgb)
    width, height = picture.size
    across = width * rng.uniform(0.25, 0.45)
    down = min(across * rng.uniform(0.4, 0.7), height * 0.45)
    left, top = rng.uniform(0, 1, 2) * (width - across, height - down) * 0.9
    box, line = (left, top, left + across, top + down), max(2, width // 200)
    draw = ImageDraw.Draw(picture)
    draw.ellipse(box, "white", INK, line)
    size = max(9, down / rng.uniform(5, 7))
    middle = (left + across / 2, top + down / 2)
    told = _lines(words, across * 0.75, size)
    font = ImageFont.load_default(size)
    draw.multiline_text(middle, told, INK, font, "mm", size * 0.2, "center")
    return np.asarray(picture)


def with_text(rgb: Rgb, words: list[str], seed: int) -> Rgb:
    """A block of text on pale ground along the lower edge, or the upper one."""
    rng, picture = np.random.default_rng(seed), Image.fromarray(rgb)
    width, height = picture.size
    size = max(10, min(width, height) * rng.uniform(0.025, 0.045))
    told = _lines(words, width * 0.86, size)
    tall = min(round((told.count("\n") + 2.5) * size * 1.3), height // 2)
    top = 0 if rng.random() < 0.3 else height - tall
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, top, width, top + tall), fill=colour(rng, 225, 256))
    font, corner = ImageFont.load_default(size), (width * 0.07, top + size)
    draw.multiline_text(corner, told, INK, font, spacing=size * 0.3)
    return np.asarray(picture)


def _lines(words: list[str], width: float, size: float) -> str:
    """The words, broken so that a line is as wide as that."""
    font, lines = ImageFont.load_default(size), [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _corner(rgb: Rgb, size: tuple[int, int], rng: np.random.Generator) -> tuple[int, int]:
    """Left and top of a random place of that width and height, as far inside as it fits."""
    height, width = rgb.shape[:2]
    room = max(0, width - size[0]), max(0, height - size[1])
    return int(rng.integers(room[0] + 1)), int(rng.integers(room[1] + 1))


def _busy_place(rgb: Rgb, share: float, flatness: float, rng: np.random.Generator) -> Area | None:
    """A busy place of that share of the picture, `flatness` times as wide as high."""
    height, width = rgb.shape[:2]
    down = (share * width * height / flatness) ** 0.5
    return _busiest(rgb, (round(down * flatness), round(down)), rng)


def _busiest(rgb: Rgb, size: tuple[int, int], rng: np.random.Generator) -> Area | None:
    """The busiest of random places of that size; None where the picture is too small for one."""
    if size[0] >= rgb.shape[1] or size[1] >= rgb.shape[0] or min(size) < 3:
        return None
    corners = [_corner(rgb, size, rng) for _ in range(TRIES)]
    areas = [(left, top, left + size[0], top + size[1]) for left, top in corners]
    return max(areas, key=lambda area: float(_cut(rgb, area).std()))


def _cut(rgb: Rgb, place: Area) -> Rgb:
    left, top, right, bottom = place
    return rgb[top:bottom, left:right]


def _blob(size: tuple[int, int], share: float, rng: np.random.Generator) -> Floats:
    """A box or an ellipse over that share of a picture of that height and width, 0 to 1; half of
    them have a soft edge."""
    height, width = size
    ratio = float(np.exp(rng.uniform(-0.35, 0.35)))
    round_one = rng.random() < 0.5
    grown = share**0.5 * (1.128 if round_one else 1.0)
    across, down = min(0.98, grown * ratio) * width, min(0.98, grown / ratio) * height
    left, top = rng.uniform(0, 1, 2) * (width - across, height - down)
    mask, box = Image.new("L", (width, height), 0), (left, top, left + across, top + down)
    draw = ImageDraw.Draw(mask)
    (draw.ellipse if round_one else draw.rectangle)(box, fill=255)
    levels = np.asarray(mask).astype(np.float64) / 255
    if rng.random() < 0.5:
        return levels
    return _softened(levels, max(2.0, min(across, down) * 0.05))


def _softened(mask: Floats, sigma: float) -> Floats:
    """The mask without its edge; wide edges are made at a size at which that is quick."""
    coarse = max(1, round(sigma / 4))
    height, width = mask.shape
    size = -(-width // coarse), -(-height // coarse)
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), sigma / coarse)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))


def _mixed(rgb: Rgb, other: Floats, alpha: Floats) -> Rgb:
    return _whole(rgb + alpha[..., None] * (other - rgb.astype(np.float64)))


def _whole(levels: Floats) -> Rgb:
    return np.asarray(levels.round().clip(0, 255), np.uint8)


def _star(points: int, inner: float) -> Floats:
    """Corners of a star in a square of 1; `inner` is the radius between its points."""
    angles = np.arange(2 * points) * np.pi / points - np.pi / 2
    radii = np.where(np.arange(2 * points) % 2, inner, 1.0) / 2
    return np.stack([0.5 + radii * np.cos(angles), 0.5 + radii * np.sin(angles)], axis=1)


_ELEMENTS = (
    _star(12, 1.0),
    _star(5, 0.45),
    np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64),
    np.array([(0, 0.1), (0.5, 0.4), (1, 0.1), (1, 0.9), (0.5, 0.6), (0, 0.9)], np.float64),
)
