"""Copies and variants of a picture with a known truth, and line drawings to hide them among.

A copy shows the same picture, as a crawler meets it again: made smaller, compressed, cropped,
framed, stamped, turned. A variant is the same drawing with something else in it, and is to be kept.
What is random is drawn from a generator: the same state of it gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import permutations

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from inksift.curation.base.rgb import Rgb

Change = Callable[[Image.Image, np.random.Generator], Image.Image]

WORDS = ("SAMPLE", "© Studio 2021", "DRAFT", "www.example.org", "Preview only", "Not for sale")
GREYS = (0, 128, 255)
PLACES = ("corner", "centre", "diagonal", "tiled")
FILTERS = (
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
    Image.Resampling.BOX,
)
TURNS = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
SKETCH_SIDE_PX = 480
VISIBLE_LEVELS = 2.0


def plant(rgb: Rgb, name: str, rng: np.random.Generator) -> bytes:
    """The file that the transform or variant of that name makes of a picture (height x width x 3).

    "as PNG" keeps every pixel. Where the name says no format, it is PNG or JPEG of quality 85 to
    95, by chance."""
    picture = _CHANGES[name](Image.fromarray(rgb), rng)
    if name in _FORMATS:
        return _encoded(picture, *_FORMATS[name])
    return _encoded(
        picture, *(("PNG", 0) if rng.random() < 0.5 else ("JPEG", int(rng.integers(85, 96))))
    )


def is_visible(rgb: Rgb, variant: bytes) -> bool:
    """Whether a variant differs from its picture by two levels in the mean; black ink, say, has no
    hue to shift."""
    return (
        float(np.abs(on_white(Image.open(io.BytesIO(variant))).astype(np.float64) - rgb).mean())
        >= VISIBLE_LEVELS
    )


def on_white(picture: Image.Image) -> Rgb:
    """The picture in RGB; what is transparent in it is shown on white."""
    opaque = picture.convert("RGBA")
    return np.asarray(
        Image.alpha_composite(Image.new("RGBA", opaque.size, "white"), opaque).convert("RGB")
    )


def sketch(rng: np.random.Generator) -> Rgb:
    """A drawing of four to nine pen strokes on white."""
    picture = Image.new("RGB", (SKETCH_SIDE_PX, SKETCH_SIDE_PX), "white")
    draw = ImageDraw.Draw(picture)
    for _ in range(rng.integers(4, 10)):
        draw.line(
            _stroke(rng),
            fill=_grey(int(rng.integers(0, 80))),
            width=int(rng.integers(2, 6)),
            joint="curve",
        )
    return np.asarray(picture)


def _stroke(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Points of a smooth curve: the mean of five random ones, weighted as Bezier does."""
    corners, along = (
        rng.uniform(0.05, 0.95, (5, 2)) * SKETCH_SIDE_PX,
        np.linspace(0, 1, 60)[:, None],
    )
    curve = sum(
        weight * along**k * (1 - along) ** (4 - k) * corners[k]
        for k, weight in enumerate((1, 4, 6, 4, 1))
    )
    return [(float(x), float(y)) for x, y in np.asarray(curve)]


def _same(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return picture


def _resize(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    width, height = picture.size
    return picture.resize(
        (max(1, width // 2), max(1, height // 2)), FILTERS[rng.integers(len(FILTERS))]
    )


def _compress(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return Image.open(io.BytesIO(_encoded(picture, "JPEG", 30))).convert("RGB")


def _brighten(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(1.3)


def _crop_5(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return _cropped(picture, (0.05, 0.05), 0.9)


def _crop_10(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return _cropped(picture, (0.1, 0.1), 0.8)


def _crop_uneven(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """As much as 10 % from each side take, shared by chance between opposite sides."""
    left, top = rng.uniform(0, 0.2, 2)
    return _cropped(picture, (left, top), 0.8)


def _cropped(picture: Image.Image, corner: tuple[float, float], share: float) -> Image.Image:
    (width, height), (left, top) = picture.size, corner
    return picture.crop(
        (
            round(width * left),
            round(height * top),
            round(width * (left + share)),
            round(height * (top + share)),
        )
    )


def _border(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A frame of one colour, on each side a tenth of the longer side wide."""
    colours = ((255, 255, 255), (0, 0, 0), _colour(rng))
    width, height = picture.size
    margin = round(max(picture.size) * 0.1)
    framed = Image.new(
        "RGB", (width + 2 * margin, height + 2 * margin), colours[rng.integers(len(colours))]
    )
    framed.paste(picture, (margin, margin))
    return framed


def _mirror(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _rotate(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return picture.transpose(TURNS[rng.integers(len(TURNS))])


def _watermark(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Words of 4 to 12 % of the height in black, grey or white, 35 to 100 % opaque, in one place or
    all over."""
    words, place = WORDS[rng.integers(len(WORDS))], PLACES[rng.integers(len(PLACES))]
    stamp = _stamp(
        words, round(picture.height * rng.uniform(0.04, 0.12)), GREYS[rng.integers(len(GREYS))]
    )
    layer = Image.new("RGBA", picture.size)
    for at, angle in _spots(place, picture.size, stamp.size, rng):
        layer.alpha_composite(_clipped(stamp.rotate(angle, expand=True), at, picture.size))
    opacity = rng.uniform(0.35, 1)
    layer.putalpha(layer.getchannel("A").point(lambda alpha: round(alpha * opacity)))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def _stamp(words: str, height_px: int, grey: int) -> Image.Image:
    """Words on a transparent ground that they just fill."""
    font = ImageFont.load_default(max(6, height_px))
    left, top, right, bottom = (round(side) for side in font.getbbox(words))
    stamp = Image.new("RGBA", (right - left, bottom - top))
    ImageDraw.Draw(stamp).text((-left, -top), words, font=font, fill=(*_grey(grey), 255))
    return stamp


def _spots(
    place: str, size: tuple[int, int], stamp: tuple[int, int], rng: np.random.Generator
) -> list[tuple[tuple[int, int], float]]:
    """Centres of the stamps in pixels and their angles in degrees."""
    (width, height), (across, down) = size, stamp
    match place:
        case "corner":
            x, y = across // 2 + width // 50, down // 2 + height // 50
            return [((int(rng.choice([x, width - x])), int(rng.choice([y, height - y]))), 0.0)]
        case "tiled":
            rows, columns = (
                range(0, height + 4 * down, 4 * down),
                range(0, width + across, round(1.6 * across)),
            )
            return [
                ((x + (row % 2) * across // 2, y), 20.0)
                for row, y in enumerate(rows)
                for x in columns
            ]
    return [((width // 2, height // 2), 35.0 if place == "diagonal" else 0.0)]


def _clipped(stamp: Image.Image, centre: tuple[int, int], size: tuple[int, int]) -> Image.Image:
    """A layer of that size with the stamp on it, cut off at the edges."""
    layer = Image.new("RGBA", size)
    layer.paste(stamp, (centre[0] - stamp.width // 2, centre[1] - stamp.height // 2))
    return layer


def _two(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Two different transforms, one after the other, but not two crops."""
    for name in _COMBINATIONS[rng.integers(len(_COMBINATIONS))]:
        picture = _TRANSFORMS[name](picture, rng)
    return picture


def _shift_hue(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    hue, saturation, value = cv2.split(cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2HSV))
    turned = ((hue.astype(int) + 60) % 180).astype(np.uint8)
    return Image.fromarray(cv2.cvtColor(cv2.merge([turned, saturation, value]), cv2.COLOR_HSV2RGB))


def _night(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    tinted = np.asarray(picture, np.float64) * (0.35, 0.4, 0.65) + (5, 8, 30)
    return Image.fromarray(tinted.round().clip(0, 255).astype(np.uint8))


def _speech_bubble(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A white bubble with a black outline, a tail and two lines of words, 30 to 45 % of the
    width."""
    drawn = picture.copy()
    draw, outline = ImageDraw.Draw(drawn), max(2, picture.width // 150)
    left, top, right, bottom = _area(picture, rng.uniform(0.3, 0.45), 0.6, rng)
    middle, low = (left + right) / 2, (top + bottom) / 2
    tail = [
        (middle - outline * 3, low),
        (right, bottom + (bottom - top) / 3),
        (middle + outline * 6, low),
    ]
    draw.polygon(tail, fill="white", outline="black", width=outline)
    draw.ellipse((left, top, right, bottom), fill="white", outline="black", width=outline)
    font = ImageFont.load_default(max(6, (bottom - top) / 5))
    draw.multiline_text(
        (middle, low), "Where is\nmy goat?", fill="black", font=font, anchor="mm", align="center"
    )
    return drawn


def _add_element(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A ball of another colour with an outline, 18 to 28 % of the width."""
    drawn = picture.copy()
    area = _area(picture, rng.uniform(0.18, 0.28), 1.0, rng)
    ImageDraw.Draw(drawn).ellipse(
        area, fill=_colour(rng), outline="black", width=max(2, picture.width // 120)
    )
    return drawn


def _erase_element(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """What lies in the busiest of 30 random places, 20 to 30 % of the width, painted over with what
    surrounds it."""
    rgb, side = np.asarray(picture), rng.uniform(0.2, 0.3)
    areas = [tuple(round(edge) for edge in _area(picture, side, 1.0, rng)) for _ in range(30)]
    left, top, right, bottom = max(
        areas, key=lambda area: rgb[area[1] : area[3], area[0] : area[2]].std()
    )
    mask = np.zeros(rgb.shape[:2], np.uint8)
    mask[top:bottom, left:right] = 255
    return Image.fromarray(cv2.inpaint(rgb, mask, 5, cv2.INPAINT_TELEA))


def _area(
    picture: Image.Image, share: float, flatness: float, rng: np.random.Generator
) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a random area inside: `share` of the shorter side wide,
    `flatness` as high."""
    across = share * min(picture.size)
    left = rng.uniform(0.05, 0.95) * (picture.width - across)
    top = rng.uniform(0.05, 0.95) * (picture.height - across)
    return left, top, left + across, top + across * flatness


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(level) for level in rng.integers(0, 256, 3))
    return red, green, blue


def _grey(level: int) -> tuple[int, int, int]:
    return level, level, level


def _encoded(picture: Image.Image, kind: str, quality: int) -> bytes:
    """`quality` is that of JPEG."""
    stream = io.BytesIO()
    picture.save(stream, kind, quality=quality)
    return stream.getvalue()


_FORMATS = {"as PNG": ("PNG", 0), "as JPEG": ("JPEG", 92), "JPEG 30": ("JPEG", 30)}
_TRANSFORMS: dict[str, Change] = {
    "resize 0.5": _resize,
    "JPEG 30": _compress,
    "brightness 1.3": _brighten,
    "crop 5 %": _crop_5,
    "crop 10 %": _crop_10,
    "border 10 %": _border,
    "watermark": _watermark,
    "mirror": _mirror,
    "rotate": _rotate,
}
_VARIANTS: dict[str, Change] = {
    "hue shifted": _shift_hue,
    "night": _night,
    "speech bubble": _speech_bubble,
    "element added": _add_element,
    "element erased": _erase_element,
}
_CHANGES = (
    {"as PNG": _same, "as JPEG": _same}
    | _TRANSFORMS
    | {"crop 10 % uneven": _crop_uneven, "two of these": _two}
    | _VARIANTS
)
_COMBINATIONS = [
    (one, two)
    for one, two in permutations(_TRANSFORMS, 2)
    if {one, two} != {"crop 5 %", "crop 10 %"}
]

TRANSFORMS = tuple(name for name in _CHANGES if name not in _VARIANTS)
VARIANTS = tuple(_VARIANTS)
