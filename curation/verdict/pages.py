"""Pages without a drawing: neither photographs nor illustrations, so no recipe judges them and they
have no part in the folder's share of photographs."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import Field

from inksift.curation.base.among import is_among
from inksift.curation.base.media import UNSURE
from inksift.curation.base.pages import BLANK, DRAWN, is_invisible, page_of
from inksift.curation.base.params import Params
from inksift.curation.base.reasons import BLANK_PAGE, TEXT_PAGE, Reason
from inksift.curation.verdict.judgements import JUDGEMENTS

_KEPT = "kept"


class PageParams(Params):
    """What becomes of pages without a drawing."""

    blank_pages: Literal["rejected", "review", "kept"] = Field(
        "rejected", description="Blank pages, with no more than paper or a page number"
    )
    text_pages: Literal["review", "rejected", "kept"] = Field(
        "review", description="Pages of text without a drawing"
    )


def find_pages(images: pd.DataFrame, duplicates: pd.DataFrame) -> pd.Series:
    """The notes of the kept copies in DUPLICATES that are pages without a drawing, by their
    image_id, from IMAGES."""
    kept = is_among(images["image_id"], duplicates.loc[duplicates["keep"], "image_id"])
    notes = images[kept].drop_duplicates("image_id").set_index("image_id")["note"]
    pages = [page_of(note) != DRAWN for note in notes]
    return notes[pages]


def judge_pages(pages: pd.Series, params: PageParams) -> pd.DataFrame:
    """A JUDGEMENTS row for each of `find_pages`, without a probability."""
    rows = zip(pages.index, pages, strict=True)
    return JUDGEMENTS.frame([_judged(str(image_id), note, params) for image_id, note in rows])


def _judged(image_id: str, note: str, params: PageParams) -> dict[str, object]:
    blank = page_of(note) == BLANK
    reason = BLANK_PAGE if blank else TEXT_PAGE
    outcome = params.blank_pages if blank else params.text_pages
    return {
        "image_id": image_id,
        "outcome": outcome,
        "reason": "" if outcome == _KEPT else reason.name,
        "p_photo": float("nan"),
        "medium": UNSURE,
        "explanation": _in_words(note, reason),
    }


def _in_words(note: str, reason: Reason) -> str:
    if is_invisible(note):
        return "a blank page: every pixel is transparent"
    what = "nothing is drawn on it" if reason is BLANK_PAGE else "rows of letters and no drawing"
    return f"a {reason.one}: {what}"
