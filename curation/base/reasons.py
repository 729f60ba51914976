"""Why a file has its outcome: the one list behind the columns `outcome`, `stage` and `reason`.

Whoever writes, counts, shows or explains a reason takes it from here."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """One reason that a file is rejected, or waits for a person.

    `name` and `stage` are the codes in DECISIONS, `outcome` is what follows, unless a setting says
    otherwise. `one` says it of one
    file and `many` of several, in words that follow a count. `remedy` is what a person can do,
    where only a person can."""

    name: str
    stage: str
    outcome: str
    one: str
    many: str
    remedy: str = ""


UNREADABLE_FILE = Reason("unreadable", "images", "rejected", "unreadable", "could not be read")
DUPLICATE_FILE = Reason(
    "duplicate", "duplicates", "rejected", "duplicate", "copies of a file that stays"
)
LABEL_CONFLICT = Reason(
    "label_conflict",
    "duplicates",
    "review",
    "label conflict",
    "copies filed under several classes",
    "a person has to say which",
)
VARIANT_FOR_REVIEW = Reason(
    "variant", "duplicates", "review", "variant", "variants of a picture that stays"
)
VARIANT_REJECTED = VARIANT_FOR_REVIEW._replace(outcome="rejected")
BAD_FEATURE = Reason(
    "bad_feature",
    "embeddings",
    "rejected",
    "bad feature",
    "gave the network nothing usable",
)
PHOTO_VERDICT = Reason("photo", "verdicts", "rejected", "photo", "photographs")
UNSURE_VERDICT = Reason(
    "unsure", "verdicts", "review", "unsure", "photograph or illustration, unsure"
)
BLANK_PAGE = Reason("blank", "verdicts", "rejected", "blank page", "blank pages")
TEXT_PAGE = Reason("text_page", "verdicts", "review", "text page", "pages of text")
MARKED_FOR_REVIEW = Reason("marked_as_ai", "marks", "review", "AI mark", "say that an AI made them")
MARKED_REJECTED = MARKED_FOR_REVIEW._replace(outcome="rejected")
PHOTO_BY_PERSON = Reason("photo", "human", "rejected", "photo", "called photographs by a person")
BY_PERSON = Reason("human", "human", "rejected", "by a person", "by a person")

REASONS = (
    UNREADABLE_FILE,
    DUPLICATE_FILE,
    LABEL_CONFLICT,
    VARIANT_FOR_REVIEW,
    VARIANT_REJECTED,
    BAD_FEATURE,
    PHOTO_VERDICT,
    UNSURE_VERDICT,
    BLANK_PAGE,
    TEXT_PAGE,
    MARKED_FOR_REVIEW,
    MARKED_REJECTED,
    PHOTO_BY_PERSON,
    BY_PERSON,
)
"""In the order in which the stages give them: the first one that holds is a file's."""

REASON_STAGES = tuple(dict.fromkeys(reason.stage for reason in REASONS))
"""The stages that give reasons, in their order."""
