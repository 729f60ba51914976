"""What two files are to one another, with all that their pictures do not show.

A transparent drawing is the same one on every ground, and two that look alike on one ground may
differ on another. Two animations are copies only if their other frames agree too."""

from __future__ import annotations

from inksift.curation.base.rgb import Rgb
from inksift.curation.base.unseen import BLACK, WHITE
from inksift.curation.dedup.aligned.ground import NEAR_LEVELS, GroundColour, ground_of
from inksift.curation.dedup.aligned.view import View
from inksift.curation.dedup.relation import Relation, relate

ON_OTHER_GROUND = "on another ground"
"""What the words of a relation say where a transparent drawing was laid on a colour."""

LEAST_CONTRAST = 4.0
"""Deviation of levels (0 to 255) below which a picture shows nothing to compare, as in
`pairs.min_contrast`."""


def relate_files(first: View, second: View) -> Relation:
    """As `relate`, but for transparent pictures on the grounds that matter, and over the frames of
    animations. Pictures that agree in what is shown only are variants."""
    transparent = [view.transparent for view in (first, second)]
    if all(transparent):
        found = _both_transparent(first, second)
    elif any(transparent):
        found = _one_transparent(first, second)
    else:
        found = relate(first, second)
    if found.kind == "duplicate" and not _same_films(first, second):
        return found._replace(kind="variant", marked="")
    return found


def _both_transparent(first: View, second: View) -> Relation:
    """On the ground of the first; a copy must be one on the opposite ground too."""
    level = first.ground
    shown = second if second.ground == level else second.on(_grey(level))
    found = relate(first, shown)
    if found.kind != "duplicate":
        return found
    opposite = _grey(BLACK if level == WHITE else WHITE)
    same = _agree(first.on(opposite), second.on(opposite))
    return found if same else found._replace(kind="variant", marked="")


def _one_transparent(first: View, second: View) -> Relation:
    """As shown, else on the colour that lies around the opaque one."""
    found = relate(first, second)
    through, opaque = (first, second) if first.transparent else (second, first)
    colour = ground_of(opaque.rgb)
    if found.kind == "duplicate" or colour is None or _near(colour, through.ground):
        return found
    laid = through.on(colour)
    again = relate(laid, second) if through is first else relate(first, laid)
    if again.kind != "duplicate":
        return found
    return again._replace(transform=f"{again.transform}, {ON_OTHER_GROUND}")


def _same_films(first: View, second: View) -> bool:
    """Whether the frames of two animations agree; a still picture agrees with any that shows it."""
    if not first.film or not second.film:
        return True
    films = zip(first.film, second.film, strict=False)
    return all(_agree(_frame_view(one), _frame_view(other)) for one, other in films)


def _frame_view(rgb: Rgb) -> View:
    return View(rgb, width=rgb.shape[1], height=rgb.shape[0])


def _agree(one: View, other: View) -> bool:
    """Whether neither shows what the other lacks: both nothing, or the same drawing."""
    flat = [view.rgb.std(axis=(0, 1)).max() < LEAST_CONTRAST for view in (one, other)]
    return all(flat) or (not any(flat) and relate(one, other).kind == "duplicate")


def _near(colour: GroundColour, level: int) -> bool:
    return max(abs(value - level) for value in colour) <= NEAR_LEVELS


def _grey(level: int) -> GroundColour:
    return level, level, level
