"""The conservation law: every file found has exactly one outcome, and whoever reads the decisions
can prove it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from inksift.curation.base.among import is_among
from inksift.curation.base.media import MEDIA
from inksift.curation.base.reasons import BY_PERSON, DUPLICATE_FILE, VARIANT_REJECTED

OUTCOMES = ("kept", "review", "rejected")
DECIDERS = ("machine", "human")
MACHINE, HUMAN = DECIDERS


def conservation_problems(images: pd.DataFrame, decisions: pd.DataFrame) -> list[str]:
    """What in a DECISIONS frame breaks the law for the files of an IMAGES frame; empty when nothing
    does."""
    return [
        *_paths(images, decisions),
        *_values(decisions),
        *_reasons(decisions),
        *_copies(decisions),
        *_variants(decisions),
    ]


def by_people(decisions: pd.DataFrame) -> pd.Series:
    """Which rows of DECISIONS a person decided."""
    return decisions["decided_by"] == HUMAN


def _paths(images: pd.DataFrame, decisions: pd.DataFrame) -> Iterator[str]:
    found, decided = images["path"], decisions["path"]
    yield from _told(decided[decided.duplicated()], "decided more than once")
    yield from _told(found[~is_among(found, decided)], "found, but without a decision")
    yield from _told(decided[~is_among(decided, found)], "decided, but not among the files found")
    both = decisions.merge(images, on="path", suffixes=("", "_found"))
    mistaken = both["image_id"] != both["image_id_found"]
    yield from _told(both.loc[mistaken, "path"], "decided under another image_id")
    kept_blind = ~both["readable"] & (both["outcome"] != "rejected")
    yield from _told(both.loc[kept_blind, "path"], "unreadable, yet not rejected")


def _values(decisions: pd.DataFrame) -> Iterator[str]:
    for column, legal in (("outcome", OUTCOMES), ("medium", MEDIA), ("decided_by", DECIDERS)):
        wrong = ~decisions[column].isin(legal)
        yield from _told(
            decisions.loc[wrong, "path"], f"with a {column} other than {', '.join(legal)}"
        )
    given = decisions["p_photo"].notna()
    outside = given & ~decisions["p_photo"].between(0, 1)
    yield from _told(decisions.loc[outside, "path"], "with a p_photo outside 0 to 1")


def _reasons(decisions: pd.DataFrame) -> Iterator[str]:
    kept = decisions["outcome"] == "kept"
    for column in ("stage", "reason"):
        given = decisions[column] != ""
        yield from _told(
            decisions.loc[~kept & ~given, "path"], f"rejected or for review without a {column}"
        )
        yield from _told(decisions.loc[kept & given, "path"], f"kept, yet with a {column}")
    rejected = decisions["outcome"] == "rejected"
    wrong = rejected & (by_people(decisions) != (decisions["stage"] == BY_PERSON.stage))
    yield from _told(
        decisions.loc[wrong, "path"],
        "rejected by a person in another stage than human, or the reverse",
    )


def _copies(decisions: pd.DataFrame) -> Iterator[str]:
    is_copy = (decisions["outcome"] == "rejected") & (decisions["reason"] == DUPLICATE_FILE.name)
    originals = decisions.loc[~is_copy, "path"]
    nameless = is_copy & (decisions["duplicate_of"] == "")
    yield from _told(decisions.loc[nameless, "path"], "rejected as duplicates of no named file")
    named = decisions[decisions["duplicate_of"] != ""]
    absent = ~is_among(named["duplicate_of"], decisions["path"])
    yield from _told(named.loc[absent, "path"], "duplicates of a file that was not found")
    chained = is_copy.loc[named.index] & ~absent & ~is_among(named["duplicate_of"], originals)
    yield from _told(
        named.loc[chained, "path"], "duplicates of a file that is itself rejected as a duplicate"
    )


def _variants(decisions: pd.DataFrame) -> Iterator[str]:
    is_variant = decisions["reason"] == VARIANT_REJECTED.name
    variants = decisions[is_variant & (decisions["outcome"] == VARIANT_REJECTED.outcome)]
    staying = decisions.loc[decisions["outcome"] != "rejected", "path"]
    lost = ~is_among(variants["duplicate_of"], staying)
    yield from _told(variants.loc[lost, "path"], "rejected as variants of no file that stays")


def _told(paths: pd.Series, what: str) -> Iterator[str]:
    if len(paths):
        yield f"{len(paths)} file(s) {what}, such as {paths.iloc[0]!r}"
