"""What two pictures are to one another: the same picture, variants of one drawing, or different."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curation.dedup.align import Alignment, align
from curation.dedup.compare import Comparison, compare
from curation.dedup.marks import Marked
from curation.dedup.view import View

MIN_SCORE = 0.5
MIN_SHOWN = 0.85
CROP_SHOWN = 0.45
DETAIL_SHOWN = 0.25
CROP_AGREEMENT = 0.85
COPY_AGREEMENT = 0.6
MOST_CHANGED = 0.003
LARGEST_PATCH = 0.002
MARKED_AGREEMENT = 0.5
RECOLOURED_AGREEMENT = 0.93
VARIANT_AGREEMENT = 0.65
VARIANT_CHANGED = 0.15
WHOLE = 0.97
SAME_SIZE = 0.03
TILT_DEGREES = 2.0


class Relation(NamedTuple):
    """`kind` is "duplicate", "variant" or "different"; `similarity` (0 to 1) correlates the aligned
    colours, and `transform` says in words what was done to the first to make the second."""

    kind: str
    similarity: float = 0.0
    transform: str = ""
    marked: Marked = ""


DIFFERENT = Relation("different")


def relate(first: View, second: View) -> Relation:
    """Align two pictures, compare them, and judge."""
    alignment = align(first, second)
    if alignment is None or alignment.score < MIN_SCORE:
        return DIFFERENT
    found = compare(first, second, alignment)
    kind = "different" if found is None else _kind(found)
    if found is None or kind == "different":
        return DIFFERENT
    marked: Marked = found.marked if kind == "duplicate" and not _unchanged(found) else ""
    words = _words(first, second, alignment, found, kind, marked)
    return Relation(
        kind, round(max(0.0, found.similarity), 4), ", ".join(words) or "re-encoded", marked
    )


def _kind(found: Comparison) -> str:
    smaller, larger = sorted((found.shown, found.other_shown))
    if larger < MIN_SHOWN or smaller < DETAIL_SHOWN:
        return "different"
    if smaller < MIN_SHOWN and found.agreement < CROP_AGREEMENT:
        return "different"
    if found.agreement > COPY_AGREEMENT and _unchanged(found):
        return "duplicate" if smaller >= CROP_SHOWN else "variant"
    if found.agreement > MARKED_AGREEMENT and found.marked and smaller >= CROP_SHOWN:
        return "duplicate"
    if found.agreement > RECOLOURED_AGREEMENT:
        return "variant"
    similar = found.agreement > VARIANT_AGREEMENT and found.changed < VARIANT_CHANGED
    return "variant" if similar and smaller >= MIN_SHOWN else "different"


def _unchanged(found: Comparison) -> bool:
    return found.changed < MOST_CHANGED and found.largest < LARGEST_PATCH


def _words(
    first: View, second: View, alignment: Alignment, found: Comparison, kind: str, marked: Marked
) -> list[str]:
    return [
        *_turn(alignment),
        *_size(first, second, alignment),
        *_crop(found),
        *_border(first, second),
        *([f"brightness x {found.gain:.2g}"] if found.gain != 1 else []),
        *([f"watermark {'added' if marked == 'second' else 'removed'}"] if marked else []),
        *([_change(found)] if kind == "variant" else []),
    ]


def _change(found: Comparison) -> str:
    if _unchanged(found):
        return "a detail of it"
    return "recoloured or redrawn" if found.changed >= VARIANT_CHANGED else "an element changed"


def _turn(alignment: Alignment) -> list[str]:
    """Mirroring and turning from the first to the second."""
    onto = np.linalg.inv(alignment.matrix)[:2, :2]
    mirrored = np.linalg.det(onto) < 0
    if mirrored:
        onto = np.diag([-1.0, 1.0]) @ onto
    degrees = float(np.degrees(np.arctan2(onto[1, 0] - onto[0, 1], onto[0, 0] + onto[1, 1])))
    nearest = round(degrees / 90) * 90
    shown = (nearest if abs(degrees - nearest) <= TILT_DEGREES else round(degrees)) % 360
    if mirrored and shown == 180:
        return ["mirrored upside down"]
    turned = [f"turned {shown} degrees"] if shown else []
    return (["mirrored"] if mirrored else []) + turned


def _size(first: View, second: View, alignment: Alignment) -> list[str]:
    """The size of the drawing itself, in pixels of the originals."""
    zoomed = np.sqrt(abs(np.linalg.det(alignment.matrix[:2, :2])))
    scale = (second.width / second.size[1]) / (first.width / first.size[1]) / zoomed
    return [f"resized to {100 * scale:.0f} %"] if abs(np.log(scale)) > SAME_SIZE else []


def _crop(found: Comparison) -> list[str]:
    cut = [f"cropped {100 * (1 - found.shown):.0f} %"] if found.shown < WHOLE else []
    return cut + (
        [f"extended {100 * (1 - found.other_shown):.0f} %"] if found.other_shown < WHOLE else []
    )


def _border(first: View, second: View) -> list[str]:
    if first.bordered == second.bordered:
        return []
    return ["border added" if second.bordered else "border removed"]
