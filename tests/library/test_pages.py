"""Pages without a drawing have reasons of their own, by flags in their notes and two settings."""

from __future__ import annotations

import pandas as pd
import pytest

from inksift.curation.base.errors import ParamError
from inksift.curation.base.pages import BLANK, INVISIBLE, TEXT
from inksift.curation.base.reasons import BLANK_PAGE, TEXT_PAGE
from inksift.curation.verdict.conservation import conservation_problems
from inksift.curation.verdict.decide import decide
from inksift.curation.verdict.evidence import EVIDENCE
from inksift.curation.verdict.pages import PageParams, find_pages, judge_pages
from inksift.curation.verdict.recipes import VerdictParams
from inksift.curation.verdict.removal_rates import removal_rates
from tests.frames import duplicates_of, images_of

NOTES = {
    "paper": BLANK,
    "unseen": f"{BLANK}; {INVISIBLE}",
    "words": f"{TEXT}; odd_orientation",
    "drawn": "12 frames, shown: 3",
    "copy": BLANK,
}


def _found() -> tuple[pd.DataFrame, pd.DataFrame]:
    images = images_of(
        *({"path": name, "image_id": name, "note": note} for name, note in NOTES.items())
    )
    places = [{"path": name, "group": at} for at, name in enumerate(NOTES) if name != "copy"]
    copy = {"path": "copy", "group": 0, "duplicate_of": "paper"}
    return images, duplicates_of(*places, copy)


def _decided(**settings: str) -> pd.DataFrame:
    images, duplicates = _found()
    judged = judge_pages(find_pages(images, duplicates), PageParams(**settings))
    drawn = judged.iloc[:1].assign(image_id="drawn", outcome="kept", reason="", p_photo=0.1)
    judgements = pd.concat([judged, drawn.assign(medium="illustration")], ignore_index=True)
    return decide(images, duplicates, EVIDENCE.frame([]), judgements).set_index("path")


def test_pages_are_found_among_kept_copies_by_their_notes() -> None:
    assert sorted(find_pages(*_found()).index) == ["paper", "unseen", "words"]


def test_blank_pages_are_rejected_and_pages_of_text_wait_unless_told_otherwise() -> None:
    decided = _decided()
    assert decided.loc["paper", "reason"] == decided.loc["unseen", "reason"] == BLANK_PAGE.name
    assert decided["outcome"].to_dict() == {
        "paper": BLANK_PAGE.outcome,
        "unseen": BLANK_PAGE.outcome,
        "words": TEXT_PAGE.outcome,
        "drawn": "kept",
        "copy": "rejected",
    }
    assert decided.loc["words", "reason"] == TEXT_PAGE.name
    assert "transparent" in decided.loc["unseen", "explanation"]
    assert decided.loc[["paper", "words"], "p_photo"].isna().all()


@pytest.mark.parametrize("outcome", ["kept", "review", "rejected"])
def test_settings_say_what_becomes_of_them(outcome: str) -> None:
    decided = _decided(blank_pages=outcome, text_pages=outcome)
    assert set(decided.loc[["paper", "unseen", "words"], "outcome"]) == {outcome}
    assert (decided["reason"] == "").equals(decided["outcome"] == "kept")
    assert conservation_problems(_found()[0], decided.reset_index()) == []


def test_pages_are_no_photographs_that_a_class_loses() -> None:
    assert removal_rates(_decided().reset_index())["rejected"].tolist() == [0]


def test_settings_are_those_of_the_verdict() -> None:
    assert VerdictParams.of("verdicts", {"text_pages": "rejected"}).blank_pages == "rejected"
    with pytest.raises(ParamError, match="blank_pages"):
        VerdictParams.of("verdicts", {"blank_pages": "burnt"})
