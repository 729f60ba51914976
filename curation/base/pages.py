"""Pages without a drawing: the flags in a picture's `note` that say so."""

from __future__ import annotations

DRAWN, BLANK, TEXT = "", "blank page", "text page"
"""What a page is: "" for all that is drawn, painted or photographed."""

INVISIBLE = "transparent throughout: nothing of it is seen"
"""A page that is blank because of its transparency."""


def page_of(note: str) -> str:
    """What the flags in a `note` call a page: DRAWN, BLANK or TEXT.

    >>> page_of("odd_orientation; blank page"), page_of("12 frames, shown: 3")
    ('blank page', '')
    """
    flags = note.split("; ")
    return next((page for page in (BLANK, TEXT) if page in flags), DRAWN)


def is_invisible(note: str) -> bool:
    """Whether a picture is blank because it is transparent throughout."""
    return INVISIBLE in note.split("; ")
