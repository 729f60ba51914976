"""Decisions as a file: exact, harmless to a spreadsheet, and taken in whole or not at all."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inksift.curation.base.errors import LedgerError
from inksift.curation.people.ledger.decisions import Decision
from inksift.curation.people.ledger.entries import Entry
from inksift.curation.people.ledger.exchange import decisions_in, export_csv, export_jsonl
from inksift.curation.people.ledger.ledger import Ledger
from inksift.curation.store.parquet import to_parquet
from tests.ledgers import HOSTILE, A, B, at, decided, printable

EXPORTS = {"csv": export_csv, "jsonl": export_jsonl}
forms = pytest.mark.parametrize("form", ["csv", "jsonl"])


def of(form: str, ledger: Ledger) -> bytes:
    return EXPORTS[form](ledger.entries())


def take(ledger: Ledger, data: bytes, *, form: str, who: str) -> list[int]:
    return ledger.record(decisions_in(data, form=form), who).entries


@pytest.fixture
def rich(tmp_path: Path) -> Ledger:
    """Every hostile text as a label and a note, with decisions replaced and undone."""
    ledger = at(tmp_path / "rich.sqlite")
    texts = enumerate(HOSTILE)
    ledger.record(
        [Decision(f"{n:064x}", "label", printable(text), text) for n, text in texts], "=ann"
    )
    ledger.record([Decision(f"{n:064x}", "outcome", "kept", HOSTILE[-n]) for n in range(5)], "bob")
    ledger.record([Decision(f"{n:064x}", "outcome", "rejected") for n in range(5)], "bob")
    ledger.undo(ledger.record([Decision(A, "medium", "photo")], "ann").new, "ann")
    ledger.undo((1, len(HOSTILE) + 6, len(HOSTILE) + 7), "ann")
    ledger.record([Decision(A, "different", f"{n:064x}") for n in range(3)], "ann")
    return ledger


@forms
def test_an_export_brings_the_same_state_to_another_ledger(
    rich: Ledger, ledger: Ledger, form: str
) -> None:
    entries = take(ledger, of(form, rich), form=form, who="zoe")
    assert entries == list(range(1, len(ledger.history()) + 1))
    assert decided(ledger) == decided(rich)
    assert set(ledger.in_force()["who"]) == {"zoe"}
    assert take(ledger, of(form, rich), form=form, who="ann") == entries


@settings(max_examples=300, deadline=None)
@given(text=st.text(st.sampled_from("'\"=+-@,;|\t\n\\ a\u2028")))
def test_csv_is_harmless_and_still_exact(text: str) -> None:
    label = "x" + printable(text)
    data = export_csv([Entry(1, "now", "ann", A, "label", label, "", text, 0)])
    cells = list(itertools.chain(*csv.reader(io.StringIO(data.decode(), newline=""))))
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert decisions_in(data, form="csv") == [Decision(A, "label", label, text)]


def test_jsonl_is_exact_and_has_one_line_per_decision(rich: Ledger) -> None:
    lines = [json.loads(line) for line in export_jsonl(rich.entries()).decode("ascii").splitlines()]
    assert len(lines) == lines[0]["of"]
    assert {line["note"] for line in lines if line["action"] == "label"} == set(HOSTILE[1:])


def edited(data: bytes, form: str) -> bytes:
    """As an editor or a spreadsheet leaves it: BOM, CRLF, rows and columns in another order, more
    columns."""
    if form == "jsonl":
        rows = [json.loads(line) for line in data.splitlines()]
        lines = [
            json.dumps(dict(reversed(row.items())) | {"seen": [1, None]}) for row in reversed(rows)
        ]
        return b"\xef\xbb\xbf" + "\r\n\r\n".join([*lines, ""]).encode()
    header, *cells = csv.reader(io.StringIO(data.decode(), newline=""))
    table = io.StringIO(newline="")
    rows = [
        ["seen", *reversed(header)],
        *(["x", *reversed(row)] for row in reversed(cells)),
        [""] * 8,
        [],
    ]
    csv.writer(table, lineterminator="\n").writerows(rows)
    return b"\xef\xbb\xbf" + table.getvalue().replace("\n", "\r\n").encode()


@forms
def test_an_edited_export_is_taken(rich: Ledger, ledger: Ledger, form: str) -> None:
    take(ledger, edited(of(form, rich), form), form=form, who="zoe")
    assert decided(ledger) == decided(rich)


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("csv", f"value,note,image_id,action\nkept,,{A},outcome\ncat,,{B},label\n"),
        (
            "csv",
            f"at,image_id,action,value,note,who,\nx,{A},outcome,kept,,y,\nx,{B},label,cat,,y,\n",
        ),
        ("csv", f"image_id,action,value,note,of\n{A},outcome,kept,,1\n{B},label,cat,,\n"),
        ("jsonl", f'{{"image_id":"{A}","action":"outcome","value":"kept","note":""}}\n\n'
         f'{{"image_id":"{B}","action":"label","value":"cat","note":"","by":"\u2028","of":1}}\n'),
    ],
)  # fmt: skip
def test_a_file_written_by_hand_is_taken(ledger: Ledger, form: str, data: str) -> None:
    assert take(ledger, data.encode(), form=form, who="zoe") == [1, 2]
    assert decided(ledger) == [(A, "outcome", "kept", ""), (B, "label", "cat", "")]


HEAD = "image_id,action,value,note,of\n"
ROW = f"{A},outcome,kept,,\n"
LINE = f'{{"image_id":"{A}","action":"outcome","value":"kept","note":""}}\n'


@pytest.mark.parametrize(
    ("form", "data", "message"),
    [
        ("csv", "", "row 1: expected the column"),
        ("jsonl", "", "row 2: there is no decision in the file: nothing was decided when it was "
                      "made"),
        ("csv", "\n", "row 1: expected the column"),
        ("csv", f"image_id,action,note\n{A},outcome,\n", r"row 1: expected the column\(s\) value "
                                                         r"once each"),
        ("csv", f"image_id,action,value,note,value\n{A},outcome,kept,,kept\n", "row 1: expected "
                                                                               "the column"),
        ("csv", HEAD.replace(",", "|"), "row 1: expected the column"),
        ("csv", f"image_id,action,value,note\n{A},outcome,kept,why", "row 2: the last line has no "
                                                                     "end.*line break"),
        ("csv", f"{HEAD}{ROW[:-1]}1", "row 2: the last line has no end"),
        ("csv", f"of,{HEAD[:-4]}\n2,{ROW[:-2]}\n2,{B},label,cat,wh", "row 3: the last line has no "
                                                                     "end.*line break"),
        ("csv", f"image_id,action,value,note,ann,1\n{A},outcome,kept,,ann,2\n",
        "row 1: without the column 'of'"),
        ("csv", HEAD, "row 2: there is no decision in the file: nothing was decided when it was "
                      "made"),
        ("csv", f"{HEAD}{ROW}{A},outcome\n", "row 3: expected 5 cells, got 2"),
        ("csv", f'{HEAD}{ROW}{A},outcome,kept,"\n', "row 3: not CSV"),
        ("csv", f'{HEAD}{ROW}"{A}"x,outcome,kept,,\n', "row 3: not CSV"),
        ("csv", f"{HEAD}{ROW}{A},hide,kept,,\n", "row 3: no action called 'hide'"),
        ("csv", f"{HEAD}{ROW}{A[1:]},outcome,kept,,\n", "row 3: image_id: expected 64"),
        ("csv", f"{HEAD}{ROW}{B},outcome,maybe,,\n", "row 3: value: expected kept or rejected"),
        ("csv", f'{HEAD}{B},label,cat,"two\nlines",\n{A},label,,,\n', "row 3: value: expected 1 to "
                                                                      "255"),
        ("csv", f"{HEAD}{ROW}\n{A},outcome,rejected,,\n", "row 4 contradicts row 2"),
        ("csv", f"{HEAD}{B},label,cat,,2\n", "row 3: the file ends after 1 decisions of '2'"),
        ("csv", f"{HEAD}{B},label,cat,,1\n{ROW[:-1]}1\n", "row 4: the file ends after 2 decisions "
                                                          "of '1'"),
        ("jsonl", "[1]\n", "row 1: expected an object with text in image_id, action, value, note"),
        ("jsonl", "[" * 100_000 + "\n", "row 1: not JSON"),
        ("jsonl", f"{LINE}{LINE[:-3]}\n", "row 2: not JSON"),
        ("jsonl", f'{LINE}{LINE.replace("value", "values")}', "row 2: expected an object with text "
                                                              "in value"),
        ("jsonl", LINE.replace('"kept"', "1"), "row 1: expected an object with text in value"),
        ("jsonl", f"{LINE}\n{LINE.replace('kept', 'rejected')}", "row 3 contradicts row 1"),
        ("jsonl", LINE.replace('"note":""', r'"note":"\ud800"'), "row 1: note: expected at most"),
        ("jsonl", LINE.replace("}", ',"of":3}'), "row 2: the file ends after 1 decisions of '3'"),
    ],
)  # fmt: skip
def test_a_file_with_one_fault_is_refused_whole(
    ledger: Ledger, form: str, data: str, message: str
) -> None:
    with pytest.raises(LedgerError, match=f"^{message}"):
        take(ledger, data.encode(), form=form, who="zoe")
    assert ledger.history().empty


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@forms
def test_other_encodings_are_refused(
    rich: Ledger, ledger: Ledger, form: str, encoding: str
) -> None:
    with pytest.raises(LedgerError, match="row 1: not UTF-8 text: expected a text file, save"):
        take(ledger, of(form, rich).decode().encode(encoding), form=form, who="zoe")
    with pytest.raises(LedgerError, match="row 3: not UTF-8 text"):
        take(ledger, b"a\nb\n\xff\n", form=form, who="zoe")
    assert ledger.history().empty


@forms
def test_a_parquet_file_is_no_text(ledger: Ledger, form: str) -> None:
    with pytest.raises(LedgerError, match="not UTF-8 text"):
        take(ledger, to_parquet(ledger.in_force()), form=form, who="zoe")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_csv_is_taken_as_spreadsheets_save_it(rich: Ledger, ledger: Ledger, separator: str) -> None:
    header, *cells = csv.reader(io.StringIO(of("csv", rich).decode(), newline=""))
    table = io.StringIO(newline="")
    csv.writer(table, delimiter=separator, lineterminator="\r\n").writerows(
        [[n.upper() for n in header], *cells]
    )
    take(ledger, b"\xef\xbb\xbf" + table.getvalue().encode(), form="csv", who="zoe")
    assert decided(ledger) == decided(rich)


@forms
def test_an_export_without_the_end_of_its_last_line_is_whole(
    rich: Ledger, ledger: Ledger, form: str
) -> None:
    take(ledger, of(form, rich).rstrip(b"\n"), form=form, who="zoe")
    assert decided(ledger) == decided(rich)


@forms
def test_an_export_of_nothing_says_so(ledger: Ledger, form: str) -> None:
    data = of(form, ledger)
    assert data == {"csv": b"image_id,action,value,note,who,at,of\n", "jsonl": b""}[form]
    with pytest.raises(LedgerError, match="there is no decision in the file: nothing was decided"):
        take(ledger, data, form=form, who="zoe")


@forms
@pytest.mark.parametrize("shuffled", [False, True], ids=["as exported", "edited"])
def test_a_file_cut_anywhere_is_refused(
    rich: Ledger, ledger: Ledger, form: str, shuffled: bool
) -> None:
    data = edited(of(form, rich), form).rstrip(b"\r\n,") + b"\r\n" if shuffled else of(form, rich)
    for end in range(len(data.rstrip(b"\r\n"))):
        with pytest.raises(LedgerError, match=r"^row \d+"):
            take(ledger, data[:end], form=form, who="zoe")
    assert ledger.history().empty
    take(ledger, data, form=form, who="zoe")


@forms
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_mangled_file_is_taken_whole_or_not_at_all(form: str, data: st.DataObject) -> None:
    entries = [
        Entry(n, "now", "ann", digit * 64, "label", "cat", "", "=1\n", 0)
        for n, digit in enumerate("abc")
    ]
    whole = EXPORTS[form](entries)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2), label="cut"))
    mangled = whole[:start] + data.draw(st.binary(max_size=3), label="put in") + whole[end:]
    try:
        taken = decisions_in(mangled, form=form)
    except LedgerError:
        return
    assert len(taken) == 3
