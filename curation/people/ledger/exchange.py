r"""Decisions as a file, out of one ledger and into another.

An export holds the decisions in force, in the order in which they were made: all it takes to have
the same state elsewhere. Undos stay behind, for they speak of entry numbers, which another ledger
gives afresh. `who` and `at` are there to read: an import is a decision of whoever imports, made
then, and that is what the ledger shows.

    image_id, action, value, note    what was decided
    who, at                          by whom and when; not imported
    of                               how many decisions the export has: tells a cut at a row's end

CSV is for people: no cell is a formula to a spreadsheet, and an import takes away the ' that this
costs. JSONL is exact as it stands. An export of no decision is a header, or an empty file."""

from __future__ import annotations

import csv
import json
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Literal

import pandas as pd

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.decisions import Decision, checked_decision, subject
from inksift.curation.people.ledger.entries import Entry, in_force
from inksift.curation.store.safe_csv import csv_bytes
from inksift.curation.store.spreadsheet import column_names, csv_reader, text_of

_TO_READ = ("who", "at")
_COUNT = "of"
_REPEATED_GUARD = re.compile(r"(^|[;,|\t\r\n\"])('+)(?=[=+\-@])|^('+)(?=[\t\r\n])")
_GUARDED_FORMULA = re.compile(r"(^|[;,|\t\r\n\"])'('*[=+\-@])")
_GUARDED_CONTROL = re.compile(r"^'('*[\t\r\n])")
_CUT = "it was cut short, or another program changed it; export it again"
_UNENDED = (
    "the last line has no end, so it may have been cut short: if it is whole, end it with a line "
    "break"
)


def export_csv(entries: Sequence[Entry]) -> bytes:
    """The decisions in force, of all entries of a ledger, as CSV in UTF-8, for people and
    spreadsheets."""
    rows = [_guarded_row(row) for row in _exported(entries)]
    columns = [*Decision._fields, *_TO_READ, _COUNT]
    return csv_bytes(pd.DataFrame(rows, columns=columns, dtype="str"))


def export_jsonl(entries: Sequence[Entry]) -> bytes:
    """The same as one JSON object per line, in ASCII, for programs."""
    return "".join(f"{json.dumps(row)}\n" for row in _exported(entries)).encode()


def decisions_in(data: bytes, *, form: Literal["csv", "jsonl"]) -> list[Decision]:
    """Every decision in a file, row by row.

    Rows and columns may come in any order, columns other than `image_id`, `action`, `value` and
    `note` may be absent, and any may be added where `of` is there. CSV may be as
    `publish.spreadsheet` says, with CRLF, and lack the end of its last line where `of` stands last
    in several rows. LedgerError names the row of a malformed decision, of one that contradicts
    another, and of the end where the file was cut short or has no decision; the first row is 1, for
    CSV the header."""
    text = text_of(data, line="row")
    rows = dict(_READERS[form](text))
    if form == "csv" and not text.endswith("\n"):
        _check_last_row(rows)
    decisions = {
        number: checked_decision(_decision(row), f"row {number}") for number, row in rows.items()
    }
    _check_end(rows)
    _check_agreement(decisions)
    return list(decisions.values())


def _exported(entries: Sequence[Entry]) -> list[dict[str, object]]:
    holding = in_force(entries)
    names = (*Decision._fields, *_TO_READ)
    cells = attrgetter(*names)
    count = {_COUNT: len(holding)}
    return [dict(zip(names, cells(entry), strict=True)) | count for entry in holding]


def _guarded_row(row: dict[str, object]) -> dict[str, str]:
    return {name: _guarded(str(cell)) for name, cell in row.items()}


def _guarded(cell: str) -> str:
    """One ' more where `neutral` would leave a cell alone that `_exact` would not."""
    return _REPEATED_GUARD.sub(r"\g<1>'\g<2>\g<3>", cell)


def _exact(cell: str) -> str:
    """What `neutral(_guarded(...))` made this cell of."""
    return _GUARDED_FORMULA.sub(r"\1\2", _GUARDED_CONTROL.sub(r"\1", cell))


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = enumerate(_csv_cells(text), 1)
    header = column_names(next(reader, (1, []))[1])
    _check_header(header)
    for number, cells in reader:
        if len(cells) not in (0, len(header)):
            raise LedgerError(
                f"row {number}: expected {len(header)} cells, got {len(cells)}: {_CUT}"
            )
        if any(cells):
            yield number, dict(zip(header, map(_exact, cells), strict=True))


def _check_header(header: list[str]) -> None:
    """Without the count, a column of another name may be a cell of a row that was cut into the
    header."""
    wrong = [name for name in Decision._fields if header.count(name) != 1]
    if wrong:
        raise LedgerError(
            f"row 1: expected the column(s) {', '.join(wrong)} once each, got "
            f"{reprlib.repr(header)}"
        )
    others = set(header) - {*Decision._fields, *_TO_READ, ""}
    if others and _COUNT not in header:
        raise LedgerError(
            f"row 1: without the column {_COUNT!r} expected no others than "
            f"{', '.join((*Decision._fields, *_TO_READ))}, got {reprlib.repr(sorted(others))}: "
            f"remove those; or {_CUT}"
        )


def _csv_cells(text: str) -> Iterator[list[str]]:
    read = 0
    try:
        for cells in csv_reader(text):
            yield cells
            read += 1
    except csv.Error as error:
        raise LedgerError(f"row {read + 1}: not CSV ({error}): {_CUT}") from None


def _jsonl_rows(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, _json_row(line, number)


def _json_row(line: str, number: int) -> Mapping[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise LedgerError(f"row {number}: not JSON: {_CUT}") from None
    wrong = [
        name
        for name in Decision._fields
        if not (isinstance(row, dict) and isinstance(row.get(name), str))
    ]
    if wrong:
        raise LedgerError(f"row {number}: expected an object with text in {', '.join(wrong)}")
    return dict(row)


_READERS = {"csv": _csv_rows, "jsonl": _jsonl_rows}


def _decision(row: Mapping[str, object]) -> Decision:
    return Decision(*(str(row[name]) for name in Decision._fields))


def _check_last_row(rows: Mapping[int, Mapping[str, object]]) -> None:
    """A cut within the last cell is noticed where that is a count, and another row has it whole."""
    counted = [row for row in rows.values() if row.get(_COUNT)]
    if rows and (len(counted) < 2 or list(counted[0])[-1] != _COUNT):
        raise LedgerError(f"row {max(rows)}: {_UNENDED}")


def _check_end(rows: Mapping[int, Mapping[str, object]]) -> None:
    """Rows that a person added have no count; those of an export all have the same one."""
    end = max(rows, default=1) + 1
    if not rows:
        raise LedgerError(
            f"row {end}: there is no decision in the file: nothing was decided when it was made, "
            f"or {_CUT}"
        )
    counts = [str(row[_COUNT]) for row in rows.values() if row.get(_COUNT)]
    if set(counts) - {str(len(counts))}:
        raise LedgerError(
            f"row {end}: the file ends after {len(counts)} decisions of {reprlib.repr(counts[0])}: "
            f"{_CUT}. "
            f"If you removed or copied rows yourself, remove the column {_COUNT!r}"
        )


def _check_agreement(decisions: Mapping[int, Decision]) -> None:
    first: dict[tuple[str, ...], int] = {}
    for number, decision in decisions.items():
        earlier = first.setdefault(
            subject(decision.image_id, decision.action, decision.value), number
        )
        if decisions[earlier].value != decision.value:
            raise LedgerError(
                f"row {number} contradicts row {earlier}, on the same picture: remove one of them"
            )
