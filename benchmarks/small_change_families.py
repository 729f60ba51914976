"""Pairs of drawings that differ in something small, family by family: none is a copy.

Every family makes a pair from random numbers: two pictures and what was done, or None where chance
gave a picture with no place for the change or a change that cannot be seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import small_edits as edits
from drawn_figures import (
    Page,
    colour,
    draw_head,
    draw_page,
    draw_scenery,
    draw_sprite,
    other_face,
    skin_colour,
    some_figure,
)
from picture_sources import Source, Sources, drawn_page
from PIL import Image

from inksift.curation.base.rgb import Rgb

HEADS = (4, 6, 8, 12, 16, 24)
"""Heights of pages in heights of the face on them."""

TINTS = (15, 25, 35, 45)
"""Levels (0 to 255) by which a tint changes a channel."""

AREAS = (5, 15, 40)
"""Shares of the picture that a tint covers, in per cent."""

COVERED = (1, 3, 6)
"""The same of bars, mosaics and blurs."""

FADE_FRAMES = 17
"""Frames from one drawing to the other, the ends included."""

FADE_STEP = 3
"""Frames between two that are compared."""

PAN_SHARE = 0.27
"""Width of a frame as a share of the wide picture that a pan passes."""

REAL_PAN_SHARE = 0.55
"""The same on a picture that is no wider than others."""

MIRRORED_LEVELS = 16
"""Mean difference in levels below which one frame is the other's mirror image."""

PAN_STEPS = (0.6, 0.9)
"""How far apart two frames lie, in widths of a frame."""

ENLARGED = (4, 16)
"""How many times a sprite is enlarged, from and to."""

LEAST_RECOLOURED = 25
"""Levels (0 to 255) between two colours, in the channel where they differ most, that are two."""

TRIES = 40
"""Draws after which a family is not the picture's fault any more."""


class Changed(NamedTuple):
    """Two pictures that differ in something small, where they come from, and what was done."""

    first: Rgb
    second: Rgb
    source: str
    params: str


Family = Callable[[np.random.Generator, Sources], "Changed | None"]


def make_change(name: str, rng: np.random.Generator, sources: Sources) -> Changed:
    """A pair of that family whose change can be seen; RuntimeError where chance gives none."""
    for _ in range(TRIES):
        made = FAMILIES[name](rng, sources)
        if made is not None and edits.shows(made.first, made.second):
            return made
    raise RuntimeError(f"{name}: no change to be seen in {TRIES} draws; widen what it draws")


def _expression(rng: np.random.Generator, sources: Sources, heads: int) -> Changed:
    source, page = drawn_page(rng, 1 / heads)
    face = other_face(page.figure.face, rng)
    told = f"{'/'.join(page.figure.face)} to {'/'.join(face)}, {page.size[0]}x{page.size[1]}"
    return _redrawn(source, page, page._replace(figure=page.figure._replace(face=face)), told)


def _redrawn(source: Source, page: Page, other: Page, told: str) -> Changed:
    return Changed(source.rgb, draw_page(other), source.name, told)


def _expression_pasted(rng: np.random.Generator, sources: Sources, heads: int) -> Changed:
    """The head of a drawn figure on a real picture."""
    source, figure = sources.real(rng), some_figure(rng)
    height = max(6, round(source.rgb.shape[0] / heads))
    face = other_face(figure.face, rng)
    corner = tuple(int(rng.integers(max(1, side - 2 * height))) for side in source.rgb.shape[1::-1])
    one, two = (
        _pasted(source.rgb, draw_head(who, height), corner)
        for who in (figure, figure._replace(face=face))
    )
    return Changed(one, two, source.name, f"{'/'.join(figure.face)} to {'/'.join(face)}")


def _pasted(rgb: Rgb, layer: Image.Image, corner: tuple[int, ...]) -> Rgb:
    picture = Image.fromarray(rgb)
    picture.paste(layer, (corner[0], corner[1]), layer)
    return np.asarray(picture)


def _skin(rng: np.random.Generator, sources: Sources) -> Changed | None:
    source, page = drawn_page(rng)
    figure = page.figure._replace(skin=skin_colour(rng))
    return _other_figure(source, page, page._replace(figure=figure))


def _hair(rng: np.random.Generator, sources: Sources) -> Changed | None:
    source, page = drawn_page(rng)
    return _other_figure(source, page, page._replace(figure=page.figure._replace(hair=colour(rng))))


def _shirt(rng: np.random.Generator, sources: Sources) -> Changed | None:
    source, page = drawn_page(rng)
    figure = page.figure._replace(shirt=colour(rng))
    return _other_figure(source, page, page._replace(figure=figure))


def _other_figure(source: Source, page: Page, other: Page) -> Changed | None:
    """Line art has no colours to change, and near colours are one at sight."""
    colours = [np.array(one.figure[:4]) for one in (page, other)]
    apart = np.abs(colours[0] - colours[1]).max()
    if page.ground == "line art" or apart < LEAST_RECOLOURED:
        return None
    return _redrawn(source, page, other, f"{apart} levels, face 1/{1 / page.head:.0f}")


def _edited(rng: np.random.Generator, sources: Sources, edit: edits.Edit, real: bool) -> Changed:
    source = sources.real(rng) if real else drawn_page(rng)[0]
    changed = edit(source.rgb, rng)
    second = source.rgb if changed is None else changed
    return Changed(source.rgb, second, source.name, "")


def _words(rng: np.random.Generator, sources: Sources, block: bool, real: bool) -> Changed:
    """Other words in a bubble or in a block of text."""
    source, seed = sources.real(rng) if real else drawn_page(rng)[0], int(rng.integers(2**31))
    words = edits.some_words(rng, int(rng.integers(14, 40) if block else rng.integers(3, 9)))
    other = edits.changed_words(words, rng)
    write = edits.with_text if block else edits.with_bubble
    changes = sum(one != two for one, two in zip(words, other, strict=True))
    one, two = (write(source.rgb, told, seed) for told in (words, other))
    return Changed(one, two, source.name, f"{changes} of {len(words)} words")


def _sprite(rng: np.random.Generator, sources: Sources, enlarged: bool) -> Changed:
    seed, frames = int(rng.integers(2**31)), rng.permutation(3)[:2].tolist()
    times = int(rng.integers(ENLARGED[0], ENLARGED[1] + 1)) if enlarged else 1
    one, two = (draw_sprite(seed, frame).repeat(times, 0).repeat(times, 1) for frame in frames)
    return Changed(one, two, "drawn, sprite", f"frames {frames} x {times}")


def _fade(rng: np.random.Generator, sources: Sources, real: bool) -> Changed:
    """Two frames of a fade between two drawings, three frames apart."""
    one, two, name = _two_drawings(rng, sources, real)
    at = int(rng.integers(FADE_FRAMES - FADE_STEP))
    frames = [_blend(one, two, frame / (FADE_FRAMES - 1)) for frame in (at, at + FADE_STEP)]
    return Changed(*frames, name, f"frames {at} and {at + FADE_STEP}")


def _double_exposure(rng: np.random.Generator, sources: Sources, real: bool) -> Changed:
    """An end of a fade, and what lies in its middle."""
    one, two, name = _two_drawings(rng, sources, real)
    return Changed(one, _blend(one, two, rng.uniform(0.4, 0.6)), name, "end and middle")


def _two_drawings(rng: np.random.Generator, sources: Sources, real: bool) -> tuple[Rgb, Rgb, str]:
    first = sources.real(rng) if real else drawn_page(rng)[0]
    second = sources.real(rng) if real else drawn_page(rng)[0]
    size = first.rgb.shape[1::-1]
    return first.rgb, np.asarray(Image.fromarray(second.rgb).resize(size)), first.name


def _blend(one: Rgb, two: Rgb, share: float) -> Rgb:
    return np.asarray(Image.blend(Image.fromarray(one), Image.fromarray(two), share))


def _pan(rng: np.random.Generator, sources: Sources, real: bool) -> Changed | None:
    """Two frames of a pan that have little in common; the halves of a shirt mirror each other."""
    source = sources.real(rng) if real else _scenery(rng)
    rgb = source.rgb
    width = round(rgb.shape[1] * (REAL_PAN_SHARE if real else PAN_SHARE))
    step = round(width * rng.uniform(*PAN_STEPS))
    start = int(rng.integers(max(1, rgb.shape[1] - width - step)))
    starts = (start, min(start + step, rgb.shape[1] - width))
    one, two = (rgb[:, left : left + width] for left in starts)
    if np.abs(one.astype(np.int16) - two[:, ::-1]).mean() < MIRRORED_LEVELS:
        return None
    return Changed(one, two, source.name, f"{(starts[1] - starts[0]) / width:.2f} widths apart")


def _scenery(rng: np.random.Generator) -> Source:
    return Source(draw_scenery((2400, 480), int(rng.integers(2**31))), "drawn, outdoors")


def _both(
    name: str, family: Callable[..., Changed | None], **settings: object
) -> dict[str, Family]:
    """The family on drawn pages and on real pictures."""
    return {
        f"{name}, {where}": partial(family, real=where == "real", **settings)
        for where in ("drawn", "real")
    }


def _edits() -> dict[str, edits.Edit]:
    """Edits of any picture, by name."""
    tints = {
        f"tint {levels} levels, {area} %": edits.tint(levels, area / 100)
        for area in AREAS
        for levels in TINTS
    }
    covers = {"bar": edits.bar, "mosaic": edits.mosaic, "blur": edits.blurred}
    covered = {
        f"{name} {share} %": cover(share / 100)
        for name, cover in covers.items()
        for share in COVERED
    }
    others: dict[str, edits.Edit] = {
        "fog": edits.fog,
        "ghost": edits.ghost,
        "region recoloured": edits.recolour,
        "small element added": edits.element_added,
        "small element erased": edits.element_erased,
    }
    return tints | others | covered


def _families() -> dict[str, Family]:
    made: dict[str, Family] = {}
    for heads in HEADS:
        made[f"expression 1/{heads}, drawn"] = partial(_expression, heads=heads)
        made[f"expression 1/{heads}, real"] = partial(_expression_pasted, heads=heads)
    made |= {"skin colour": _skin, "hair colour": _hair, "shirt colour": _shirt}
    for name, edit in _edits().items():
        made |= _both(name, _edited, edit=edit)
    made |= _both("words in a bubble", _words, block=False)
    made |= _both("words in a block", _words, block=True)
    made["sprite, native"] = partial(_sprite, enlarged=False)
    made["sprite, enlarged"] = partial(_sprite, enlarged=True)
    made |= _both("fade, 3 frames apart", _fade)
    made |= _both("double exposure", _double_exposure)
    return made | _both("pan, far apart", _pan)


FAMILIES = _families()
"""Every family, by name."""
