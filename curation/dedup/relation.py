"""What two pictures are to one another: the same picture, variants of one drawing, or different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from inksift.curation.base.trim import whole_box
from inksift.curation.dedup.aligned.align import Alignment, alignments
from inksift.curation.dedup.aligned.compare import Comparison, ComparisonLimits, compare
from inksift.curation.dedup.aligned.framing import is_framed
from inksift.curation.dedup.aligned.marks import Marked
from inksift.curation.dedup.aligned.turns import (
    beyond_quarters,
    degrees_turned,
    is_mirroring,
    onto_second,
    quarter,
    stretch,
)
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.aligned.warp import Matrix, covered, zoom
from inksift.curation.dedup.close_look.closer import Closer, look_closer


@dataclass(frozen=True)
class RelationLimits:
    """Where copies, variants and different pictures part. Agreement and score are correlations (-1
    to 1), the others shares (0 to 1) of an area or of a content, unless a field says otherwise.

    Chosen in the trials of `docs/decisions/006-a-copy-is-what-the-comparison-says.md`, where the
    classes hardly overlapped; `benchmarks/dedup_quality.py` measures all of them together."""

    min_score: float = 0.5
    """Score of an alignment from which two pictures are compared at all."""

    min_shown: float = ComparisonLimits.part
    """Share of one content that the other must show: one of the two must hold nearly all."""

    crop_shown: float = 0.45
    """Share of the larger content that a copy shows at least: a crop to about half."""

    detail_shown: float = 0.25
    """Share that a detail shows at least; less is too little to tell."""

    crop_agreement: float = 0.85
    """Agreement that a crop needs, as less of it can agree."""

    copy_agreement: float = 0.6
    """Agreement of a copy in which nothing changed."""

    most_changed: float = 0.003
    """Share in changed patches up to which nothing changed: 99 % of true copies have less, 98 % of
    drawings with a bubble or an element added have more."""

    largest_patch: float = 0.002
    """Share of the largest patch up to which nothing changed."""

    marked_agreement: float = 0.5
    """Agreement beside a watermark."""

    recoloured_agreement: float = 0.93
    """Agreement from which colours may differ as they like: outlines alone make a variant."""

    variant_agreement: float = 0.65
    """Agreement of variants in which only a part changed."""

    variant_changed: float = 0.15
    """Share in changed patches up to which only a part did."""

    whole: float = 0.97
    """Share of a content from which words speak of no crop."""

    same_size: float = 0.03
    """Natural logarithm of a ratio of sizes up to which words speak of no resizing: some 3 %."""

    tilt_degrees: float = 2.0
    """Degrees by which a turn may miss a quarter and be called one."""


_LIMITS = RelationLimits()


class Relation(NamedTuple):
    """What the second picture is to the first."""

    kind: str
    """One of "duplicate", "variant" and "different"."""

    similarity: float = 0.0
    """The correlation of the aligned colours, 0 to 1."""

    transform: str = ""
    """In words, what was done to the first to make the second."""

    marked: Marked = ""
    """Which of the two bears a watermark."""

    tilt: float = 0.0
    """Turn in degrees beyond quarter turns, -45 to 45."""

    stretch: float = 0.0
    """Natural logarithm of how much wider than high the second is drawn."""

    scale: float = 1.0
    """How many times as large as the first the second is drawn, as a length in pixels of the
    originals."""

    grain: float = 0.0
    """Binary logarithm of how much rougher the second is where the first is smooth than the other
    way round."""

    places: str = ""
    """Changed places of a variant in the first, as PAIRS has them."""

    other_places: str = ""
    """The same in the second."""


DIFFERENT = Relation("different")


def relate(first: View, second: View) -> Relation:
    """Align two pictures, compare them, and judge."""
    laid = laid_over(first, second)
    if laid is None:
        return DIFFERENT
    alignment, found = laid
    kind = _kind(found)
    if kind == "different":
        return DIFFERENT
    closer = look_closer(first, second, alignment, found.marked)
    if closer.changed and kind == "duplicate":
        kind = "variant"
    marked = closer.marked if kind == "duplicate" else ""
    words = _words(first, second, alignment, found, marked)
    if kind == "variant":
        words.append(_change(found, closer))
    transform = ", ".join(words) or "re-encoded"
    onto = onto_second(alignment.matrix)
    return Relation(
        kind,
        round(max(0.0, found.similarity), 4),
        transform,
        marked,
        tilt=round(beyond_quarters(degrees_turned(onto)), 2),
        stretch=round(stretch(onto), 4),
        scale=round(_scale(first, second, alignment), 4),
        grain=round(closer.grain, 3),
        places=closer.places,
        other_places=closer.other_places,
    )


def laid_over(first: View, second: View) -> tuple[Alignment, Comparison] | None:
    """How the second picture lies over the first, and what then differs; None where nothing is
    believed to agree."""
    believed = [one for one in alignments(first, second) if one.score >= _LIMITS.min_score]
    laid = [(alignment, compare(first, second, alignment)) for alignment in believed]
    sound = [(alignment, found) for alignment, found in laid if found is not None]
    # Borders and tones blur a score; outlines beside both tell which way round a figure is.
    return max(sound, key=lambda one: one[1].agreement, default=None)


def _kind(found: Comparison) -> str:
    """What the shares and correlations make of it, the surest first."""
    smaller, larger = sorted((found.shown, found.other_shown))
    if larger < _LIMITS.min_shown or smaller < _LIMITS.detail_shown:
        return "different"
    if smaller < _LIMITS.min_shown and found.agreement < _LIMITS.crop_agreement:
        return "different"
    if found.agreement > _LIMITS.copy_agreement and _unchanged(found):
        return "duplicate" if smaller >= _LIMITS.crop_shown else "variant"
    if _is_marked_copy(found, smaller):
        return "duplicate"
    if found.agreement > _LIMITS.recoloured_agreement:
        return "variant"
    return "variant" if _is_altered(found, smaller) else "different"


def _is_marked_copy(found: Comparison, shown: float) -> bool:
    """Whether a watermark is all that was added."""
    agrees = found.agreement > _LIMITS.marked_agreement
    return agrees and bool(found.marked) and shown >= _LIMITS.crop_shown


def _is_altered(found: Comparison, shown: float) -> bool:
    """Whether a part of the drawing is another, and the rest the same and whole."""
    agrees = found.agreement > _LIMITS.variant_agreement
    return agrees and found.changed < _LIMITS.variant_changed and shown >= _LIMITS.min_shown


def _unchanged(found: Comparison) -> bool:
    return found.changed < _LIMITS.most_changed and found.largest < _LIMITS.largest_patch


def _words(
    first: View, second: View, alignment: Alignment, found: Comparison, marked: Marked
) -> list[str]:
    """What was done, in the order in which the report tells it."""
    words = [
        *turn_in_words(alignment.matrix),
        *_size(_scale(first, second, alignment)),
        *_crop(found),
        *_border(first, second, alignment, found),
    ]
    if found.gain != 1:
        words.append(f"brightness x {found.gain:.2g}")
    if marked:
        words.append(f"watermark {'added' if marked == 'second' else 'removed'}")
    return words


def _change(found: Comparison, closer: Closer) -> str:
    if _unchanged(found):
        return "a small change" if closer.changed else "a detail of it"
    redrawn = found.changed >= _LIMITS.variant_changed
    return "recoloured or redrawn" if redrawn else "an element changed"


def turn_in_words(matrix: Matrix) -> list[str]:
    """Mirroring and turning from the first to the second, which `matrix` lays over the first."""
    onto = onto_second(matrix)
    mirrored = is_mirroring(onto)
    shown = _whole_degrees(degrees_turned(onto))
    if mirrored and shown == 180:
        return ["mirrored upside down"]
    turned = [f"turned {shown} degrees"] if shown else []
    return (["mirrored"] if mirrored else []) + turned


def _whole_degrees(degrees: float) -> int:
    """The nearest quarter turn where it is near, else the nearest degree, from 0 to 359."""
    is_quarter = abs(beyond_quarters(degrees)) <= _LIMITS.tilt_degrees
    return (quarter(degrees) if is_quarter else round(degrees)) % 360


def _scale(first: View, second: View, alignment: Alignment) -> float:
    """How many times as large the second is drawn, in pixels of the originals."""
    # Views are shrunk to one size, so the scale between them says nothing of the originals'.
    shrunk, other_shrunk = first.width / first.size[1], second.width / second.size[1]
    return other_shrunk / shrunk / zoom(alignment.matrix)


def _size(scale: float) -> list[str]:
    """The size of the drawing itself."""
    resized = abs(np.log(scale)) > _LIMITS.same_size
    return [f"resized to {100 * scale:.0f} %"] if resized else []


def _crop(found: Comparison) -> list[str]:
    words = []
    if found.shown < _LIMITS.whole:
        words.append(f"cropped {100 * (1 - found.shown):.0f} %")
    if found.other_shown < _LIMITS.whole:
        words.append(f"extended {100 * (1 - found.other_shown):.0f} %")
    return words


def _border(first: View, second: View, alignment: Alignment, found: Comparison) -> list[str]:
    """What lies around only one of them: a frame with buttons or a crooked sheet is no border of
    one colour, and tells more."""
    onto = np.asarray(np.linalg.inv(alignment.matrix))
    added = found.other_shown < _LIMITS.whole and is_framed(first.page, second.rgb, onto)
    removed = found.shown < _LIMITS.whole and is_framed(second.page, first.rgb, alignment.matrix)
    if added != removed:
        return ["border added" if added else "border removed"]
    if first.bordered == second.bordered:
        return []
    if second.bordered:
        return ["border added"] if _reaches_beyond(second, first, onto) else []
    return ["border removed"] if _reaches_beyond(first, second, alignment.matrix) else []


def _reaches_beyond(view: View, other: View, matrix: Matrix) -> bool:
    """Whether a view shows more than all of the other, which `matrix` lays over it: a plain sky
    that was trimmed from one of two is no border."""
    shown = covered(whole_box(other.rgb), matrix, view.size)
    return float(shown.mean()) < _LIMITS.whole
