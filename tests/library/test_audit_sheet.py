"""A sheet is read as a spreadsheet leaves it, checked whole, and taken for nothing that it is
not."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from inksift.curation.base.errors import LedgerError
from inksift.curation.base.rgb import Rgb
from inksift.curation.base.tables import DECISIONS
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.report.audit_page import build_audit_page
from inksift.curation.verdict.audit.questions import QUESTIONS
from inksift.curation.verdict.audit.sheet import SHEET, Answers, read_answers, sheet, sheet_csv

A, B, C = (letter * 64 for letter in "abc")
KNOWN = {A, B, C}


def read(*lines: str, end: str = "\n", encoding: str = "utf-8") -> Answers:
    return read_answers("".join(line + end for line in lines).encode(encoding), KNOWN)


def test_answers_are_read_in_any_spelling() -> None:
    found = read("image_id,answer,note", f"{A},Illustration,", f"{B}, P ,a dog", f"{C},skip,")
    assert found.decisions == [
        Decision(A, "medium", "illustration"),
        Decision(B, "medium", "photo", "a dog"),
    ]
    assert found.skipped == 1


@pytest.mark.parametrize(
    ("end", "encoding"), [("\n", "utf-8"), ("\r\n", "utf-8-sig"), ("\n", "utf-8-sig")]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_sheet_is_read_as_spreadsheets_save_it(end: str, encoding: str, separator: str) -> None:
    lines = (
        separator.join(cells)
        for cells in (("note", "Answer", "x", "image_id"), ("", "i", "1", A), ("", "", "", ""))
    )
    assert read(*lines, end=end, encoding=encoding).decisions == [
        Decision(A, "medium", "illustration")
    ]


def test_the_last_line_needs_no_end() -> None:
    assert read_answers(f"image_id,answer\n{A},s\n{B},i".encode(), KNOWN).decisions[0].image_id == B


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ((f"{A},i", f"{'d' * 64},p"), r"line 3: expected an image_id of this workspace, got 'dddd"),
        (
            (f"{A},i", f"{B},perhaps"),
            r"line 3: expected illustration, photo or skip \(or i, p, s\), got 'perhaps'",
        ),
        ((f"{A},i", "", f"{A},p"), r"line 4 contradicts line 2, on the same picture"),
        (
            (f"{A},x", f"{A},y", f"{A},z", f"{A},u"),
            r"line 2.*line 3.*line 4.*; and 1 more\. Nothing was recorded",
        ),
        ((f"{A},i", f"{B}"), r"line 3: expected 2 cells, got 1"),
        ((f'{A},"i',), r"line 2: not CSV"),
        ((f"{A},", f"{B},skip"), r"no answer in the file: fill in its column answer"),
        ((), r"no answer in the file"),
    ],
)
def test_what_is_wrong_is_told_by_line(lines: tuple[str, ...], told: str) -> None:
    with pytest.raises(LedgerError, match=told):
        read("image_id,answer", *lines)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", r"line 1: expected the column\(s\) image_id, answer once each"),
        (b"image_id,note\n", r"line 1: expected the column\(s\) answer once each"),
        (b"image_id,answer,answer\n", r"column\(s\) answer once each"),
        (b"image_id,answer\n\xff\xfe,i\n", r"line 2: not UTF-8"),
        (b"PK\x03\x04\xf0\x9f", r"line 1: not UTF-8"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(LedgerError, match=told):
        read_answers(data, KNOWN)


def test_the_same_answer_twice_is_one() -> None:
    found = read("image_id,answer", f"{A},p", f"{A},photo")
    assert len({decision.image_id for decision in found.decisions}) == len(found.decisions) == 1


def decisions() -> pd.DataFrame:
    row = {
        "label": "c",
        "outcome": "kept",
        "stage": "",
        "reason": "",
        "duplicate_of": "",
        "p_photo": 0.25,
    }
    row |= {"medium": "illustration", "explanation": "few edges", "decided_by": "machine"}
    copy = {
        "outcome": "rejected",
        "stage": "duplicates",
        "reason": "duplicate",
        "duplicate_of": "=cmd.png",
    }
    return DECISIONS.frame(
        [
            row | copy | {"path": "0.png", "image_id": A},
            row | {"path": "=cmd.png", "image_id": A},
            row | {"path": "b<i>.png", "image_id": B, "p_photo": float("nan")},
        ]
    )


def questions(*image_ids: str) -> pd.DataFrame:
    return QUESTIONS.frame(
        [{"image_id": name, "stratum": "below 0.01", "chance": 0.5} for name in image_ids]
    )


def test_a_sheet_shows_the_kept_copy_in_the_order_of_the_questions() -> None:
    rows = sheet(questions(B, A), decisions())
    assert rows["path"].tolist() == ["b<i>.png", "=cmd.png"]
    assert list(rows) == list(SHEET.columns)
    assert set(rows["answer"]) == {""}


def test_a_sheet_is_no_formula_and_comes_back_when_filled_in() -> None:
    text = sheet_csv(sheet(questions(A, B), decisions())).decode()
    assert "'=cmd.png" in text
    filled = re.sub(r",,$", ",i,", text, flags=re.M)
    assert {decision.image_id for decision in read_answers(filled.encode(), KNOWN).decisions} == {
        A,
        B,
    }


def test_no_question_gives_an_empty_sheet() -> None:
    rows = sheet(questions(), decisions())
    assert (
        sheet_csv(rows).decode() == "image_id,path,label,p_photo,medium,explanation,answer,note\n"
    )


def picture(image_id: str) -> Rgb:
    return np.full((40, 80, 3), ord(image_id[0]), np.uint8)


def test_the_page_shows_every_picture_by_its_line_and_escapes_names() -> None:
    rows, command = sheet(questions(A, B), decisions()), "inksift audit --workspace 'my <w>'"
    page = build_audit_page(rows, picture, sheet_name="<a>.csv", answers="i or p", command=command)
    assert re.findall(r"<h3>(Line \d)</h3>", page) == ["Line 2", "Line 3"]
    assert len(re.findall(r'<img src="data:image/jpeg;base64,', page)) == 2
    assert "b&lt;i&gt;.png" in page
    assert "&lt;a&gt;.csv" in page
    assert "few edges" in page
    assert "Then: <bdi>inksift audit --workspace &#39;my &lt;w&gt;&#39;</bdi>" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
