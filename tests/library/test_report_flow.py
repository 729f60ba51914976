"""The flow from found to kept: its branches add up, their widths are to one scale, and codes read
as words."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from inksift.curation.base.reasons import REASONS
from inksift.curation.base.tables import DECISIONS, FAMILIES
from inksift.curation.drawing.words import error_in_words, reason_in_words
from inksift.curation.gather.folder import safe_open, walk
from inksift.curation.gather.gate import answer, decode
from inksift.curation.people.ledger.entries import HUMAN_DECISIONS
from inksift.curation.report.flow import flow
from inksift.curation.verdict import conflicts, human
from inksift.curation.verdict.decide import decide
from inksift.curation.verdict.judgements import JUDGEMENTS
from inksift.curation.verdict.marked_files import apply_marks
from inksift.curation.verdict.variants import thin
from tests.frames import duplicates_of, images_of

KEPT = ("kept", "", "")
PHOTO = ("rejected", "verdicts", "photo")
COPY = ("rejected", "duplicates", "duplicate")
BROKEN = ("rejected", "images", "unreadable")
BY_HAND = ("rejected", "human", "photo")
UNSURE = ("review", "verdicts", "unsure")


def decisions(counts: dict[tuple[str, str, str], int]) -> pd.DataFrame:
    rest = {
        "image_id": "0",
        "label": "c",
        "duplicate_of": "",
        "p_photo": 0.5,
        "medium": "photo",
        "explanation": "",
    }
    keys = [key for key, count in counts.items() for _ in range(count)]
    named = ("outcome", "stage", "reason")
    return DECISIONS.frame(
        [
            rest | {"path": str(n), "decided_by": "machine"} | dict(zip(named, key, strict=True))
            for n, key in enumerate(keys)
        ]
    )


def widths(path: str) -> tuple[float, float]:
    """How wide a stream enters its row, and how wide it leaves."""
    found = re.fullmatch(r"M0 -\d+H([\d.]+)V0H([\d.]+)V[\d.]+H0Z", path)
    assert found
    return float(found[1]), float(found[2])


def test_branches_leave_in_the_order_of_the_stages_and_what_is_kept_comes_last() -> None:
    branches = flow(decisions({KEPT: 5, UNSURE: 2, BY_HAND: 1, PHOTO: 3, COPY: 4, BROKEN: 1}))
    assert [(b.outcome, b.stage, b.reason) for b in branches] == [
        BROKEN,
        COPY,
        PHOTO,
        BY_HAND,
        UNSURE,
        KEPT,
    ]
    assert [b.count for b in branches] == [1, 4, 3, 1, 2, 5]
    assert sum(b.share for b in branches) == pytest.approx(1)


def test_the_stream_narrows_by_what_leaves_it_and_nothing_is_left() -> None:
    branches = flow(decisions({KEPT: 50, COPY: 30, PHOTO: 20}))
    streams = [widths(branch.stream) for branch in branches]
    assert streams == [(110, 77), (77, 55), (55, 0)]
    bands = [re.search(r" 200 ([\d.]+)V([\d.]+)Q", branch.band) for branch in branches]
    assert [float(band[2]) - float(band[1]) for band in bands if band] == pytest.approx(
        [33, 22, 55], abs=0.2
    )


def test_a_single_file_can_still_be_seen() -> None:
    (lost, _) = flow(decisions({KEPT: 9999, PHOTO: 1}))
    band = re.search(r" 200 ([\d.]+)V([\d.]+)Q", lost.band)
    assert band
    assert float(band[2]) - float(band[1]) >= 1.4


def test_a_band_fits_into_its_row() -> None:
    for branch in flow(decisions({KEPT: 5, COPY: 90, PHOTO: 5})):
        assert (
            max(float(number) for number in re.findall(r"V([\d.]+)", branch.band)) < branch.height
        )


@pytest.mark.parametrize(
    "counts", [{}, {KEPT: 3}, {BROKEN: 3}], ids=["no file", "all kept", "none kept"]
)
def test_degenerate_runs_flow(counts: dict[tuple[str, str, str], int]) -> None:
    assert [branch.count for branch in flow(decisions(counts))] == list(counts.values())


def test_stages_that_are_not_known_come_after_those_that_are() -> None:
    branches = flow(decisions({("rejected", "new", "too_dark"): 9, PHOTO: 1, KEPT: 1}))
    assert [branch.words for branch in branches] == ["photographs", "too dark", "kept"]


FILES = {
    "unreadable": 0, "bad_feature": 1, "photo": 2, "unsure": 3, "rejected by ana": 4,
    "called photo by ana": 5,
    "marked": 7, "blank": 8, "text_page": 9, "the best": 10, "a variant": 11,
    "filed twice": 6, "its copy": 6,
}  # fmt: skip


def emitted() -> set[tuple[str, str]]:
    """Every stage and reason that files can have, from where they are written."""
    torn, *rest = FILES
    images = images_of(
        {"path": torn, "image_id": torn, "readable": False, "error": "empty"},
        *(
            {"path": name, "image_id": name, "label": "dog" if name == "its copy" else "cat"}
            | {"ai_mark": "comfyui" if name == "marked" else ""}
            for name in rest
        ),
    )
    places = [{"path": name, "group": FILES[name]} for name in rest]
    places[-1] |= {"duplicate_of": "filed twice", "conflict": "cat"}
    places[-2] |= {"conflict": "dog"}
    copies = duplicates_of(*places)
    evidence = pd.DataFrame({"image_id": rest, "embedding": ["bad_feature"] + ["ok"] * 11})
    answers = {
        "photo": "rejected",
        "unsure": "review",
        "blank": "rejected",
        "text_page": "review",
    }
    judged = [
        {
            "image_id": name,
            "outcome": answers.get(name, "kept"),
            "reason": name if name in answers else "",
        }
        | {"p_photo": 0.5, "medium": "unsure", "explanation": ""}
        for name in rest
    ]
    said = {"rejected by ana": ("outcome", "rejected"), "called photo by ana": ("medium", "photo")}
    people = HUMAN_DECISIONS.frame(
        [
            {
                "image_id": name,
                "action": action,
                "value": value,
                "who": "ana",
                "at": "2026-05-01",
                "note": "",
            }
            for name, (action, value) in said.items()
        ]
    )
    alike = decide(images, copies, evidence, JUDGEMENTS.frame(judged))
    machine = apply_marks(alike, images, copies, "review")
    held = conflicts.hold(human.apply(machine, copies, people), copies, people)
    family = ({"path": name, "family": 0, "rule": "best"} for name in ("the best", "a variant"))
    families = FAMILIES.frame([row | {"rank": rank} for rank, row in enumerate(family)])
    rows = thin(held, families, copies, people)
    return set(zip(rows["stage"], rows["reason"], strict=True))


def test_the_list_of_reasons_is_whole() -> None:
    assert len(emitted()) == len(FILES)
    assert emitted() - {("", "")} == {(reason.stage, reason.name) for reason in REASONS}


@pytest.mark.parametrize(("stage", "reason"), sorted(emitted()))
def test_reasons_have_words(stage: str, reason: str) -> None:
    assert reason_in_words(stage, reason) not in (reason, reason.replace("_", " "))


def test_what_a_person_rejected_reads_so() -> None:
    assert [branch.words for branch in flow(decisions({("rejected", "human", "human"): 1}))] == [
        "by a person"
    ]


def errors() -> list[str]:
    """Every error that the folder and the gate can write, by their own account."""
    by_gate = (decode.__doc__ or "").partition("Flags in a note")[0]  # what is read all the same
    told = " ".join(filter(None, (walk.__doc__, by_gate, safe_open.RefusedError.__doc__)))
    listed = set(re.findall(r"`([a-z_]+)(?:`|:<)", told)) - {"reason"}
    return sorted(listed | answer.TRANSIENT | set(safe_open.REFUSALS.values()))


def test_the_list_of_errors_is_whole() -> None:
    assert {"empty", "broken", "timeout", "link_outside", "vanished", "too_many_pixels"} <= set(
        errors()
    )


@pytest.mark.parametrize("error", errors())
def test_errors_have_a_sentence(error: str) -> None:
    assert error_in_words(error).endswith(".")
    assert error_in_words(f"{error}:OSError") == error_in_words(error)
