"""The questions of an audit as a sheet that a person fills in, and the answers read back from it.

A sheet is CSV. A spreadsheet may save it with a byte order mark, with CRLF or with semicolons, may
reorder its rows and columns and may add some; only `image_id` and `answer` must be there."""

from __future__ import annotations

import csv
import reprlib
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

import pandas as pd

from inksift.curation.base.errors import LedgerError
from inksift.curation.base.media import ILLUSTRATION, PHOTO
from inksift.curation.base.tables import Table
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.store.safe_csv import csv_bytes
from inksift.curation.store.spreadsheet import column_names, csv_reader, text_of

SHEET = Table(
    "audit",
    {
        "image_id": "str",
        "path": "str",
        "label": "str",
        "p_photo": "float64",
        "medium": "str",
        "explanation": "str",
        "answer": "str",
        "note": "str",
    },
    key=("image_id",),
    may_be_missing=frozenset({"p_photo"}),
)
"""One row per picture to ask about; `answer` and `note` are for the person who looks."""

EXPECTED = "illustration, photo or skip (or i, p, s)"
_ANSWERS = {
    ILLUSTRATION: ILLUSTRATION,
    ILLUSTRATION[0]: ILLUSTRATION,
    PHOTO: PHOTO,
    PHOTO[0]: PHOTO,
    "skip": "",
    "s": "",
    "": "",
}
_SHOWN = 3
"""Problems told one by one; of the others only how many."""


class Answers(NamedTuple):
    """What a sheet says."""

    decisions: list[Decision]
    """One for each picture that was answered."""

    skipped: int
    """How many rows were skipped."""


class _Row(NamedTuple):
    """One row of a sheet, as it was filled in."""

    line: int
    """Of the file, from 1."""

    image_id: str
    """The picture."""

    answer: str
    """The cell, in lower case."""

    note: str
    """The cell; "" where the column is gone."""


def sheet(questions: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """SHEET rows for QUESTIONS, with what DECISIONS say of each picture's kept copy; in the order
    of the questions."""
    originals = decisions[decisions["duplicate_of"] == ""]
    kept = originals.drop_duplicates("image_id").set_index("image_id")
    columns = ["path", "label", "p_photo", "medium", "explanation"]
    shown = kept.loc[questions["image_id"], columns].reset_index()
    empty = pd.Series("", index=shown.index, dtype="str")
    return SHEET.check(shown.assign(answer=empty, note=empty))


def sheet_csv(rows: pd.DataFrame) -> bytes:
    """SHEET rows as CSV in UTF-8 that no spreadsheet takes for formulas."""
    return csv_bytes(SHEET.check(rows))


def read_answers(data: bytes, known: Set[str]) -> Answers:
    """The answers in a filled-in sheet on pictures that are `known` by their image_id.

    Everything is checked first: LedgerError names the lines with an unknown picture, an answer that
    is none, or one that contradicts another line, and says what was expected; also where the file
    is no sheet or holds no answer."""
    rows = list(_rows(text_of(data)))
    problems = [*_problems(rows, known), *_contradictions(rows)]
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise LedgerError(
            f"{'; '.join(problems[:_SHOWN])}{more}. Nothing was recorded: mend the file and give "
            "it again"
        )
    given = {row.image_id: row for row in rows if _ANSWERS[row.answer]}
    if not given:
        raise LedgerError(f"no answer in the file: fill in its column answer with {EXPECTED}")
    decisions = [
        Decision(row.image_id, "medium", _ANSWERS[row.answer], row.note) for row in given.values()
    ]
    return Answers(decisions, sum(not _ANSWERS[row.answer] for row in rows))


def _rows(text: str) -> Iterator[_Row]:
    lines = csv_reader(text)
    header: list[str] = []
    try:
        for cells in lines:
            if not header:
                header = _header(cells)
            elif any(cells):
                yield _row(header, cells, lines.line_num)
    except csv.Error as error:
        raise LedgerError(
            f"line {lines.line_num}: not CSV ({error}): save the file as CSV again"
        ) from None
    if not header:
        _header([])


def _header(cells: list[str]) -> list[str]:
    names = column_names(cells)
    wrong = [name for name in ("image_id", "answer") if names.count(name) != 1]
    if wrong:
        raise LedgerError(
            f"line 1: expected the column(s) {', '.join(wrong)} once each, got "
            f"{reprlib.repr(cells)}"
        )
    return names


def _row(header: list[str], cells: list[str], line: int) -> _Row:
    if len(cells) != len(header):
        raise LedgerError(
            f"line {line}: expected {len(header)} cells, got {len(cells)}: save the file as CSV "
            "again"
        )
    named: Mapping[str, str] = dict(zip(header, cells, strict=True))
    return _Row(
        line,
        named["image_id"].strip(),
        named["answer"].strip().lower(),
        named.get("note", "").strip(),
    )


def _problems(rows: list[_Row], known: Set[str]) -> Iterator[str]:
    for row in rows:
        if row.image_id not in known:
            yield (
                f"line {row.line}: expected an image_id of this workspace, got "
                f"{reprlib.repr(row.image_id)}"
            )
        if row.answer not in _ANSWERS:
            yield f"line {row.line}: expected {EXPECTED}, got {reprlib.repr(row.answer)}"


def _contradictions(rows: list[_Row]) -> Iterator[str]:
    first: dict[str, _Row] = {}
    for row in rows:
        said = _ANSWERS.get(row.answer)
        earlier = first.setdefault(row.image_id, row) if said else row
        if said and said != _ANSWERS[earlier.answer]:
            yield f"line {row.line} contradicts line {earlier.line}, on the same picture"
